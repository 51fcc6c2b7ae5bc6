"""Gauss-Newton refinement of one correction: every point of paint looks across its line for the ridge."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gcs.perception.camera import Camera
from gcs.perception.registration.features import CHANNEL_OF_KIND, Atlas
from gcs.perception.registration.pose import corrected
from gcs.perception.registration.view import View

Array = NDArray[np.float64]

REACH = np.linspace(-1.0, 1.0, 17)
"""Where a point looks across its line, as shares of the window."""
MAX_WINDOW_PX = 48.0
HIT = 0.35
"""A ridge at least this strong (of 1) is taken for the line."""
RESIDUAL_PX, RESIDUAL_M = 0.7, 0.07
CORRELATION = 0.04
"""Residuals along a line are not independent: each carries this share of its information."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A refined correction and what supports it."""

    theta: Array
    """(6,)"""
    information: Array
    """(6, 6) inverse covariance, prior included."""
    kind: NDArray[np.int64]
    """(n,) of the points of paint tested."""
    line: NDArray[np.int64]
    hit: NDArray[np.bool_]
    """(n,) a ridge is where the corrected pose says."""
    inside: NDArray[np.bool_]
    """(n,) the point is in the picture."""


def refine(
    theta: Array,
    mean: Array,
    prior_information: Array,
    camera: Camera,
    view: View,
    atlas: Atlas,
    windows_m: tuple[float, ...],
) -> Fit:
    """Fit a correction from a start within a lane's width, under the prior N(mean, prior_information^-1).

    Each pass looks +-window metres across every line for the strongest ridge, near ones preferred, to a fraction of a
    pixel; Tukey weights.
    """
    lines = view.lines
    points, kind, level, px_per_m = view.points_m[lines], view.kind[lines], view.level[lines], view.px_per_m[lines]
    tangents = np.concatenate([view.tangents[lines], np.zeros((lines.sum(), 1))], axis=1)
    shrink = np.asarray(0.5**level, dtype=np.float64)
    top = atlas.offset[CHANNEL_OF_KIND[kind], level]
    axes = np.stack([np.array([0.0, 0.0, -1.0]), camera.rotation[0], camera.rotation[2]])
    hit = inside = np.zeros(len(kind), bool)
    information = prior_information
    for turn, window_m in enumerate(windows_m):
        now = corrected(camera, theta)
        local = points - now.position_m
        x = local @ now.rotation.T
        depth = np.maximum(x[:, 2], 1.0)
        slope = x[:, :2] / depth[:, None]
        normal = _normals(tangents @ now.rotation.T, slope)
        pixel = camera.focal_px * slope + np.array([atlas.width, atlas.height]) / 2 - 0.5
        window = np.asarray(np.clip(window_m * px_per_m, 1.5 / shrink, MAX_WINDOW_PX))
        residual, strength, inside = _ridge_across(atlas, pixel, normal, window, shrink, top)
        sigma = np.hypot(RESIDUAL_PX / shrink, RESIDUAL_M * px_per_m)
        last = turn == len(windows_m) - 1
        tolerance = 2.2 * (sigma if last else np.hypot(sigma, 0.25 * window))
        tukey = np.maximum(0.0, 1.0 - (residual / (2.5 * tolerance)) ** 2) ** 2
        found = (strength > HIT) & (x[:, 2] > 3)
        weight = found * strength / sigma**2 * tukey * CORRELATION
        gradient = camera.focal_px / depth[:, None] * np.column_stack([normal, -np.einsum("ij,ij->i", normal, slope)])
        by_ground = gradient @ now.rotation
        by_turn = np.stack([np.einsum("ij,ij->i", -by_ground, np.cross(axis, local)) for axis in axes], axis=1)
        jacobian = np.concatenate([-by_ground, by_turn], axis=1)
        weighted = jacobian * weight[:, None]
        information = weighted.T @ jacobian + prior_information
        step = np.linalg.solve(information, weighted.T @ residual - prior_information @ (theta - mean))
        theta = theta + step
        hit = found & (np.abs(residual) < np.maximum(1.5 / shrink, 0.25 * px_per_m))
    return Fit(theta, information, kind, view.line[lines], hit, inside)


def _normals(tangents: Array, slope: Array) -> Array:
    """(n, 2) unit vectors across lines in the picture, from the lines' directions in camera axes."""
    along = tangents[:, :2] - slope * tangents[:, 2:]
    length = np.hypot(along[:, 0], along[:, 1]) + 1e-12
    return np.stack([-along[:, 1], along[:, 0]], axis=1) / length[:, None]


def _ridge_across(
    atlas: Atlas, pixel: Array, normal: Array, window: Array, shrink: Array, top: NDArray[np.int64]
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """(way to the ridge in pixels, its strength 0..1, whether the point is in the picture) for each point."""
    offsets = window[:, None] * REACH
    u = (pixel[:, :1] + normal[:, :1] * offsets) * shrink[:, None]
    v = (pixel[:, 1:] + normal[:, 1:] * offsets) * shrink[:, None]
    inside = (u >= 0) & (u < atlas.width * shrink[:, None] - 1) & (v >= 0) & (v < atlas.height * shrink[:, None] - 1)
    rows = (v + top[:, None]).astype(np.float32)
    ridge = cv2.remap(atlas.pixels, u.astype(np.float32), rows, cv2.INTER_LINEAR).astype(float) / 255 * inside
    best = (ridge * (1 - 0.35 * np.abs(REACH))).argmax(axis=1)
    each = np.arange(len(best))
    middle = np.clip(best, 1, len(REACH) - 2)
    left, peak, right = ridge[each, middle - 1], ridge[each, middle], ridge[each, middle + 1]
    bend = left - 2 * peak + right
    curved = bend < -1e-3
    fraction = np.where(curved, 0.5 * (left - right) / np.where(curved, bend, -1.0), 0.0)
    way = window * (REACH[middle] + np.clip(fraction, -1, 1) * (REACH[1] - REACH[0]))
    return way, ridge[each, best], inside[:, len(REACH) // 2]
