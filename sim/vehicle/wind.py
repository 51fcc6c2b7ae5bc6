"""Wind: a steady part and gusts."""

import math
import random
from dataclasses import dataclass, field

GUST_TIME_S = 3.0
"""Correlation time of gusts: a turbulence length of some tens of metres at low height, flown slowly."""


@dataclass(slots=True)
class Wind:
    """Wind velocity in NED m/s: a mean plus a first-order Gauss-Markov gust on each horizontal axis.

    `from_rad` is the compass direction the wind comes from. Gusts have a standard deviation of `gust_ratio` times
    the mean (turbulence intensity; 0.15-0.2 is usual over open land) and are reproducible from the seed.
    """

    mean_mps: float = 0.0
    from_rad: float = 0.0
    gust_ratio: float = 0.15
    seed: int = 0
    north_mps: float = 0.0
    east_mps: float = 0.0
    _gust_north: float = 0.0
    _gust_east: float = 0.0
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._random.seed(self.seed)
        self._blow()

    def step(self, dt: float) -> None:
        """Advance the gusts by `dt` seconds."""
        if self.mean_mps == 0.0:
            return
        keep = math.exp(-dt / GUST_TIME_S)
        kick = self.gust_ratio * self.mean_mps * math.sqrt(1.0 - keep * keep)
        self._gust_north = keep * self._gust_north + kick * self._random.gauss(0.0, 1.0)
        self._gust_east = keep * self._gust_east + kick * self._random.gauss(0.0, 1.0)
        self._blow()

    def _blow(self) -> None:
        self.north_mps = -self.mean_mps * math.cos(self.from_rad) + self._gust_north
        self.east_mps = -self.mean_mps * math.sin(self.from_rad) + self._gust_east
