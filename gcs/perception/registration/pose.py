"""Corrections of a pose: six numbers in the order of `Camera.pose_jacobian`, for one camera or for many at once."""

import numpy as np
from numpy.typing import NDArray

from gcs.perception.camera import Camera

Array = NDArray[np.float64]


def turns(camera: Camera, theta: Array) -> Array:
    """(n, 3, 3) ENU -> camera after (n, 6) corrections: metres east, north, up; radians yaw, pitch, roll."""
    axes = np.stack([np.array([0.0, 0.0, -1.0]), camera.rotation[0], camera.rotation[2]])
    return np.asarray(camera.rotation @ _exp(-theta[:, 3:] @ axes))


def corrected(camera: Camera, theta: Array) -> Camera:
    """The camera after one (6,) correction."""
    rotation = turns(camera, theta[None])[0]
    return Camera(camera.position_m + theta[:3], rotation, camera.focal_px, camera.width, camera.height)


def _exp(vectors: Array) -> Array:
    """Rotation matrices of (n, 3) rotation vectors (Rodrigues)."""
    angle = np.linalg.norm(vectors, axis=1)[:, None, None] + 1e-12
    cross = np.zeros((len(vectors), 3, 3))
    cross[:, 0, 1], cross[:, 0, 2], cross[:, 1, 2] = -vectors[:, 2], vectors[:, 1], -vectors[:, 0]
    cross -= cross.transpose(0, 2, 1)
    return np.asarray(np.eye(3) + np.sin(angle) / angle * cross + (1 - np.cos(angle)) / angle**2 * (cross @ cross))
