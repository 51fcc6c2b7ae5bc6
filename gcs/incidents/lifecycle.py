"""The steps an incident may take, and what somebody is told who asks for another. Pure.

new -> acknowledged -> confirmed -> warned -> resolved
                    \\-> dismissed
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["new", "acknowledged", "confirmed", "dismissed", "warned", "resolved"]
Step = Literal["acknowledged", "confirmed", "dismissed", "warned", "resolved"]
"""A step is named by the state it leads to."""
Outcome = Literal["left", "stayed", "unknown"]

OPEN_STATES: frozenset[State] = frozenset({"new", "acknowledged", "confirmed", "warned"})

FROM: dict[Step, frozenset[State]] = {
    "acknowledged": frozenset({"new"}),
    # Confirming or dismissing something new acknowledges it in the same breath: both steps are logged.
    "confirmed": frozenset({"new", "acknowledged"}),
    "dismissed": frozenset({"new", "acknowledged"}),
    "warned": frozenset({"confirmed", "warned"}),
    "resolved": frozenset({"confirmed", "warned"}),
}

_NEEDS: dict[tuple[Step, State], str] = {
    ("resolved", "new"): "confirm or dismiss it first",
    ("resolved", "acknowledged"): "confirm or dismiss it first",
    ("warned", "new"): "confirm it first",
    ("warned", "acknowledged"): "confirm it first",
}


class NotFound(Exception):
    """No such incident."""


class Refused(Exception):
    """The step is not possible now. The message says why and who got there first; it may be shown."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step somebody took."""

    step: str
    who: str
    at: datetime


def is_repeat(step: Step, taken: list[Taken], by: str) -> bool:
    """Whether this person already took this step, so that asking again changes nothing."""
    return any(t.step == step and t.who == by for t in taken)


def refusal(incident_id: int, step: Step, state: State, taken: list[Taken]) -> str:
    """Why `step` cannot follow `state`, in words."""
    if need := _NEEDS.get((step, state)):
        return f"incident {incident_id} is {state}: {need}"
    last = next((t for t in reversed(taken) if t.step == state), None)
    if last is None:
        return f"incident {incident_id} is {state}: it cannot become {step}"
    already = "already " if state == step else ""
    return f"incident {incident_id} was {already}{state} by {last.who} at {last.at:%H:%M:%S} UTC"
