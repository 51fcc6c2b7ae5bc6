"""The map's paint as one camera would see it: which points to test, where, across which direction, how fine."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gcs.perception.camera import Camera
from gcs.perception.registration.paint import DASHED, SOLID, YELLOW, Paint

Array = NDArray[np.float64]

LEVELS = 4
"""Pyramid levels: near lines are wide and looked for in smaller copies of the picture."""
MAX_RANGE_M = 260.0
STEP_PX = 12.0
MARGIN_PX = 70.0
RIDGE_PX = 1.8
"""Width of a line, in pixels of its level, at which the ridge filter answers best."""
MIN_POINTS = 25
MAIN_AXIS_RAD = math.radians(30.0)
"""Only points of lines nearer than this to the view's main axis are used.

A crossing road would tell the shift along the main one, but the few of its points in view are easily fooled by
crosswalks and roofs, and nothing else checks that shift.
"""
AXIS_BINS = 36


@dataclass(frozen=True, slots=True)
class View:
    """n points worth testing in one picture, by the pose as it is believed now."""

    points_m: Array
    """(n, 3) ENU metres."""
    tangents: Array
    """(n, 2) on the ground."""
    kind: NDArray[np.int64]
    line: NDArray[np.int64]
    pixels: Array
    """(n, 2) where the pose says they are."""
    normals: Array
    """(n, 2) unit vectors across the line in the picture."""
    px_per_m: Array
    """(n,) pixels that a metre across the line makes in the picture."""
    level: NDArray[np.int64]
    weight: Array
    """(n,) 0.3..1: lines thinner than a pixel say less."""

    @property
    def lines(self) -> NDArray[np.bool_]:
        """(n,) which points are paint."""
        return is_line(self.kind)


def is_line(kind: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which kinds are paint, not surface."""
    return np.asarray((kind == SOLID) | (kind == DASHED) | (kind == YELLOW))


def view_of(paint: Paint, camera: Camera) -> View | None:
    """The points to test, about one every STEP_PX along each line; None when too little of the map is in view."""
    near = np.flatnonzero(np.abs(paint.points_m[:, :2] - camera.position_m[:2]).max(axis=1) < MAX_RANGE_M)
    seen = paint.some(near)
    pixels = camera.project(seen.points_m)
    limit = np.array([camera.width, camera.height]) + MARGIN_PX
    # NaN (behind the camera) compares as outside
    inside = np.flatnonzero((pixels > -MARGIN_PX).all(axis=1) & (pixels < limit).all(axis=1))
    seen, pixels = seen.some(inside), pixels[inside]
    if len(pixels) < MIN_POINTS:
        return None
    along = _moved(camera, seen, pixels, seen.tangents)
    across = _moved(camera, seen, pixels, np.stack([-seen.tangents[:, 1], seen.tangents[:, 0]], axis=1))
    px_along = np.hypot(along[:, 0], along[:, 1])
    normals = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.maximum(px_along, 1e-9)[:, None]
    px_per_m = np.abs(np.einsum("ij,ij->i", normals, across))
    paint_px = seen.width_m * px_per_m
    line = is_line(seen.kind)
    useful = (px_per_m > 2.2) & np.where(line, (paint_px > 0.45) & (paint_px < 22.0), True)
    step = np.where(line, STEP_PX, 3 * STEP_PX)
    keep = np.flatnonzero(_thinned(seen.line, px_along * _spacing(seen), step) & useful)
    keep = keep[_near_main_axis(seen.tangents[keep], is_line(seen.kind[keep]))]
    if is_line(seen.kind[keep]).sum() < MIN_POINTS:
        return None
    level = np.clip(np.round(np.log2(np.maximum(paint_px, 0.1) / RIDGE_PX)), 0, LEVELS - 1).astype(np.int64)
    level[~line] = 2
    weight = np.where(line, np.clip(paint_px, 0.3, 1.0), 1.0)
    return View(
        seen.points_m[keep], seen.tangents[keep], seen.kind[keep], seen.line[keep], pixels[keep], normals[keep],
        px_per_m[keep], level[keep], weight[keep],
    )  # fmt: skip


def _near_main_axis(tangents: Array, line: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which points run along the axis (direction without sense) that most paint in view has."""
    axis = np.arctan2(tangents[:, 1], tangents[:, 0]) % math.pi
    count = np.bincount((axis[line] / math.pi * AXIS_BINS).astype(int) % AXIS_BINS, minlength=AXIS_BINS)
    smooth = count + np.roll(count, 1) + np.roll(count, -1)
    main = (int(smooth.argmax()) + 0.5) * math.pi / AXIS_BINS
    off = np.abs((axis - main + math.pi / 2) % math.pi - math.pi / 2)
    return np.asarray(off < MAIN_AXIS_RAD)


def _moved(camera: Camera, seen: Paint, pixels: Array, direction: Array) -> Array:
    """(n, 2) pixels that a metre along a ground direction makes."""
    step = 0.1
    ground = seen.points_m.copy()
    ground[:, :2] += step * direction
    return np.asarray(np.nan_to_num((camera.project(ground) - pixels) / step))


def _spacing(seen: Paint) -> Array:
    """(n,) metres from each point to the one before it."""
    gap = np.hypot(*np.diff(seen.points_m[:, :2], axis=0, prepend=seen.points_m[:1, :2]).T)
    return np.asarray(np.minimum(gap, 10.0))


def _thinned(line: NDArray[np.int64], pixels: Array, step: Array) -> NDArray[np.bool_]:
    """Keep one point per `step` pixels along each line, and the first of each."""
    first = np.concatenate([[True], np.diff(line) != 0])
    total = np.cumsum(pixels)
    total -= np.maximum.accumulate(np.where(first, total, 0.0))
    cell = np.floor(total / step)
    return np.asarray(first | (np.concatenate([[-1.0], cell[:-1]]) != cell))
