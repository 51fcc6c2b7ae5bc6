"""Trees and buildings around the roads, and the land they stand on."""

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.camera.scene import lines
from sim.camera.scene.geometry import Rgb, Surface
from sim.camera.scene.roads import Roads

BUILDING_CLEAR_M = 26.0
TREE_CLEAR_M = 4.0
LAND_MARGIN_M = 2500.0
LAND_CELL_M = 250.0
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


@dataclass(frozen=True)
class Trees:
    """Where trees stand."""

    position: NDArray[np.float64]
    """(n, 3)"""
    heading_rad: NDArray[np.float64]
    height_m: NDArray[np.float64]
    colour: NDArray[np.float64]
    """(n, 3) leaf colour, linear RGB."""
    variant: NDArray[np.int64]
    """(n,) which tree model."""


def land(roads: Roads, surface: Surface) -> None:
    """Level ground in cells well beyond the network, left out where it is paved."""
    points = _anchors(roads)
    low, high = points.min(axis=0) - LAND_MARGIN_M, points.max(axis=0) + LAND_MARGIN_M
    xs, ys = (np.linspace(a, b, max(2, int((b - a) / LAND_CELL_M))) for a, b in zip(low, high, strict=True))
    paved = roads.surface.buffer(-0.3)
    shapely.prepare(paved)
    for x0, x1 in itertools.pairwise(xs):
        for y0, y1 in itertools.pairwise(ys):
            cell = shapely.box(x0, y0, x1, y1)
            surface.polygon(cell.difference(paved) if shapely.intersects(paved, cell) else cell, (1.0, 1.0, 1.0))


def _anchors(roads: Roads) -> NDArray[np.float64]:
    """Points along all roads, to scatter things around."""
    return np.concatenate([lines.dense(edge.lanes[0].shape, 10.0) for edge in roads.edges])


@dataclass(frozen=True)
class Block:
    """One building's footprint."""

    x_m: float
    y_m: float
    heading_rad: float
    half_length_m: float
    half_width_m: float
    height_m: float


def blocks(roads: Roads, seed: int, per_km: float = 34.0) -> list[Block]:
    """Buildings facing the roads, clear of them and of each other."""
    rng = np.random.default_rng(seed)
    anchors, headings = _anchored(roads)
    wanted = int(len(anchors) * 10.0 / 1000.0 * per_km)
    pick = rng.integers(len(anchors), size=wanted * 4)
    side = rng.choice([-1.0, 1.0], len(pick))
    away = rng.gamma(2.2, 32.0, len(pick)) + BUILDING_CLEAR_M
    normal = np.stack([-np.sin(headings[pick]), np.cos(headings[pick])], axis=1)
    at = anchors[pick] + normal * (side * away)[:, None]
    half = np.stack([rng.uniform(9.0, 24.0, len(pick)), rng.uniform(6.5, 10.0, len(pick))], axis=1)
    height = rng.choice([4.5, 7.5, 12.0, 18.0, 33.0, 54.0], len(pick), p=[0.2, 0.24, 0.22, 0.2, 0.1, 0.04])
    free = roads.distance(at) > BUILDING_CLEAR_M
    chosen: list[Block] = []
    where = np.zeros((0, 3))
    for i in np.flatnonzero(free):
        radius = float(np.hypot(*half[i]))
        if (
            len(where)
            and (np.hypot(where[:, 0] - at[i, 0], where[:, 1] - at[i, 1]) < (where[:, 2] + radius) * 0.85).any()
        ):
            continue
        where = np.vstack([where, [at[i, 0], at[i, 1], radius]])
        chosen.append(
            Block(
                float(at[i, 0]),
                float(at[i, 1]),
                float(headings[pick[i]]),
                float(half[i, 0]),
                float(half[i, 1]),
                float(height[i]),
            )
        )
        if len(chosen) == wanted:
            break
    return chosen


def _anchored(roads: Roads) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pairs = [lines.spaced(edge.lanes[0].shape, 10.0) for edge in roads.edges]
    return np.concatenate([p for p, _ in pairs]), np.concatenate([h for _, h in pairs])


def buildings(found: list[Block], walls: Surface, solid: Surface, seed: int) -> None:
    """Blocks with floors of windows, a parapet and plant on the roof."""
    rng = np.random.default_rng(seed)
    for block in found:
        wall, roof = WALLS[rng.integers(len(WALLS))], ROOFS[rng.integers(len(ROOFS))]
        half = (block.half_length_m, block.half_width_m, block.height_m)
        walls.box((block.x_m, block.y_m, 0.0), half, block.heading_rad, wall, roof)
        if block.height_m < 7.0:
            continue
        c, s = np.cos(block.heading_rad), np.sin(block.heading_rad)
        for _ in range(int(rng.integers(1, 4))):
            u, v = rng.uniform(-0.6, 0.6) * block.half_length_m, rng.uniform(-0.5, 0.5) * block.half_width_m
            size = (float(rng.uniform(1.2, 3.2)), float(rng.uniform(1.2, 2.6)), float(rng.uniform(1.2, 2.8)))
            solid.box(
                (block.x_m + c * u - s * v, block.y_m + s * u + c * v, block.height_m), size, block.heading_rad, UNIT
            )


def trees(roads: Roads, found: list[Block], seed: int, per_km: float = 110.0) -> Trees:
    """Rows along the roads and loose trees further out, clear of roads and buildings."""
    rng = np.random.default_rng(seed)
    rows = []
    for edge in roads.edges:
        border = lines.offset(edge.right_border, -rng.uniform(7.0, 9.0))
        if lines.length(border) > 60.0:
            at, _ = lines.spaced(border, float(rng.uniform(7.0, 14.0)), 10.0)
            rows.append(at[rng.random(len(at)) < 0.7] + rng.normal(0.0, 0.6, (1, 2)))
    anchors, _ = _anchored(roads)
    loose = anchors[rng.integers(len(anchors), size=int(len(anchors) * 10.0 / 1000.0 * per_km))]
    loose = loose + rng.normal(0.0, 1.0, loose.shape) * rng.gamma(2.0, 30.0, (len(loose), 1))
    at = np.concatenate([*rows, loose])
    keep = roads.distance(at) > TREE_CLEAR_M
    for b in found:
        keep &= np.hypot(at[:, 0] - b.x_m, at[:, 1] - b.y_m) > np.hypot(b.half_length_m, b.half_width_m) * 0.8 + 2.0
    at = at[keep]
    n = len(at)
    shade = rng.uniform(0.7, 1.25, (n, 1)) * np.array([[0.062, 0.115, 0.034]]) * rng.uniform(0.85, 1.18, (n, 3))
    return Trees(
        np.c_[at, np.zeros(n)], rng.uniform(0, 2 * np.pi, n), rng.uniform(4.0, 9.5, n), shade, rng.integers(0, 4, n)
    )
