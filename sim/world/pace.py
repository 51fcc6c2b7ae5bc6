"""Real time: when the next step is due, and what happens when the machine is too slow."""

from dataclasses import dataclass, field


@dataclass
class Pacer:
    """Ties steps to the monotonic clock.

    A few late steps are caught up at once. Further behind, the missing time is skipped, so a state is never stamped
    with a time at which it was not current; the skipped time adds up in `lost_s` for someone to tell.
    """

    step_s: float
    due_s: float
    """Monotonic time of the next step."""
    catch_up_steps: int = 5
    lost_s: float = field(default=0.0, init=False)

    def wait_s(self, now_s: float) -> float:
        """Seconds to wait before the next step, 0 when it is late."""
        behind_s = now_s - self.due_s
        if behind_s > self.catch_up_steps * self.step_s:
            self.lost_s += behind_s
            self.due_s = now_s
        return max(0.0, self.due_s - now_s)

    def stepped(self) -> None:
        """The due step is done."""
        self.due_s += self.step_s
