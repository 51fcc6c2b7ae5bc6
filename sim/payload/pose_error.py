"""How far the camera's true pose may be from what telemetry says: slow biases, as GPS and compass have."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TAU_S = 60.0


@dataclass(frozen=True)
class PoseErrorSize:
    """Standard deviations: of each position axis in metres, of each angle in degrees."""

    gps_m: float = 0.0
    att_deg: float = 0.0

    @staticmethod
    def parse(text: str) -> "PoseErrorSize":
        """Reads `gps_m=1.5,att_deg=1.0`. Raises ValueError naming the part it cannot read."""
        values: dict[str, float] = {}
        for part in filter(None, text.split(",")):
            name, _, value = part.partition("=")
            if name not in ("gps_m", "att_deg"):
                raise ValueError(f"pose error {part!r}: expected gps_m=METRES or att_deg=DEGREES")
            try:
                values[name] = float(value)
            except ValueError:
                raise ValueError(f"pose error {part!r}: {value!r} is no number") from None
            if not 0 <= values[name] < math.inf:
                raise ValueError(f"pose error {part!r}: must not be negative")
        return PoseErrorSize(**values)


class PoseError:
    """First-order Gauss-Markov bias of position (ENU) and of yaw, pitch and roll.

    b(t + dt) = b(t) exp(-dt / tau) + sigma sqrt(1 - exp(-2 dt / tau)) n, with n standard normal: stationary with
    standard deviation sigma.
    """

    def __init__(self, size: PoseErrorSize, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        att = math.radians(size.att_deg)
        self._sigma = np.array([size.gps_m] * 3 + [att] * 3)
        self._bias = self._sigma * self._random.standard_normal(6)
        self._t_unix_s: float | None = None

    def at(self, t_unix_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(3,) metres east, north, up and (3,) radians yaw, pitch, roll, at an instant not before the last one."""
        dt = 0.0 if self._t_unix_s is None else max(0.0, t_unix_s - self._t_unix_s)
        self._t_unix_s = t_unix_s
        keep = math.exp(-dt / TAU_S)
        fresh = self._sigma * math.sqrt(1 - keep**2) * self._random.standard_normal(6)
        self._bias = self._bias * keep + fresh
        return self._bias[:3], self._bias[3:]
