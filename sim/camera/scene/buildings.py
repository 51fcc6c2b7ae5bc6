"""Buildings along the roads, with yards and plant on their roofs."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.camera.scene.geometry import Rgb, Surface
from sim.camera.scene.roads import Roads

CLEAR_M = 14.0
TALL_M, TALL_CLEAR_M = 20.0, 70.0
"""Higher buildings stand well back: a patrol flies lower than their roofs."""
FLOORS, SHARES = (1, 2, 4, 6, 10, 17), (0.2, 0.24, 0.22, 0.2, 0.1, 0.04)
FLOOR_M, PARAPET_M = 3.1, 0.7
WALLS: tuple[Rgb, ...] = (
    (0.52, 0.48, 0.42),
    (0.58, 0.56, 0.53),
    (0.42, 0.30, 0.24),
    (0.47, 0.49, 0.51),
    (0.55, 0.46, 0.33),
    (0.62, 0.60, 0.55),
)
ROOFS: tuple[Rgb, ...] = (
    (0.30, 0.29, 0.28),
    (0.36, 0.34, 0.32),
    (0.13, 0.22, 0.36),
    (0.36, 0.15, 0.11),
    (0.24, 0.24, 0.25),
)
UNIT: Rgb = (0.40, 0.40, 0.39)
YARD: Rgb = (0.27, 0.26, 0.245)
FLAT_ROOF_FROM_M = 6.0


@dataclass(frozen=True)
class Block:
    """One building."""

    x_m: float
    y_m: float
    heading_rad: float
    half_length_m: float
    half_width_m: float
    height_m: float

    @property
    def radius_m(self) -> float:
        """Of the circle around its footprint."""
        return float(np.hypot(self.half_length_m, self.half_width_m))


def blocks(roads: Roads, points: NDArray[np.float64], headings: NDArray[np.float64], seed: int) -> list[Block]:
    """Buildings facing the roads that run through (n, 2) points with (n,) headings, clear of them and of each other."""
    rng = np.random.default_rng(seed)
    wanted = int(len(points) * 0.34)
    pick = rng.integers(len(points), size=wanted * 4)
    half = np.stack([rng.uniform(9.0, 24.0, len(pick)), rng.uniform(6.5, 10.0, len(pick))], axis=1)
    height = rng.choice(FLOORS, len(pick), p=SHARES) * FLOOR_M + PARAPET_M
    normal = np.stack([-np.sin(headings[pick]), np.cos(headings[pick])], axis=1)
    away = (rng.gamma(2.2, 32.0, len(pick)) + 20.0) * rng.choice([-1.0, 1.0], len(pick))
    at = points[pick] + normal * away[:, None]
    gap = roads.distance(at) - np.hypot(half[:, 0] * 0.6, half[:, 1])
    free = gap > np.where(height > TALL_M, TALL_CLEAR_M, CLEAR_M)
    chosen: list[Block] = []
    for i in np.flatnonzero(free):
        new = Block(*map(float, (*at[i], headings[pick[i]], *half[i], height[i])))
        if all(np.hypot(b.x_m - new.x_m, b.y_m - new.y_m) > (b.radius_m + new.radius_m) * 0.85 for b in chosen):
            chosen.append(new)
        if len(chosen) == wanted:
            break
    return chosen


def build(found: list[Block], walls: Surface, solid: Surface, aprons: Surface, seed: int) -> None:
    """Walls with floors of windows, roofs, plant on flat roofs, and a paved yard around each."""
    rng = np.random.default_rng(seed)
    n = len(found)
    foot = np.array([[b.x_m, b.y_m, 0.0] for b in found]).reshape(n, 3)
    half = np.array([[b.half_length_m, b.half_width_m, b.height_m] for b in found]).reshape(n, 3)
    heading = np.array([b.heading_rad for b in found])
    wall, roof = np.array(WALLS)[rng.integers(len(WALLS), size=n)], np.array(ROOFS)[rng.integers(len(ROOFS), size=n)]
    walls.boxes(foot, half, heading, wall, roof)
    _yards(found, aprons)
    flat = np.flatnonzero(half[:, 2] > FLAT_ROOF_FROM_M)
    on = np.repeat(flat, rng.integers(1, 4, len(flat)))
    u, v = rng.uniform(-0.6, 0.6, len(on)) * half[on, 0], rng.uniform(-0.5, 0.5, len(on)) * half[on, 1]
    c, s = np.cos(heading[on]), np.sin(heading[on])
    at = np.c_[foot[on, 0] + c * u - s * v, foot[on, 1] + s * u + c * v, half[on, 2]]
    solid.boxes(at, rng.uniform(1.2, 2.9, (len(on), 3)), heading[on], UNIT)


def _yards(found: list[Block], aprons: Surface) -> None:
    for b in found:
        c, s = np.cos(b.heading_rad), np.sin(b.heading_rad)
        along = np.array([c, s]) * (b.half_length_m + 6.0)
        across = np.array([-s, c]) * (b.half_width_m + 5.0)
        corners = np.array([along + across, across - along, -along - across, along - across])
        aprons.polygon(shapely.Polygon(corners + np.array([b.x_m, b.y_m])), YARD)
