"""Poses and road users for the camera's tests."""

from math import tan

import numpy as np

from sim.camera.look import Look
from sim.camera.pose import CameraPose, look
from sim.world.snapshot import RoadUserState

WIDTH, HEIGHT = 640, 360
EVEN_LIGHT = Look(overcast=1.0, haze_per_m=0.0)
SIZES = {
    "sedan": (4.6, 1.82, 1.45, "car"),
    "hatch": (4.1, 1.75, 1.5, "car"),
    "suv": (4.8, 1.95, 1.75, "car"),
    "police": (4.6, 1.82, 1.45, "car"),
    "van": (5.4, 2.0, 2.2, "van"),
    "truck": (9.0, 2.5, 3.6, "truck"),
    "semi": (16.5, 2.55, 3.95, "truck"),
    "bus": (12.0, 2.55, 3.3, "bus"),
    "motor": (1.9, 0.72, 1.65, "motor"),
    "bicycle": (1.7, 0.6, 1.75, "bicycle"),
    "tricycle": (2.9, 1.2, 1.6, "tricycle"),
    "awning-tricycle": (2.9, 1.2, 1.8, "awning-tricycle"),
    "pedestrian": (0.5, 0.5, 1.7, "pedestrian"),
}


def pose_at(x: float, y: float, z: float, yaw_deg: float, pitch_deg: float, fov_deg: float = 60.0) -> CameraPose:
    focal = WIDTH / 2 / tan(np.radians(fov_deg) / 2)
    return CameraPose(np.array([x, y, z], float), look(np.radians(yaw_deg), np.radians(pitch_deg)), focal)


def user(kind: str, x: float, y: float, heading_rad: float = 0.7, name: str | None = None) -> RoadUserState:
    length, width, height, cls = SIZES[kind]
    return RoadUserState(
        id=name or kind,
        kind=kind,
        cls=cls,
        x_m=x,
        y_m=y,
        z_m=0.0,
        heading_rad=heading_rad,
        speed_mps=0.0,
        length_m=length,
        width_m=width,
        height_m=height,
        lane_id="nb_1_1",
        lane_type="driving",
        colour=(0.6, 0.05, 0.05),
    )
