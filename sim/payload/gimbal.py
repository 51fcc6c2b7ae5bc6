"""The gimbal's motion: two stabilised axes with limited rate, following the nose or locked to the earth."""

import math
from collections.abc import Callable
from dataclasses import dataclass

PITCH_MIN_RAD = math.radians(-90.0)
PITCH_MAX_RAD = math.radians(30.0)
PITCH_RATE_RADPS = math.radians(60.0)
YAW_RATE_RADPS = math.radians(90.0)

Angles = tuple[float, float]
"""(pitch, yaw) in radians in the earth frame: pitch negative looking down, yaw clockwise from north."""


@dataclass(frozen=True, slots=True)
class Attitude:
    """Where the camera looks in the earth frame and how fast it turns; roll is held level."""

    pitch_rad: float
    yaw_rad: float
    pitch_rate_radps: float
    yaw_rate_radps: float

    def quaternion(self) -> tuple[float, float, float, float]:
        """(w, x, y, z) of the 3-2-1 rotation yaw, pitch, roll = 0 from the camera's to the north-east-down frame."""
        cp, sp = math.cos(self.pitch_rad / 2), math.sin(self.pitch_rad / 2)
        cy, sy = math.cos(self.yaw_rad / 2), math.sin(self.yaw_rad / 2)
        return cp * cy, -sp * sy, sp * cy, cp * sy


def pitch_yaw_of(q: tuple[float, float, float, float]) -> Angles:
    """Pitch and yaw of a quaternion (w, x, y, z), 3-2-1 order."""
    w, x, y, z = q
    pitch = math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x))))
    return pitch, math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


def wrapped(angle_rad: float) -> float:
    """The same direction in [-pi, pi)."""
    return (angle_rad + math.pi) % (2 * math.pi) - math.pi


def toward(east_m: float, north_m: float, up_m: float) -> Angles:
    """The earth-frame angles that look along a vector."""
    return math.atan2(up_m, math.hypot(east_m, north_m)), math.atan2(east_m, north_m)


class Gimbal:
    """State of the two axes. Time is given, never read, so that the camera can ask for its attitude at an exposure."""

    def __init__(self) -> None:
        self.yaw_lock = False
        """False: yaw is held relative to the nose; True: relative to north."""
        self._pitch = 0.0
        self._yaw = 0.0
        """Relative to the nose or to north, as `yaw_lock` says."""
        self._target: Angles | None = (0.0, 0.0)
        self._spin: Angles | None = None
        self._aim: Callable[[], Angles | None] | None = None
        self._nose_rad = 0.0
        self._t_unix_s: float | None = None
        self._attitude = Attitude(0.0, 0.0, 0.0, 0.0)

    def point(self, pitch_rad: float, yaw_rad: float, yaw_lock: bool) -> None:
        """Turn to a pitch and a yaw (relative to north when locked, else to the nose). NaN leaves an axis as it is."""
        self._use_frame(yaw_lock)
        self._spin = self._aim = None
        self._target = (
            self._pitch if math.isnan(pitch_rad) else clamp_pitch(pitch_rad),
            self._yaw if math.isnan(yaw_rad) else yaw_rad,
        )

    def spin(self, pitch_rate_radps: float, yaw_rate_radps: float, yaw_lock: bool) -> None:
        """Turn at constant rates until told otherwise. NaN means zero."""
        self._use_frame(yaw_lock)
        self._target = self._aim = None
        rates = (0.0 if math.isnan(r) else r for r in (pitch_rate_radps, yaw_rate_radps))
        pitch_rate, yaw_rate = rates
        self._spin = (
            max(-PITCH_RATE_RADPS, min(PITCH_RATE_RADPS, pitch_rate)),
            max(-YAW_RATE_RADPS, min(YAW_RATE_RADPS, yaw_rate)),
        )

    def track(self, aim: Callable[[], Angles | None]) -> None:
        """Keep looking where `aim` says (earth frame); hold still while it says None."""
        self._use_frame(True)
        self._target = self._spin = None
        self._aim = aim

    def to_earth_yaw(self, yaw_in_vehicle_rad: float) -> float:
        """A yaw relative to the nose -> relative to north, at the newest heading."""
        return wrapped(yaw_in_vehicle_rad + self._nose_rad)

    def to_vehicle_yaw(self, yaw_in_earth_rad: float) -> float:
        """A yaw relative to north -> relative to the nose, at the newest heading."""
        return wrapped(yaw_in_earth_rad - self._nose_rad)

    @property
    def nose_rad(self) -> float:
        """The vehicle's heading the gimbal follows."""
        return self._nose_rad

    def advance(self, t_unix_s: float, nose_rad: float | None) -> Attitude:
        """Moves to a later instant (an earlier one moves nothing) and tells where the camera looks then.

        `nose_rad` is the vehicle's heading, None when unknown: the last one is kept.
        """
        if nose_rad is not None:
            self._nose_rad = nose_rad
        dt = 0.0 if self._t_unix_s is None else t_unix_s - self._t_unix_s
        if self._t_unix_s is not None and dt <= 0:
            return self._attitude
        self._t_unix_s = t_unix_s
        before = self._attitude
        self._move(dt)
        yaw = wrapped(self._yaw if self.yaw_lock else self._yaw + self._nose_rad)
        rates = (0.0, 0.0)
        if dt > 0:
            rates = ((self._pitch - before.pitch_rad) / dt, wrapped(yaw - before.yaw_rad) / dt)
        self._attitude = Attitude(self._pitch, yaw, *rates)
        return self._attitude

    def _move(self, dt: float) -> None:
        if self._spin is not None:
            self._pitch = clamp_pitch(self._pitch + self._spin[0] * dt)
            self._yaw = wrapped(self._yaw + self._spin[1] * dt)
            return
        target = self._aim() if self._aim is not None else self._target
        if target is not None:
            self._pitch += _step(clamp_pitch(target[0]) - self._pitch, PITCH_RATE_RADPS * dt)
            self._yaw = wrapped(self._yaw + _step(wrapped(target[1] - self._yaw), YAW_RATE_RADPS * dt))

    def _use_frame(self, yaw_lock: bool) -> None:
        if yaw_lock != self.yaw_lock:
            self._yaw = self.to_earth_yaw(self._yaw) if yaw_lock else self.to_vehicle_yaw(self._yaw)
            self.yaw_lock = yaw_lock


def clamp_pitch(pitch_rad: float) -> float:
    """The nearest pitch the axis reaches."""
    return max(PITCH_MIN_RAD, min(PITCH_MAX_RAD, pitch_rad))


def _step(wanted: float, limit: float) -> float:
    return max(-limit, min(limit, wanted))
