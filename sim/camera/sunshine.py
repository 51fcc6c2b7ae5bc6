"""Where the shadow map lies: a rectangle in the sun's view over the ground the camera sees."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.camera.look import Look
from sim.camera.pose import CameraPose

TALLEST_M = 60.0
MARGIN_M = 6.0
Array = NDArray[np.float64]


@dataclass(frozen=True)
class SunView:
    """The orthographic view of the sun."""

    clip: Array
    """(4, 4) ENU -> the shadow map's clip space."""
    half_m: Array
    """(2,) half the sides of the lit rectangle, metres."""

    @property
    def to_texture(self) -> Array:
        """(4, 4) ENU -> texture coordinates and compared depth, 0..1."""
        half = np.diag([0.5, 0.5, 0.5, 1.0])
        half[:3, 3] = 0.5
        return np.asarray(half @ self.clip)

    def lights(self, points_enu_m: Array, radius_m: Array) -> NDArray[np.bool_]:
        """(n,) True where a ball may throw a shadow into the rectangle."""
        at = np.abs(points_enu_m @ self.clip[:2, :3].T + self.clip[:2, 3]) * self.half_m
        return np.asarray((at < self.half_m + np.reshape(radius_m, (-1, 1))).all(axis=1))


def sun_view(pose: CameraPose, look: Look, width: int, height: int, texels: int) -> SunView:
    """Covers what the picture shows of the ground out to three times the distance of its middle.

    The rectangle lies along the camera's heading. It moves in whole texels and grows in steps, so that shadows of
    still things stay still in a video.
    """
    ground = _footprint(pose, width, height)
    back = np.array(look.to_sun)
    heading = pose.rotation[2] - pose.rotation[1] * 1e-3  # of the picture's upper edge when looking straight down
    side = np.cross([heading[0], heading[1], 0.0], back)
    if np.linalg.norm(side) < 1e-6:
        side = np.cross([0.0, 1.0, 0.0], back)
    side /= np.linalg.norm(side)
    axes = np.stack([side, np.cross(back, side), back])
    seen = np.c_[ground, np.zeros(len(ground))] @ axes.T
    low, high = seen.min(axis=0), seen.max(axis=0)
    half = _stepped((high - low)[:2] / 2 + MARGIN_M)
    texel = 2 * half / texels
    middle = (low + high) / 2
    middle[:2] = np.round(middle[:2] / texel) * texel
    reach = float(np.hypot(*half)) + TALLEST_M + 20.0
    view = np.eye(4)
    view[:3, :3] = axes
    view[:3, 3] = -middle
    return SunView(np.diag([1 / half[0], 1 / half[1], -1 / reach, 1.0]) @ view, half)


def _stepped(half_m: Array) -> Array:
    """Rounded up to one of a few sizes, each 1.2 times the one before."""
    return np.asarray(20.0 * 1.2 ** np.ceil(np.log(np.maximum(half_m, 20.0) / 20.0) / np.log(1.2)))


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
