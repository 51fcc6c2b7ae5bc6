"""Where the shadow map lies: a square in the sun's view over the ground the camera sees."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.camera.look import Look
from sim.camera.pose import CameraPose

TALLEST_M = 60.0
Array = NDArray[np.float64]


@dataclass(frozen=True)
class SunView:
    """The orthographic view of the sun."""

    clip: Array
    """(4, 4) ENU -> the shadow map's clip space."""
    half_m: float
    """Half its side."""

    @property
    def to_texture(self) -> Array:
        """(4, 4) ENU -> texture coordinates and compared depth, 0..1."""
        half = np.diag([0.5, 0.5, 0.5, 1.0])
        half[:3, 3] = 0.5
        return np.asarray(half @ self.clip)

    def lights(self, points_enu_m: Array, radius_m: Array) -> NDArray[np.bool_]:
        """(n,) True where a ball may throw a shadow into the square."""
        at = np.abs(points_enu_m @ self.clip[:2, :3].T + self.clip[:2, 3]) * self.half_m
        return np.asarray((at < self.half_m + np.reshape(radius_m, (-1, 1))).all(axis=1))


def sun_view(pose: CameraPose, look: Look, width: int, height: int, texels: int) -> SunView:
    """Covers what the picture shows of the ground out to three times the distance of its middle.

    The square moves in whole texels and its size in steps, so that shadows of still things stay still in a video.
    """
    ground = _footprint(pose, width, height)
    low, high = ground.min(axis=0), ground.max(axis=0)
    centre = np.array([*(low + high) / 2, 0.0])
    radius = float(np.linalg.norm(ground - centre[:2], axis=1).max()) + 6.0
    half = 20.0 * 1.25 ** np.ceil(np.log(max(radius, 20.0) / 20.0) / np.log(1.25))
    back = np.array(look.to_sun)
    side = np.cross([0.0, 0.0, 1.0], back) if back[2] < 0.999 else np.array([1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    up = np.cross(back, side)
    axes = np.stack([side, up, back])
    texel = 2 * half / texels
    snapped = axes @ centre
    snapped[:2] = np.round(snapped[:2] / texel) * texel
    reach = half + TALLEST_M + 20.0
    view = np.eye(4)
    view[:3, :3] = axes
    view[:3, 3] = -snapped
    clip = np.diag([1 / half, 1 / half, -1 / reach, 1.0]) @ view
    return SunView(clip, half)


def _footprint(pose: CameraPose, width: int, height: int) -> Array:
    """(5, 2) ENU metres: where the picture's corners and middle meet the ground, or go at most."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height], [width / 2, height / 2]], float)
    rays = np.c_[(corners - [width / 2, height / 2]) / pose.focal_px, np.ones(5)] @ pose.rotation
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    above = max(float(pose.position_enu_m[2]), 1.0)
    falls = np.maximum(-rays[:, 2], 1e-3)
    reach = above / falls
    furthest = float(np.clip(3.0 * reach[4], 60.0, 500.0))
    reach = np.minimum(reach, furthest)
    return np.asarray(pose.position_enu_m[:2] + rays[:, :2] * reach[:, None])
