"""From ENU metres to pixels and to OpenGL's clip space, both from the same `CameraPose`.

Pixels: u right, v down, (0, 0) is the picture's top-left corner, so the first pixel's centre is (0.5, 0.5).
"""

import numpy as np
from numpy.typing import NDArray

from sim.camera.pose import CameraPose

Array = NDArray[np.float64]


def project(pose: CameraPose, points_enu_m: Array, width: int, height: int) -> tuple[Array, Array]:
    """(n, 3) ENU metres -> ((n, 2) pixels, (n,) depth in metres along the optical axis).

    A pixel is meaningful only where its depth is positive.
    """
    camera = (points_enu_m - pose.position_enu_m) @ pose.rotation.T
    depth = camera[:, 2]
    safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
    pixels = camera[:, :2] / safe[:, None] * pose.focal_px + np.array([width / 2, height / 2])
    return pixels, depth


def clip_matrix(pose: CameraPose, width: int, height: int, near_m: float, far_m: float) -> Array:
    """(4, 4) ENU homogeneous -> OpenGL clip space, with the picture's top row at clip y = -1.

    Rows then leave the framebuffer top first, in numpy's order; faces that are counter-clockwise seen from outside
    come out clockwise.
    """
    view = np.eye(4)
    view[:3, :3] = pose.rotation
    view[:3, 3] = -pose.rotation @ pose.position_enu_m
    lens = np.zeros((4, 4))
    lens[0, 0] = 2 * pose.focal_px / width
    lens[1, 1] = 2 * pose.focal_px / height
    lens[2, 2] = (far_m + near_m) / (far_m - near_m)
    lens[2, 3] = -2 * far_m * near_m / (far_m - near_m)
    lens[3, 2] = 1.0
    return np.asarray(lens @ view)


def outside(clip: Array, points_enu_m: Array, radius_m: Array | float) -> NDArray[np.bool_]:
    """(n,) True where a ball about a point lies wholly outside the clip volume's side and near planes."""
    planes = np.stack([clip[3] + clip[0], clip[3] - clip[0], clip[3] + clip[1], clip[3] - clip[1], clip[3] + clip[2]])
    planes = planes / np.linalg.norm(planes[:, :3], axis=1, keepdims=True)
    distance = points_enu_m @ planes[:, :3].T + planes[:, 3]
    return np.asarray((distance < -np.reshape(radius_m, (-1, 1))).any(axis=1))


def shows_horizon(pose: CameraPose, width: int, height: int) -> bool:
    """Whether any corner of the picture looks above, or less than a degree below, the horizon."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float) - [width / 2, height / 2]
    rays = np.c_[corners / pose.focal_px, np.ones(4)] @ pose.rotation
    return bool((rays[:, 2] / np.linalg.norm(rays, axis=1)).max() > -0.0175)
