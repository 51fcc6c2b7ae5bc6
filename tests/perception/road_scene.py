"""A stretch of the project's road with a car on the shoulder and traffic beside it, rendered from a moving drone."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gcs.perception.camera import PoseSigma
from gcs.perception.road_map import RoadMap
from gcs.perception.types import CameraPose
from sim.camera.pose import CameraPose as SimPose
from sim.camera.pose import look
from sim.world.snapshot import RoadUserState

ROOT = Path(__file__).parents[2]
NETWORK = ROOT / "sim" / "world" / "network" / "zhongzhou.net.xml"
ROADS = ROOT / "mission_plans" / "roads"
WIDTH, HEIGHT = 1280, 720
HFOV_RAD = math.radians(68)
STOPPED_AT_M = 190.0
LANES = ("nb_3_0", "nb_3_1", "nb_3_2", "nb_3_3")
"""Shoulder and three driving lanes of the northbound carriageway."""


def along(road: RoadMap, lane_id: str, s_m: float) -> tuple[np.ndarray, float]:
    """(2,) ENU place and heading on a lane."""
    line = road.lanes[lane_id].line
    step = np.diff(line, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    i = int(np.clip(np.searchsorted(np.cumsum(length), s_m), 0, len(step) - 1))
    rest = s_m - np.cumsum(length)[i] + length[i]
    return line[i] + step[i] * rest / length[i], math.atan2(step[i, 1], step[i, 0])


@dataclass(frozen=True)
class RoadScene:
    """What there is to see, and from where, at a time since the start."""

    road: RoadMap

    def users(self, t: float) -> list[RoadUserState]:
        """A car stopped on the shoulder and cars driving 15 m/s on the lanes beside it."""
        users = [self._car("stopped", LANES[0], STOPPED_AT_M, 0.0)]
        for lane in (1, 2, 3):
            for k in range(4):
                s = (20.0 + 67 * k + 23 * lane + 15.0 * t) % 260
                users.append(self._car(f"{lane}.{k}", LANES[lane], s, 15.0))
        return users

    def _car(self, name: str, lane: str, s_m: float, speed: float) -> RoadUserState:
        at, heading = along(self.road, lane, s_m)
        grey = 0.1 + 0.8 * ((hash_of(name) % 7) / 7)
        return RoadUserState(
            id=name, kind="sedan", cls="car", x_m=at[0], y_m=at[1], z_m=0.0, heading_rad=heading, speed_mps=speed,
            length_m=4.6, width_m=1.82, height_m=1.45, lane_id=lane, lane_type=self.road.lanes[lane].lane_type,
            colour=(grey, grey, grey),
        )  # fmt: skip

    def pose(self, t: float) -> tuple[np.ndarray, float, float]:
        """(position ENU, yaw, pitch): 60 m up, flying along the road at 5 m/s, looking ahead."""
        stop, heading = along(self.road, LANES[0], STOPPED_AT_M)
        forward = np.array([math.cos(heading), math.sin(heading)])
        left = np.array([-forward[1], forward[0]])
        place = stop + forward * (5.0 * t - 95.0) + 10.0 * left
        yaw = math.pi / 2 - heading + 0.02 * math.sin(t)
        return np.array([*place, 60.0]), yaw, math.radians(-37) + 0.01 * math.sin(1.3 * t)

    def sim_pose(self, t: float) -> SimPose:
        """For the renderer."""
        position, yaw, pitch = self.pose(t)
        return SimPose(position, look(yaw, pitch), WIDTH / 2 / math.tan(HFOV_RAD / 2))

    def told_pose(self, t: float, t_unix_s: float, error: np.ndarray) -> CameraPose:
        """As telemetry with a (6,) bias (east, north, up in metres, yaw, pitch, roll in radians) would tell it."""
        position, yaw, pitch = self.pose(t)
        x, y, z = position + error[:3]
        lat, lon = self.road.origin.to_wgs84(x, y)
        up = z + self.road.origin.alt_m
        return CameraPose(t_unix_s, lat, lon, up, yaw + error[3], pitch + error[4], error[5], HFOV_RAD)


def hash_of(text: str) -> int:
    """The same in every process."""
    return sum((i + 1) * ord(c) for i, c in enumerate(text))


def telemetry_error(seed: int) -> np.ndarray:
    """(6,) a bias drawn from the telemetry's own error model."""
    return np.random.default_rng(seed).multivariate_normal(np.zeros(6), PoseSigma().covariance())
