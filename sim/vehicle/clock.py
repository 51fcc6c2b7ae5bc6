"""Time of the simulation: the monotonic clock times a speed factor."""

import time
from collections.abc import Callable


class Clock:
    """Simulated seconds since construction, and the wall-clock time each of them belongs to.

    `monotonic` and `unix` return seconds; tests inject their own. Raises ValueError when `speed_factor` is not
    positive.
    """

    def __init__(
        self,
        speed_factor: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
        unix: Callable[[], float] = time.time,
    ) -> None:
        if not speed_factor > 0.0:
            raise ValueError(f"speed_factor must be positive, not {speed_factor}")
        self.speed_factor = speed_factor
        self._monotonic = monotonic
        self._start_s = monotonic()
        self._start_unix_s = unix()

    def wall_s(self) -> float:
        """Monotonic seconds since construction: link timeouts run on this whatever the speed factor."""
        return self._monotonic() - self._start_s

    def sim_s(self) -> float:
        """Simulated seconds since construction."""
        return self.wall_s() * self.speed_factor

    def unix_s(self, sim_s: float) -> float:
        """Wall-clock seconds since 1970 of the simulated instant `sim_s`."""
        return self._start_unix_s + sim_s / self.speed_factor
