"""A patrol along a road: where the camera truly is and looks, at any instant."""

import math
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.camera.pose import CameraPose, look
from sim.world.roads import Lane, load_lanes, offset

Array = NDArray[np.float64]

ROUTES: dict[str, tuple[str, ...]] = {
    "northbound": (
        "nb_1", "nb_gore_on", "nb_merge", "nb_2", "nb_3", "nb_4", "nb_diverge", "nb_gore_off", "nb_5",
    ),
    "southbound": ("sb_1", "sb_2", "sb_3"),
    "off_ramp": ("off_ramp", "off_foot"),
    "weilai": ("weilai_s_in", "weilai_n_out"),
    "nongye": ("nongye_in",),
}  # fmt: skip
"""Edges one after another, in driving direction."""
HFOV_RAD = math.radians(65.0)
"""The payload's lens, zoomed out."""
TANGENT_M = 15.0
"""The camera turns with the road's mean direction this far to either side."""
SIGHT_M = 150.0
"""Farther away than this a car is too small to be relied on: it is not counted on when the speed is chosen."""


@dataclass(frozen=True)
class Track:
    """A line to patrol, (n, 2) ENU metres in driving direction."""

    line: Array

    @cached_property
    def _along(self) -> Array:
        return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(self.line, axis=0).T))])

    @property
    def length_m(self) -> float:
        """From end to end."""
        return float(self._along[-1])

    def at(self, s_m: float) -> Array:
        """(2,) the point at a distance along the line."""
        along = self._along
        return np.array([np.interp(s_m, along, self.line[:, i]) for i in range(2)])

    def heading(self, s_m: float) -> float:
        """Mean direction there, radians counter-clockwise from east."""
        d = self.at(s_m + TANGENT_M) - self.at(s_m - TANGENT_M)
        return math.atan2(d[1], d[0])


def edge_lanes(edge: str) -> list[Lane]:
    """The lanes of an edge, the rightmost first."""
    return sorted((lane for lane in load_lanes() if lane.edge_id == edge), key=lambda lane: lane.index)


@cache
def track_of(route: str) -> Track:
    """The middle of a route's carriageway, as wide as it begins: lanes join and end on the right."""
    first = edge_lanes(ROUTES[route][0])
    right_m = (sum(lane.width_m for lane in first) - first[-1].width_m) / 2
    return Track(np.vstack([offset(edge_lanes(edge)[-1].shape, -right_m) for edge in ROUTES[route]]))


@dataclass(frozen=True)
class Sway:
    """Slow small motion of a gust-blown drone: sums of two sines for each of east, north, up, yaw, pitch, roll."""

    phase: Array = field(default_factory=lambda: np.zeros((6, 2)))
    metres: float = 0.4
    radians: float = math.radians(0.4)

    def at(self, t_s: float) -> Array:
        """(6,) metres and radians."""
        wave = np.sin(2 * np.pi * t_s / np.array([7.3, 2.9]) + self.phase).sum(axis=1)
        return np.asarray(wave * np.repeat([self.metres, self.radians], 3))


@dataclass(frozen=True)
class View:
    """The camera's true pose. Angles are MAVLink's gimbal angles in the earth frame."""

    position_m: Array
    """(3,) ENU metres."""
    yaw_rad: float
    pitch_rad: float
    roll_rad: float

    def camera(self, width: int) -> CameraPose:
        """For the renderer, for pictures of this width."""
        focal_px = width / 2 / math.tan(HFOV_RAD / 2)
        return CameraPose(self.position_m, look(self.yaw_rad, self.pitch_rad, self.roll_rad), focal_px)


@dataclass(frozen=True)
class Patrol:
    """The picture's middle runs along a route at constant speed, seen from a constant height, angle and side."""

    route: str
    start_m: float
    """Where on the route the picture's middle is at flight time 0."""
    direction: Literal[1, -1]
    """1 with the traffic, -1 against it."""
    speed_mps: float
    height_m: float
    depression_rad: float
    yaw_offset_rad: float
    """Of the camera against the way of flight, clockwise: 0 looks ahead."""
    sway: Sway = Sway()

    def middle_m(self, t_s: float) -> float:
        """Where on the route the picture's middle is."""
        return self.start_m + self.direction * self.speed_mps * t_s

    def view(self, t_s: float) -> View:
        """The camera's true pose at flight time `t_s`."""
        track, s = track_of(self.route), self.middle_m(t_s)
        heading = track.heading(s) + (0.0 if self.direction > 0 else math.pi)
        yaw = math.pi / 2 - heading + self.yaw_offset_rad
        back_m = self.height_m / math.tan(self.depression_rad)
        ground = track.at(s) - back_m * np.array([math.sin(yaw), math.cos(yaw)])
        sway = self.sway.at(t_s)
        position = np.array([*ground, self.height_m]) + sway[:3]
        return View(position, yaw + sway[3], -self.depression_rad + sway[4], float(sway[5]))

    def stretch_in_view_m(self) -> float:
        """How much of the route's middle the picture shows near enough, at the start."""
        track = track_of(self.route)
        s = np.arange(self.start_m - SIGHT_M, self.start_m + SIGHT_M, 2.0)
        pose = self.view(0.0).camera(1280)
        points = np.array([[*track.at(x), 0.0] for x in s])
        seen = (points - pose.position_enu_m) @ pose.rotation.T
        u, v = np.abs(seen[:, :2] / np.maximum(seen[:, 2:], 0.1)).T * pose.focal_px
        return float(2.0 * ((u < 640) & (v < 360) & (np.linalg.norm(seen, axis=1) < SIGHT_M)).sum())
