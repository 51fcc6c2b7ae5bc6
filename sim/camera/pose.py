"""Where a camera is and where it looks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class CameraPose:
    """A pinhole camera, square pixels, principal point at the picture's centre."""

    position_enu_m: NDArray[np.float64]
    """(3,) camera centre, ENU metres."""
    rotation: NDArray[np.float64]
    """(3, 3) ENU -> camera (x right, y down, z forward)."""
    focal_px: float
    """Focal length in pixels of the rendered picture."""


def look(yaw_rad: float, pitch_rad: float, roll_rad: float = 0.0) -> NDArray[np.float64]:
    """ENU -> camera rotation (3, 3).

    `yaw_rad` is a compass heading (clockwise from north), `pitch_rad` is negative looking down (-pi/2 is nadir),
    `roll_rad` is positive clockwise seen from behind the camera: MAVLink's gimbal angles in the earth frame.
    """
    cy, sy = np.cos(yaw_rad), np.sin(yaw_rad)
    cp, sp = np.cos(pitch_rad), np.sin(pitch_rad)
    forward = np.array([sy * cp, cy * cp, sp])
    right = np.array([cy, -sy, 0.0])
    down = np.cross(forward, right)
    cr, sr = np.cos(roll_rad), np.sin(roll_rad)
    return np.stack([cr * right + sr * down, -sr * right + cr * down, forward])
