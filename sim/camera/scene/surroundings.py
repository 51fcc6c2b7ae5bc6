"""The land beside the roads: soil, fields, and trees."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.camera.scene import lines
from sim.camera.scene.buildings import Block
from sim.camera.scene.geometry import Rgb, Surface
from sim.camera.scene.roads import Roads

TREE_CLEAR_M = 4.0
LAND_MARGIN_M, LAND_CELL_M = 2500.0, 250.0
FIELD_CLEAR_M = 30.0
FIELDS: tuple[Rgb, ...] = (
    (1.35, 1.20, 0.90),
    (0.70, 1.00, 0.55),
    (0.85, 1.15, 0.60),
    (1.15, 1.05, 0.80),
    (0.60, 0.80, 0.55),
)
"""What a field's crop does to the colour of the land."""
LEAF: Rgb = (0.050, 0.088, 0.026)


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
    points, _ = anchors(roads)
    low, high = points.min(axis=0) - LAND_MARGIN_M, points.max(axis=0) + LAND_MARGIN_M
    xs, ys = (np.linspace(a, b, max(2, int((b - a) / LAND_CELL_M))) for a, b in zip(low, high, strict=True))
    paved = roads.surface.buffer(-0.3)
    shapely.prepare(paved)
    for x0, x1 in pairwise(xs):
        for y0, y1 in pairwise(ys):
            cell = shapely.box(x0, y0, x1, y1)
            surface.polygon(cell.difference(paved) if shapely.intersects(paved, cell) else cell, (1.0, 1.0, 1.0))


def fields(roads: Roads, surface: Surface, seed: int, per_km: float = 22.0) -> None:
    """Strips of crops, some side by side, away from the roads."""
    rng = np.random.default_rng(seed)
    points, headings = anchors(roads)
    for i in rng.integers(len(points), size=int(len(points) / 100.0 * per_km)):
        turn = headings[i]
        away = np.array([-np.sin(turn), np.cos(turn)]) * rng.choice([-1.0, 1.0]) * rng.uniform(60.0, 320.0)
        length, width = rng.uniform(50.0, 120.0), rng.uniform(14.0, 34.0)
        for k in range(int(rng.integers(1, 5))):
            centre = points[i] + away + np.array([np.cos(turn), np.sin(turn)]) * k * (width + 1.5)
            strip = _rectangle(centre, turn, width / 2, length / 2)
            if roads.distance(np.array(strip.exterior.coords)).min() > FIELD_CLEAR_M:
                surface.polygon(strip, FIELDS[rng.integers(len(FIELDS))])


def _rectangle(centre: lines.Line, heading: float, half_length: float, half_width: float) -> shapely.Polygon:
    along = np.array([np.cos(heading), np.sin(heading)]) * half_length
    across = np.array([-np.sin(heading), np.cos(heading)]) * half_width
    return shapely.Polygon(centre + np.array([along + across, across - along, -along - across, along - across]))


def anchors(roads: Roads) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, 2) points every 10 m along all roads and (n,) the headings there, to scatter things around."""
    pairs = [lines.spaced(edge.lanes[0].shape, 10.0) for edge in roads.edges]
    return np.concatenate([p for p, _ in pairs]), np.concatenate([h for _, h in pairs])


def trees(roads: Roads, found: list[Block], seed: int, per_km: float = 110.0) -> Trees:
    """Rows along the roads and loose trees further out, clear of roads and buildings."""
    rng = np.random.default_rng(seed)
    rows = []
    for edge in roads.edges:
        border = lines.offset(edge.right_border, -rng.uniform(7.0, 9.0))
        if lines.length(border) > 60.0:
            at, _ = lines.spaced(border, float(rng.uniform(7.0, 14.0)), 10.0)
            rows.append(at[rng.random(len(at)) < 0.7] + rng.normal(0.0, 0.6, (1, 2)))
    points, _ = anchors(roads)
    loose = points[rng.integers(len(points), size=int(len(points) / 100.0 * per_km))]
    loose = loose + rng.normal(0.0, 1.0, loose.shape) * rng.gamma(2.0, 30.0, (len(loose), 1))
    at = np.concatenate([*rows, loose])
    keep = roads.distance(at) > TREE_CLEAR_M
    for b in found:
        keep &= np.hypot(at[:, 0] - b.x_m, at[:, 1] - b.y_m) > b.radius_m * 0.8 + 2.0
    at = at[keep]
    n = len(at)
    shade = rng.uniform(0.65, 1.25, (n, 1)) * np.array(LEAF) * rng.uniform(0.85, 1.2, (n, 3))
    return Trees(
        np.c_[at, np.zeros(n)], rng.uniform(0, 2 * np.pi, n), rng.uniform(4.0, 9.5, n), shade, rng.integers(0, 4, n)
    )
