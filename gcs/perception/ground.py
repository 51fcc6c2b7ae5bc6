"""From a box in the picture to the centre of the vehicle's footprint on the road.

A box's bottom edge is not where a vehicle stands: seen from the air the box holds roof and flank too, and how much of
them depends on where the camera looks from. So a cuboid of the class's usual size is laid on the road, turned along its
lane, and moved, stretched and raised until its outline fills the box: least squares with a prior on the size
(Gauss-Newton; the inverse of the normal matrix is the position's covariance).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gcs.perception.camera import Camera
from gcs.perception.types import Detection, RoadUserClass

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Size:
    """Usual size of a class in metres, and how far length and height spread (standard deviation of the logarithm)."""

    length_m: float
    width_m: float
    height_m: float
    length_spread: float
    height_spread: float


SIZES: Mapping[RoadUserClass, Size] = {
    "pedestrian": Size(0.5, 0.5, 1.7, 0.1, 0.1),
    "people": Size(0.5, 0.5, 1.4, 0.3, 0.2),
    "bicycle": Size(1.7, 0.6, 1.7, 0.1, 0.1),
    "car": Size(4.6, 1.82, 1.5, 0.08, 0.1),
    "van": Size(5.2, 1.95, 2.1, 0.15, 0.15),
    "truck": Size(9.5, 2.5, 3.5, 0.4, 0.2),
    "tricycle": Size(2.9, 1.2, 1.6, 0.1, 0.1),
    "awning-tricycle": Size(2.9, 1.2, 1.8, 0.1, 0.1),
    "bus": Size(11.5, 2.55, 3.2, 0.2, 0.1),
    "motor": Size(1.9, 0.75, 1.6, 0.1, 0.1),
}
"""European and Chinese type approval ranges; GB 1589 for trucks and buses."""

EDGE_PX = 1.7
EDGE_SHARE = 0.03
"""A box edge is uncertain by EDGE_PX and this share of the box's side (measured on renders, see tests)."""
BORDER_PX = 2.0
"""An edge this near to the picture's border is the border's, not the vehicle's."""
ITERATIONS = 4
STEPS = np.array([0.05, 0.05, 0.01, 0.01])
"""Of the finite differences: metres, metres, and logarithms of length and height."""
CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])


def footprint_centres(
    camera: Camera, detections: Sequence[Detection], headings_rad: Sequence[float | None], z_m: float = 0.0
) -> tuple[Array, Array]:
    """((n, 2) footprint centres in ENU metres, (n, 2, 2) their covariance from the box alone).

    A heading (counter-clockwise from east, either way along the vehicle) of None means unknown: the footprint is then
    taken as round. A box that does not fix its vehicle (above the horizon, cut by the border on all sides) gives NaN.
    The error of the camera's pose comes on top: `Camera.pose_covariance`.
    """
    n = len(detections)
    if n == 0:
        return np.zeros((0, 2)), np.zeros((0, 2, 2))
    box = np.array([[d.x0, d.y0, d.x1, d.y1] for d in detections])
    size, spread, turn = _shapes(detections, headings_rad)
    weight = _edge_weights(box, camera)
    middle = np.stack([(box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2], axis=1)
    # The box's middle looks at about half the vehicle's height.
    at = camera.to_ground(middle, z_m + size[:, 2] / 2)
    state = np.concatenate([at, np.zeros((n, 2))], axis=1)
    prior = np.zeros((n, 4))
    prior[:, 2:] = spread**-2
    normal = np.zeros((n, 4, 4))
    for _ in range(ITERATIONS):
        edges, jacobian = _outline_and_jacobian(camera, state, size, turn, z_m)
        weighted = jacobian * weight[:, :, None]
        normal = jacobian.transpose(0, 2, 1) @ weighted + prior[:, :, None] * np.eye(4)
        residual = np.einsum("nij,ni->nj", weighted, box - edges) - prior * state
        sound = np.isfinite(normal).all(axis=(1, 2)) & np.isfinite(residual).all(axis=1)
        normal[~sound] = np.eye(4)
        state = np.where(sound[:, None], state + np.linalg.solve(normal, residual[:, :, None])[:, :, 0], np.nan)
    covariance = np.linalg.inv(normal)[:, :2, :2]
    lost = ~np.isfinite(state).all(axis=1) | (weight[:, [0, 2]].sum(1) == 0) | (weight[:, [1, 3]].sum(1) == 0)
    state[lost], covariance[lost] = np.nan, np.nan
    return np.asarray(state[:, :2]), np.asarray(covariance, dtype=np.float64)


def _shapes(detections: Sequence[Detection], headings_rad: Sequence[float | None]) -> tuple[Array, Array, Array]:
    """(n, 3) length, width, height; (n, 2) spreads; (n, 2) cosine and sine of the heading."""
    size, spread, turn = [], [], []
    for detection, heading in zip(detections, headings_rad, strict=True):
        s = SIZES[detection.cls]
        if heading is None:
            side = float(np.sqrt(s.length_m * s.width_m))
            size.append((side, side, s.height_m))
            spread.append((0.5, s.height_spread))
            turn.append((1.0, 0.0))
        else:
            size.append((s.length_m, s.width_m, s.height_m))
            spread.append((s.length_spread, s.height_spread))
            turn.append((float(np.cos(heading)), float(np.sin(heading))))
    return np.array(size), np.array(spread), np.array(turn)


def _edge_weights(box: Array, camera: Camera) -> Array:
    """(n, 4) inverse variance of the box's edges, zero where the picture's border cut the vehicle."""
    side = np.stack([box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]] * 2, axis=1)
    weight = 1.0 / (EDGE_PX**2 + (EDGE_SHARE * side) ** 2)
    limit = np.array([0.0, 0.0, camera.width, camera.height])
    weight[np.abs(box - limit) <= BORDER_PX] = 0.0
    return np.asarray(weight)


def _outline(camera: Camera, state: Array, size: Array, turn: Array, z_m: float) -> Array:
    """(..., n, 4) left, top, right and bottom of the cuboids' outlines in the picture; `state` is (..., n, 4)."""
    length, height = size[:, 0] * np.exp(state[..., 2]), size[:, 2] * np.exp(state[..., 3])
    width = np.broadcast_to(size[:, 1], length.shape)
    local = CORNERS * np.stack([length, width, height], axis=-1)[..., None, :]
    c, s = turn[:, :1], turn[:, 1:]
    x = state[..., :1] + c * local[..., 0] - s * local[..., 1]
    y = state[..., 1:2] + s * local[..., 0] + c * local[..., 1]
    pixels = camera.project(np.stack([x, y, z_m + local[..., 2]], axis=-1))
    return np.concatenate([pixels.min(axis=-2), pixels.max(axis=-2)], axis=-1)


def _outline_and_jacobian(camera: Camera, state: Array, size: Array, turn: Array, z_m: float) -> tuple[Array, Array]:
    """(n, 4) edges and (n, 4 edges, 4 parameters) their derivative, by finite differences in one batch."""
    moved = np.stack([state, *(state + step * e for step, e in zip(STEPS, np.eye(4), strict=True))])
    edges = _outline(camera, moved, size, turn, z_m)
    return edges[0], np.asarray(np.moveaxis((edges[1:] - edges[0]) / STEPS[:, None, None], 0, 2))
