"""How well road users are placed: what the service states of each, held against where SUMO has it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gcs.perception.types import RoadUser
from sim.world.snapshot import RoadUserState


@dataclass(slots=True)
class Placing:
    """The measures of one flight, a number for each road user in each picture."""

    across_m: list[float] = field(default_factory=list)
    """The position's error to the left of the vehicle's true heading."""
    along_m: list[float] = field(default_factory=list)
    in_sigmas: list[float] = field(default_factory=list)
    """The position's error in the standard deviations stated for it."""
    speed_mps: list[float] = field(default_factory=list)
    lane_right: list[bool] = field(default_factory=list)
    """For each road user whose lane was stated."""
    known: list[bool] = field(default_factory=list)
    """For each motor vehicle well in view: whether the service had it."""

    registered: list[bool] = field(default_factory=list)
    """For each picture: whether the road's paint corrected its pose."""

    def measure(self, user: RoadUser, truth: RoadUserState, lane_right: bool | None) -> None:
        """One road user in one picture; `lane_right` None when no lane was stated."""
        east, north = user.x_m - truth.x_m, user.y_m - truth.y_m
        c, s = math.cos(truth.heading_rad), math.sin(truth.heading_rad)
        self.across_m.append(c * north - s * east)
        self.along_m.append(c * east + s * north)
        self.in_sigmas.append(math.hypot(east, north) / user.position_sigma_m)
        self.speed_mps.append(user.speed_mps - truth.speed_mps)
        if lane_right is not None:
            self.lane_right.append(lane_right)


def placing_summary(flights: Sequence[Placing]) -> dict[str, float | int | None]:
    """The figures of all flights together; None where nothing was measured."""
    across, along, sigmas, speed, right, known, registered = (
        np.array([value for flight in flights for value in getattr(flight, name)], float)
        for name in ("across_m", "along_m", "in_sigmas", "speed_mps", "lane_right", "known", "registered")
    )
    return {
        "users_placed": len(across),
        "pictures_registered_share": _mean(registered),
        "vehicles_known_share": _mean(known),
        "lane_accuracy": _mean(right),
        "lane_stated_share": round(len(right) / len(across), 4) if len(across) else None,
        "position_across_median_m": _quantile(np.abs(across), 0.5),
        "position_across_p95_m": _quantile(np.abs(across), 0.95),
        "position_along_median_m": _quantile(np.abs(along), 0.5),
        "position_along_p95_m": _quantile(np.abs(along), 0.95),
        "position_within_2_sigma": _mean((sigmas <= 2.0).astype(float)),
        "speed_mae_kmh": _mean(3.6 * np.abs(speed)),
    }


def _mean(values: NDArray[np.float64]) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None


def _quantile(values: NDArray[np.float64], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 3) if len(values) else None
