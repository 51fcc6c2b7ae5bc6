"""Where the camera was and looked at a moment in the near past, from telemetry stamped by its sender's own clock."""

import math
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from gcs.fleet import quaternion
from gcs.fleet.mav import GIMBAL, YAW_IN_EARTH_FRAME, YAW_IN_VEHICLE_FRAME, YAW_LOCK
from gcs.fleet.peer import Message

S = TypeVar("S")
SAMPLES = 1500
"""Per track: 30 s at 50 Hz."""
MAX_EXTRAPOLATION_S = 0.5
FOV_VALID_S = 10.0
GIMBAL_VALID_S = 3.0
PLAUSIBLE_CLOCK_S = 5.0
"""A sender whose clock differs more from ours has no time yet (no GPS): its SYSTEM_TIME is not used."""


@dataclass(frozen=True, slots=True)
class Pose:
    """The camera at one instant. WGS-84; angles in radians: yaw clockwise from north, pitch negative looking down."""

    t_unix_s: float
    lat_deg: float
    lon_deg: float
    alt_amsl_m: float
    yaw_rad: float
    pitch_rad: float
    roll_rad: float
    hfov_rad: float
    age_s: float
    """Distance in time from the nearest sample used; 0 between two."""


class Clock:
    """Maps one component's boot time to unix time.

    By its own SYSTEM_TIME; until one came, by the smallest (receipt - boot), that is the message delayed least, let up
    by 50 ppm so that a slow crystal is followed.
    """

    def __init__(self) -> None:
        self._told_s: float | None = None
        self._received_s: float | None = None
        self._last_unix_s = 0.0

    @property
    def offset_s(self) -> float | None:
        """Unix time of its boot; None before any message."""
        return self._received_s if self._told_s is None else self._told_s

    def hear(self, boot_s: float, received_unix_s: float) -> None:
        """Any message with a boot time."""
        offset = received_unix_s - boot_s
        if self._received_s is None:
            self._received_s = offset
        else:
            slack = 50e-6 * max(0.0, received_unix_s - self._last_unix_s)
            self._received_s = min(offset, self._received_s + slack)
        self._last_unix_s = received_unix_s

    def tell(self, unix_s: float, boot_s: float, received_unix_s: float) -> None:
        """A SYSTEM_TIME message."""
        self.hear(boot_s, received_unix_s)
        plausible = abs(unix_s - received_unix_s) < PLAUSIBLE_CLOCK_S
        self._told_s = unix_s - boot_s if plausible else None


class Track(Generic[S]):
    """The newest samples by boot time. A boot time that falls back by a second means a reboot: start again."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=SAMPLES)
        self._samples: deque[S] = deque(maxlen=SAMPLES)

    def add(self, boot_s: float, sample: S) -> None:
        """Append; what comes late and out of order is left out."""
        if self._times and boot_s < self._times[-1] - 1.0:
            self._times.clear()
            self._samples.clear()
        if not self._times or boot_s > self._times[-1]:
            self._times.append(boot_s)
            self._samples.append(sample)

    def around(self, boot_s: float) -> tuple[S, S, float, float] | None:
        """(before, after, share, dt): share 0..1 between the two, or before == after and dt seconds beyond it.

        None further than MAX_EXTRAPOLATION_S from any sample.
        """
        if not self._times:
            return None
        after = bisect_right(self._times, boot_s)
        if 0 < after < len(self._times):
            t0, t1 = self._times[after - 1], self._times[after]
            if t1 - t0 <= 2 * MAX_EXTRAPOLATION_S:
                return self._samples[after - 1], self._samples[after], (boot_s - t0) / (t1 - t0), 0.0
        near = min(
            (i for i in (after - 1, after) if 0 <= i < len(self._times)), key=lambda i: abs(self._times[i] - boot_s)
        )
        dt = boot_s - self._times[near]
        return (self._samples[near], self._samples[near], 0.0, dt) if abs(dt) <= MAX_EXTRAPOLATION_S else None


@dataclass(frozen=True, slots=True)
class _Place:
    lat_deg: float
    lon_deg: float
    alt_amsl_m: float
    north_mps: float
    east_mps: float
    up_mps: float
    heading_rad: float | None


@dataclass(frozen=True, slots=True)
class _Aim:
    q: quaternion.Quaternion
    earth: bool
    """Whether yaw is from north, else from the vehicle's nose."""


class PoseHistory:
    """The last half minute of one drone's position and gimbal attitude."""

    def __init__(self) -> None:
        self._clocks: dict[int, Clock] = {}
        self._places: Track[_Place] = Track()
        self._aims: Track[_Aim] = Track()
        self._autopilot = 1
        self._gimbal: tuple[int, float] | None = None
        """(component, last heard mono_s) of the gimbal listened to."""
        self._hfov: tuple[float, float] | None = None
        """(rad, received unix_s)."""

    def on_system_time(self, message: Message) -> None:
        """SYSTEM_TIME of any component."""
        fields = message.fields
        self._clock(message.component).tell(
            fields["time_unix_usec"] / 1e6, fields["time_boot_ms"] / 1e3, message.at.unix_s
        )

    def on_position(self, message: Message) -> None:
        """GLOBAL_POSITION_INT of the autopilot."""
        f, boot_s = message.fields, message.fields["time_boot_ms"] / 1e3
        self._autopilot = message.component
        self._clock(message.component).hear(boot_s, message.at.unix_s)
        heading = math.radians(f["hdg"] / 100) if f["hdg"] != 65535 else None
        self._places.add(
            boot_s,
            _Place(
                f["lat"] / 1e7, f["lon"] / 1e7, f["alt"] / 1e3, f["vx"] / 100, f["vy"] / 100, -f["vz"] / 100, heading
            ),
        )

    def on_gimbal(self, message: Message) -> None:
        """GIMBAL_DEVICE_ATTITUDE_STATUS; the gimbal component's own goes before what others say of it."""
        heard_s = message.at.mono_s
        if self._gimbal is not None and message.component != self._gimbal[0]:
            if message.component != GIMBAL and heard_s - self._gimbal[1] < GIMBAL_VALID_S:
                return
            self._aims = Track()
        self._gimbal = (message.component, heard_s)
        boot_s, flags = message.fields["time_boot_ms"] / 1e3, message.fields["flags"]
        self._clock(message.component).hear(boot_s, message.at.unix_s)
        w, x, y, z = (float(part) for part in message.fields["q"])
        # MAVLink: the frame is told by the flags; where neither is set, YAW_LOCK means the earth's.
        earth = bool(flags & YAW_IN_EARTH_FRAME) or (not flags & YAW_IN_VEHICLE_FRAME and bool(flags & YAW_LOCK))
        self._aims.add(boot_s, _Aim(quaternion.normalise((w, x, y, z)), earth))

    def on_fov(self, message: Message) -> None:
        """CAMERA_FOV_STATUS."""
        hfov_deg = message.fields["hfov"]
        if hfov_deg is not None and 0 < hfov_deg < 180:
            self._hfov = (math.radians(hfov_deg), message.at.unix_s)

    def hfov_rad(self, t_unix_s: float) -> float | None:
        """The newest horizontal field of view, unless too old."""
        if self._hfov is None or t_unix_s - self._hfov[1] > FOV_VALID_S:
            return None
        return self._hfov[0]

    def aim(self, t_unix_s: float) -> tuple[float, float, float, float] | None:
        """(roll, pitch, yaw from north, age_s) of the gimbal at an instant; None when telemetry doesn't cover it."""
        if self._gimbal is None or (found := self._around(self._aims, self._gimbal[0], t_unix_s)) is None:
            return None
        before, after, share, dt = found
        same_frame = before.earth == after.earth
        q = quaternion.slerp(before.q, after.q, share) if same_frame else before.q
        age_s = abs(dt)
        if not before.earth:
            place = self._around(self._places, self._autopilot, t_unix_s)
            if place is None or (heading := _heading(place)) is None:
                return None
            q = quaternion.multiply(quaternion.of_yaw(heading), q)
            age_s = max(age_s, abs(place[3]))
        return (*quaternion.to_euler(q), age_s)

    def pose(self, t_unix_s: float) -> Pose | None:
        """The camera at a capture time; None beyond 0.5 s of extrapolation, or when any part is unknown."""
        place = self._around(self._places, self._autopilot, t_unix_s)
        aim, hfov_rad = self.aim(t_unix_s), self.hfov_rad(t_unix_s)
        if place is None or aim is None or hfov_rad is None:
            return None
        before, after, share, dt = place
        lat = _mix(before.lat_deg, after.lat_deg, share) + math.degrees(before.north_mps * dt / EARTH_RADIUS_M)
        shrink = math.cos(math.radians(before.lat_deg))
        lon = _mix(before.lon_deg, after.lon_deg, share) + math.degrees(before.east_mps * dt / EARTH_RADIUS_M / shrink)
        alt = _mix(before.alt_amsl_m, after.alt_amsl_m, share) + before.up_mps * dt
        roll, pitch, yaw, aim_age_s = aim
        return Pose(t_unix_s, lat, lon, alt, yaw, pitch, roll, hfov_rad, max(abs(dt), aim_age_s))

    def _clock(self, component: int) -> Clock:
        return self._clocks.setdefault(component, Clock())

    def _around(self, track: Track[S], component: int, t_unix_s: float) -> tuple[S, S, float, float] | None:
        offset_s = self._clock(component).offset_s
        return None if offset_s is None else track.around(t_unix_s - offset_s)


EARTH_RADIUS_M = 6_371_000.0
"""Mean radius; only used over half a second of flight."""


def _mix(a: float, b: float, share: float) -> float:
    return a + (b - a) * share


def _heading(place: tuple[_Place, _Place, float, float]) -> float | None:
    before, after, share, _dt = place
    if before.heading_rad is None or after.heading_rad is None:
        return None
    return before.heading_rad + math.remainder(after.heading_rad - before.heading_rad, math.tau) * share
