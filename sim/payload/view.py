"""What the camera sees at one instant: its true pose, and the road users moved to that instant."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sin, tan
from typing import Protocol

import numpy as np

from sim.camera.look import Look
from sim.camera.pose import CameraPose, look
from sim.geo import Origin
from sim.payload.gimbal import Attitude
from sim.payload.lens import Lens
from sim.payload.pose_error import PoseError
from sim.payload.telemetry import Fix, Telemetry
from sim.world.snapshot import RoadUserState, Snapshot

SNAPSHOT_KEPT_S = 1.0
"""A world snapshot older than this is no longer drawn: only the scenery is."""
HORIZON_RAD = radians(-0.5)
"""The camera looks at no ground worth naming above this pitch."""
LOWEST_M = 2.0
"""A standing vehicle's view is drawn from here: the renderer shows nothing nearer than 1.5 m."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the camera fixes at the moment it opens the shutter."""

    t_unix_s: float
    attitude: Attitude
    focal_px: float


@dataclass(frozen=True, slots=True)
class Shot:
    """All the renderer needs for one picture."""

    t_unix_us: int
    pose: CameraPose
    users: tuple[RoadUserState, ...]
    look: Look


class Feed(Protocol):
    """Where the newest snapshot of the traffic comes from."""

    @property
    def latest(self) -> Snapshot | None:
        """None before the first one."""


def moved(users: Sequence[RoadUserState], dt_s: float) -> tuple[RoadUserState, ...]:
    """Road users dead-reckoned along their headings by `dt_s` seconds."""
    return tuple(
        replace(
            u,
            x_m=u.x_m + u.speed_mps * dt_s * cos(u.heading_rad),
            y_m=u.y_m + u.speed_mps * dt_s * sin(u.heading_rad),
        )
        if u.speed_mps
        else u
        for u in users
    )


class View:
    """Joins gimbal, lens, telemetry and traffic into shots."""

    def __init__(
        self, lens: Lens, telemetry: Telemetry, feed: Feed, origin: Origin, error: PoseError, light: Look
    ) -> None:
        self.lens = lens
        self.origin = origin
        self._telemetry = telemetry
        self._feed = feed
        self._error = error
        self._light = light

    async def shot(self, exposure: Exposure) -> tuple[Shot, Fix]:
        """The shot of an exposure and the position telemetry gave for it.

        Raises TimeoutError when the vehicle's telemetry does not reach the exposure: no pose is invented.
        """
        fix = await self._telemetry.at(exposure.t_unix_s)
        shot = Shot(
            t_unix_us=round(exposure.t_unix_s * 1e6),
            pose=self._true_pose(exposure, fix),
            users=self._users(exposure.t_unix_s),
            look=self._light,
        )
        return shot, fix

    def traffic_is_fresh(self) -> bool:
        """Whether road users are being drawn."""
        latest = self._feed.latest
        return latest is not None and time.time() - latest.t_unix_s <= SNAPSHOT_KEPT_S

    def ground_in_centre(self, fix: Fix, attitude: Attitude) -> tuple[float, float] | None:
        """WGS-84 (lat, lon) degrees of the ground in the picture's centre by telemetry; None towards the horizon."""
        height_m = fix.alt_m - self.origin.alt_m
        if attitude.pitch_rad > HORIZON_RAD or height_m <= 0:
            return None
        away_m = height_m / tan(-attitude.pitch_rad)
        east, north = self.origin.to_enu(fix.lat_deg, fix.lon_deg)
        return self.origin.to_wgs84(east + away_m * sin(attitude.yaw_rad), north + away_m * cos(attitude.yaw_rad))

    def _true_pose(self, exposure: Exposure, fix: Fix) -> CameraPose:
        shift, turn = self._error.at(exposure.t_unix_s)
        east, north = self.origin.to_enu(fix.lat_deg, fix.lon_deg)
        position = np.array([east, north, fix.alt_m - self.origin.alt_m]) + shift
        position[2] = max(position[2], LOWEST_M)
        yaw, pitch, roll = turn + np.array([exposure.attitude.yaw_rad, exposure.attitude.pitch_rad, 0.0])
        return CameraPose(position, look(yaw, pitch, roll), exposure.focal_px)

    def _users(self, t_unix_s: float) -> tuple[RoadUserState, ...]:
        latest = self._feed.latest
        if latest is None or t_unix_s - latest.t_unix_s > SNAPSHOT_KEPT_S:
            return ()
        return moved(latest.users, t_unix_s - latest.t_unix_s)
