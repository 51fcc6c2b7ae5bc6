"""What one drone says, kept with the time of receipt, and the snapshot made of it."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from mavsdk.plugins.events import Events
from mavsdk.plugins.telemetry import FixType, FlightMode, StatusTextType, Telemetry
from mavsdk.plugins.telemetry import LandedState as MavsdkLandedState

from gcs.fleet import schemas
from gcs.fleet.mav import AUTOPILOT, CAMERA, NO_COUNT, SPEAKER
from gcs.fleet.peer import Message, Peer, Stamp
from gcs.fleet.pose import PoseHistory

T = TypeVar("T")
STALE_S = 1.0
LOST_S = 3.0
FRESH_S = 3.0
"""How long a value that carries no age of its own is shown."""
STREAM_FRESH_S = 15.0
"""VIDEO_STREAM_INFORMATION is asked for every few seconds."""

MODES = {
    FlightMode.READY: "Ready", FlightMode.TAKEOFF: "Takeoff", FlightMode.HOLD: "Hold", FlightMode.MISSION: "Mission",
    FlightMode.RETURN_TO_LAUNCH: "Return", FlightMode.LAND: "Land", FlightMode.OFFBOARD: "Offboard",
    FlightMode.FOLLOW_ME: "Follow me", FlightMode.MANUAL: "Manual", FlightMode.ALTCTL: "Altitude",
    FlightMode.POSCTL: "Position", FlightMode.ACRO: "Acro", FlightMode.STABILIZED: "Stabilized",
    FlightMode.RATTITUDE: "Rattitude",
}  # fmt: skip
"""PX4's words."""
FIXES = {
    FixType.NO_GPS: "no GPS", FixType.NO_FIX: "no fix", FixType.FIX_2D: "2D", FixType.FIX_3D: "3D",
    FixType.FIX_DGPS: "DGPS", FixType.RTK_FLOAT: "RTK float", FixType.RTK_FIXED: "RTK fixed",
}  # fmt: skip
HEALTH_WORDS = {
    "is_gyrometer_calibration_ok": "gyroscope not calibrated",
    "is_accelerometer_calibration_ok": "accelerometer not calibrated",
    "is_magnetometer_calibration_ok": "compass not calibrated",
    "is_local_position_ok": "no local position estimate",
    "is_global_position_ok": "no global position estimate",
    "is_home_position_ok": "home position not set",
}
WARNING = 4
"""PX4's log level: problems up to this one keep it from arming."""


class Stamped(Generic[T]):
    """The newest value of one kind."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._at_s = -math.inf

    def set(self, value: T, at: Stamp) -> None:
        """Replace."""
        self._value, self._at_s = value, at.mono_s

    def age_s(self, now_s: float) -> float:
        """Seconds since receipt; infinite before the first."""
        return max(0.0, now_s - self._at_s)

    def last(self) -> T | None:
        """However old."""
        return self._value

    def fresh(self, now_s: float, within_s: float = FRESH_S) -> T | None:
        """None once older."""
        return self._value if self.age_s(now_s) <= within_s else None


class DroneTelemetry:
    """Subscribes to everything the state is made of, and makes the state."""

    def __init__(self, peer: Peer, pose: PoseHistory) -> None:
        self._peer, self._pose = peer, pose
        self._heard: Stamped[None] = Stamped()
        self._beats: dict[int, Stamped[None]] = {}
        self._position: Stamped[dict[str, Any]] = Stamped()
        self._attitude: Stamped[dict[str, Any]] = Stamped()
        self._mission: Stamped[schemas.MissionProgress] = Stamped()
        self._battery: Stamped[Any] = Stamped()
        self._mode: Stamped[str] = Stamped()
        self._armed: Stamped[bool] = Stamped()
        self._landed: Stamped[schemas.LandedState | None] = Stamped()
        self._gps: Stamped[schemas.Gps] = Stamped()
        self._home: Stamped[schemas.Home] = Stamped()
        self._health: Stamped[Any] = Stamped()
        self._problems: Stamped[list[str]] = Stamped()
        self._stream: Stamped[dict[str, Any]] = Stamped()
        self._gimbal: Stamped[None] = Stamped()
        self.texts: deque[schemas.StatusText] = deque(maxlen=10)
        self.changed = True
        """Set by every message; who takes a snapshot to publish it clears it."""
        self._plugins = (Telemetry(peer.system), Events(peer.system))
        self._subscribe(*self._plugins)

    def _subscribe(self, telemetry: Any, events: Any) -> None:
        messages: dict[str, Callable[[Message], None]] = {
            "HEARTBEAT": self._on_heartbeat,
            "GLOBAL_POSITION_INT": self._on_position,
            "ATTITUDE": lambda m: self._from_autopilot(self._attitude, m, m.fields),
            "MISSION_CURRENT": self._on_mission,
            "SYSTEM_TIME": self._pose.on_system_time,
            "GIMBAL_DEVICE_ATTITUDE_STATUS": self._on_gimbal,
            "CAMERA_FOV_STATUS": self._pose.on_fov,
            "VIDEO_STREAM_INFORMATION": lambda m: self._stream.set(m.fields, m.at),
        }
        for name, handler in messages.items():
            self._peer.on_message(name, handler)
        on = self._peer.on
        on(telemetry.subscribe_battery, self._battery.set)
        on(telemetry.subscribe_armed, self._armed.set)
        on(telemetry.subscribe_health, self._health.set)
        on(telemetry.subscribe_flight_mode, lambda v, at: self._mode.set(MODES.get(v, "Unknown"), at))
        on(telemetry.subscribe_landed_state, lambda v, at: self._landed.set(_landed(v), at))
        on(telemetry.subscribe_gps_info, lambda v, at: self._gps.set(_gps(v), at))
        on(telemetry.subscribe_home, lambda v, at: self._home.set(_home(v), at))
        on(telemetry.subscribe_status_text, self._on_text)
        on(events.subscribe_health_and_arming_checks, lambda v, at: self._problems.set(_problems(v), at))

    def link(self, now_s: float) -> schemas.Link:
        """How the drone is heard at a monotonic time."""
        age_s = self._heard.age_s(now_s)
        beat_s = self._beats[AUTOPILOT].age_s(now_s) if AUTOPILOT in self._beats else math.inf
        state: schemas.LinkState = "lost" if beat_s > LOST_S else "stale" if age_s > STALE_S else "live"
        return schemas.Link(state=state, age_s=age_s if math.isfinite(age_s) else 0.0)

    def present(self, component: int) -> bool:
        """Whether this component's heartbeat is fresh."""
        return component in self._beats and self._beats[component].age_s(time.monotonic()) <= LOST_S

    def home(self) -> schemas.Home | None:
        """Where it returns to; does not age."""
        return self._home.last()

    def texts_since(self, t_unix_s: float) -> list[str]:
        """What the autopilot said since then, that is a warning or worse."""
        grave = {"warning", "error", "critical", "alert", "emergency"}
        return [t.text for t in self.texts if t.t_unix_s >= t_unix_s and t.severity in grave]

    def snapshot(self, name: str, sortie_id: int | None) -> schemas.DroneState:
        """The state now."""
        at = Stamp.now()
        now_s = at.mono_s
        position = self._position.last()
        moving = self._position.fresh(now_s)
        battery = self._battery.last()
        return schemas.DroneState(
            system_id=self._peer.system_id,
            name=name,
            t_unix_s=at.unix_s,
            link=self.link(now_s),
            position=_position(position, self._position.age_s(now_s)) if position else None,
            velocity=_velocity(moving) if moving else None,
            heading_deg=moving["hdg"] / 100 if moving and moving["hdg"] != 65535 else None,
            attitude=_attitude(fields) if (fields := self._attitude.fresh(now_s)) else None,
            battery=_battery(battery, self._battery.age_s(now_s)) if battery else None,
            flight_mode=self._mode.fresh(now_s),
            armed=self._armed.fresh(now_s),
            landed_state=self._landed.fresh(now_s),
            gps=self._gps.fresh(now_s),
            home=self.home(),
            health=self._health_now(now_s),
            mission=self._mission.fresh(now_s),
            status_texts=list(self.texts),
            camera=self._camera(at),
            gimbal=self._gimbal_angles(at),
            speaker=schemas.Speaker(present=self.present(SPEAKER)) if SPEAKER in self._beats else None,
            sortie_id=sortie_id,
        )

    def _health_now(self, now_s: float) -> schemas.Health:
        health = self._health.fresh(now_s)
        if health is None:
            return schemas.Health(armable=False, missing=["no health report from the autopilot"])
        if health.is_armable:
            return schemas.Health(armable=True, missing=[])
        said = self._problems.last() or []
        missing = [words for flag, words in HEALTH_WORDS.items() if not getattr(health, flag)]
        if not said:
            said = list(dict.fromkeys(t.text for t in self.texts if t.text.startswith(("Preflight", "Arming denied"))))
        return schemas.Health(armable=False, missing=[*said, *missing] or ["the autopilot's pre-arm check fails"])

    def _camera(self, at: Stamp) -> schemas.Camera | None:
        if CAMERA not in self._beats:
            return None
        stream = self._stream.fresh(at.mono_s, STREAM_FRESH_S)
        hfov_rad = self._pose.hfov_rad(at.unix_s)
        return schemas.Camera(
            present=self.present(CAMERA),
            streaming=bool(stream and stream["flags"] & 1),  # VIDEO_STREAM_STATUS_FLAGS_RUNNING
            uri=stream["uri"] if stream else None,
            hfov_deg=math.degrees(hfov_rad) if hfov_rad else None,
        )

    def _gimbal_angles(self, at: Stamp) -> schemas.GimbalAngles | None:
        age_s = self._gimbal.age_s(at.mono_s)
        if age_s > FRESH_S or (aim := self._pose.aim(at.unix_s - age_s)) is None:
            return None
        _roll, pitch, yaw, _age = aim
        return schemas.GimbalAngles(pitch_deg=math.degrees(pitch), yaw_deg=math.degrees(yaw) % 360, age_s=age_s)

    def _from_autopilot(self, slot: Stamped[T], message: Message, value: T) -> None:
        if message.component == AUTOPILOT:
            slot.set(value, message.at)
            self._heard.set(None, message.at)
            self.changed = True

    def _on_heartbeat(self, message: Message) -> None:
        self._beats.setdefault(message.component, Stamped()).set(None, message.at)
        self._from_autopilot(self._heard, message, None)

    def _on_position(self, message: Message) -> None:
        if message.component == AUTOPILOT:
            self._pose.on_position(message)
            self._from_autopilot(self._position, message, message.fields)

    def _on_mission(self, message: Message) -> None:
        total = message.fields.get("total", NO_COUNT)
        progress = schemas.MissionProgress(current=message.fields["seq"], total=0 if total == NO_COUNT else total)
        self._from_autopilot(self._mission, message, progress)

    def _on_gimbal(self, message: Message) -> None:
        self._pose.on_gimbal(message)
        self._gimbal.set(None, message.at)
        self.changed = True

    def _on_text(self, text: Any, at: Stamp) -> None:
        severity = StatusTextType(text.type).name.lower()
        self.texts.append(schemas.StatusText(severity=severity, text=text.text.strip(), t_unix_s=at.unix_s))
        self.changed = True


def _position(fields: dict[str, Any], age_s: float) -> schemas.Position:
    return schemas.Position(
        lat_deg=fields["lat"] / 1e7,
        lon_deg=fields["lon"] / 1e7,
        alt_amsl_m=fields["alt"] / 1e3,
        alt_rel_m=fields["relative_alt"] / 1e3,
        age_s=age_s,
    )


def _velocity(fields: dict[str, Any]) -> schemas.Velocity:
    north, east, down = fields["vx"] / 100, fields["vy"] / 100, fields["vz"] / 100
    return schemas.Velocity(north_mps=north, east_mps=east, down_mps=down, ground_speed_mps=math.hypot(north, east))


def _attitude(fields: dict[str, Any]) -> schemas.Attitude:
    return schemas.Attitude(
        roll_deg=math.degrees(fields["roll"]),
        pitch_deg=math.degrees(fields["pitch"]),
        yaw_deg=math.degrees(fields["yaw"]) % 360,
    )


def _battery(battery: Any, age_s: float) -> schemas.Battery:
    return schemas.Battery(remaining_percent=battery.remaining_percent, voltage_v=battery.voltage_v, age_s=age_s)


def _landed(value: Any) -> schemas.LandedState | None:
    names: dict[Any, schemas.LandedState] = {
        MavsdkLandedState.ON_GROUND: "ON_GROUND",
        MavsdkLandedState.IN_AIR: "IN_AIR",
        MavsdkLandedState.TAKING_OFF: "TAKING_OFF",
        MavsdkLandedState.LANDING: "LANDING",
    }
    return names.get(value)


def _gps(info: Any) -> schemas.Gps:
    return schemas.Gps(fix=FIXES.get(info.fix_type, "unknown"), satellites=info.num_satellites)


def _home(home: Any) -> schemas.Home:
    return schemas.Home(lat_deg=home.latitude_deg, lon_deg=home.longitude_deg, alt_amsl_m=home.absolute_altitude_m)


def _problems(report: Any) -> list[str]:
    """PX4's arming check events for the mode it would fly in."""
    problems = [p.message for p in report.current_mode_intention.problems if p.log_level <= WARNING]
    return list(dict.fromkeys(problems))
