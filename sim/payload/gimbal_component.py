"""MAVLink gimbal protocol v2: manager and device in one component (https://mavlink.io/en/services/gimbal_v2.html)."""

import math
import time

from pymavlink.dialects.v20 import common as mavlink

from sim.geo import Origin
from sim.payload import gimbal as g
from sim.payload.clock import Clock
from sim.payload.component import AUTOPILOT, Command, Component, Result
from sim.payload.link import Link, Message
from sim.payload.telemetry import Telemetry

DEVICE_ID = 1
"""The standard's number for a device that shares its manager's component."""

_DEVICE_CAPS = (
    mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_NEUTRAL
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_AXIS
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_LOCK
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_AXIS
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_FOLLOW
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_SUPPORTS_INFINITE_YAW
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_SUPPORTS_YAW_IN_EARTH_FRAME
)
_MANAGER_CAPS = _DEVICE_CAPS | mavlink.GIMBAL_MANAGER_CAP_FLAGS_CAN_POINT_LOCATION_GLOBAL
_HELD = mavlink.GIMBAL_DEVICE_FLAGS_ROLL_LOCK | mavlink.GIMBAL_DEVICE_FLAGS_PITCH_LOCK
_RELATIVE_FRAMES = (mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT)

Owner = tuple[int, int]
NOBODY: Owner = (0, 0)


class GimbalComponent(Component):
    """Component 154. Obeys whoever holds primary or secondary control, anybody while nobody holds it, and always the
    vehicle's own autopilot, which speaks for the mission the operator started."""

    def __init__(self, system_id: int, clock: Clock, gcs: Link, telemetry: Telemetry) -> None:
        super().__init__(system_id, mavlink.MAV_COMP_ID_GIMBAL, mavlink.MAV_TYPE_GIMBAL, clock, gcs)
        self.gimbal = g.Gimbal()
        self._telemetry = telemetry
        self._primary = self._secondary = NOBODY
        self.commands |= {
            mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW: self._pitch_yaw,
            mavlink.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE: self._configure,
            mavlink.MAV_CMD_DO_SET_ROI_LOCATION: self._roi_location,
            mavlink.MAV_CMD_DO_SET_ROI_NONE: self._roi_none,
            mavlink.MAV_CMD_DO_MOUNT_CONTROL: self._mount_control,
        }
        self.answers |= {
            mavlink.MAVLINK_MSG_ID_GIMBAL_MANAGER_INFORMATION: lambda _: self._manager_information(),
            mavlink.MAVLINK_MSG_ID_GIMBAL_MANAGER_STATUS: lambda _: self._manager_status(),
            mavlink.MAVLINK_MSG_ID_GIMBAL_DEVICE_INFORMATION: lambda _: self._device_information(),
            mavlink.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS: lambda _: self._attitude_status(time.time()),
        }

    def attitude_at(self, t_unix_s: float) -> g.Attitude:
        """Where the camera looks at an instant not before the last one asked for."""
        return self.gimbal.advance(t_unix_s, self._telemetry.yaw_rad())

    def send_attitude(self) -> None:
        """GIMBAL_DEVICE_ATTITUDE_STATUS of this moment; call at 20 Hz."""
        self.send(self._attitude_status(time.time()))

    def send_status(self) -> None:
        """GIMBAL_MANAGER_STATUS; call at 1 Hz."""
        self.send(self._manager_status())

    def handle(self, message: Message, link: Link) -> None:
        """Commands, and the set-point messages that are not acknowledged."""
        kind = message.get_type()
        if kind in ("GIMBAL_MANAGER_SET_ATTITUDE", "GIMBAL_MANAGER_SET_PITCHYAW"):
            if not self._obeys((message.get_srcSystem(), message.get_srcComponent())):
                return
            if kind == "GIMBAL_MANAGER_SET_ATTITUDE":
                q = tuple(message.q)
                pitch, yaw = (math.nan, math.nan) if any(map(math.isnan, q)) else g.pitch_yaw_of(q)
                rates = message.angular_velocity_y, message.angular_velocity_z
            else:
                pitch, yaw = message.pitch, message.yaw
                rates = message.pitch_rate, message.yaw_rate
            self._steer((pitch, yaw), rates, message.flags)
        else:
            super().handle(message, link)

    def _obeys(self, sender: Owner) -> bool:
        autopilot = (self.system_id, AUTOPILOT)
        return sender in (autopilot, self._primary, self._secondary) or self._primary == NOBODY

    def _steer(self, angles: g.Angles, rates: g.Angles, flags: int) -> None:
        if flags & mavlink.GIMBAL_MANAGER_FLAGS_NEUTRAL:
            self.gimbal.point(0.0, 0.0, yaw_lock=False)
            return
        lock = bool(flags & mavlink.GIMBAL_MANAGER_FLAGS_YAW_LOCK)
        pitch, yaw = angles
        if math.isnan(pitch) and math.isnan(yaw):
            self.gimbal.spin(*rates, yaw_lock=lock)
            return
        in_vehicle = bool(flags & mavlink.GIMBAL_MANAGER_FLAGS_YAW_IN_VEHICLE_FRAME)
        in_earth = bool(flags & mavlink.GIMBAL_MANAGER_FLAGS_YAW_IN_EARTH_FRAME)
        if lock and in_vehicle:
            yaw = self.gimbal.to_earth_yaw(yaw)
        elif not lock and in_earth:
            yaw = self.gimbal.to_vehicle_yaw(yaw)
        self.gimbal.point(pitch, yaw, yaw_lock=lock)

    def _pitch_yaw(self, command: Command) -> Result:
        if not self._obeys(command.sender):
            return Result.DENIED
        pitch, yaw, pitch_rate, yaw_rate = (math.radians(p) for p in command.params[:4])
        self._steer((pitch, yaw), (pitch_rate, yaw_rate), int(command.param(5)))
        return Result.ACCEPTED

    def _configure(self, command: Command) -> Result:
        self._primary = self._owner(self._primary, command.param(1, -1), command.param(2, -1), command.sender)
        self._secondary = self._owner(self._secondary, command.param(3, -1), command.param(4, -1), command.sender)
        self.send_status()
        return Result.ACCEPTED

    @staticmethod
    def _owner(now: Owner, system_id: float, component_id: float, sender: Owner) -> Owner:
        """The standard's -1 leave, -2 set to the sender, -3 release if the sender's."""
        match int(system_id):
            case -1:
                return now
            case -2:
                return sender
            case -3:
                return NOBODY if now == sender else now
        return int(system_id), int(component_id)

    def _roi_location(self, command: Command) -> Result:
        if not self._obeys(command.sender):
            return Result.DENIED
        return self._look_at(*command.lat_lon_deg(), command.param(7), command.frame in _RELATIVE_FRAMES)

    def _look_at(self, lat_deg: float, lon_deg: float, alt_m: float, relative: bool) -> Result:
        fix = self._telemetry.latest()
        if fix is None:
            return Result.TEMPORARILY_REJECTED
        target_alt_m = alt_m + fix.home_alt_m if relative else alt_m
        plane = Origin(lat_deg, lon_deg)

        def aim() -> g.Angles | None:
            here = self._telemetry.latest()
            if here is None:
                return None
            east, north = plane.to_enu(here.lat_deg, here.lon_deg)
            return g.toward(-east, -north, target_alt_m - here.alt_m)

        self.gimbal.track(aim)
        return Result.ACCEPTED

    def _roi_none(self, command: Command) -> Result:
        if not self._obeys(command.sender):
            return Result.DENIED
        self.gimbal.point(0.0, 0.0, yaw_lock=False)
        return Result.ACCEPTED

    def _mount_control(self, command: Command) -> Result:
        """The old command, still in plans: mode in parameter 7."""
        if not self._obeys(command.sender):
            return Result.DENIED
        match int(command.params[6]):
            case mavlink.MAV_MOUNT_MODE_RETRACT | mavlink.MAV_MOUNT_MODE_NEUTRAL:
                self.gimbal.point(0.0, 0.0, yaw_lock=False)
            case mavlink.MAV_MOUNT_MODE_MAVLINK_TARGETING:
                self.gimbal.point(math.radians(command.params[0]), math.radians(command.params[2]), yaw_lock=False)
            case mavlink.MAV_MOUNT_MODE_GPS_POINT:
                return self._look_at(*command.lat_lon_deg(), command.param(4), relative=False)
            case _:
                return Result.UNSUPPORTED
        return Result.ACCEPTED

    def _flags(self) -> int:
        return int(_HELD | (mavlink.GIMBAL_DEVICE_FLAGS_YAW_LOCK if self.gimbal.yaw_lock else 0))

    def _attitude_status(self, t_unix_s: float) -> Message:
        attitude = self.attitude_at(t_unix_s)
        nose = self._telemetry.yaw_rad()
        return mavlink.MAVLink_gimbal_device_attitude_status_message(
            target_system=0,
            target_component=0,
            time_boot_ms=self.clock.boot_ms(t_unix_s),
            flags=self._flags() | mavlink.GIMBAL_DEVICE_FLAGS_YAW_IN_EARTH_FRAME,
            q=list(attitude.quaternion()),
            angular_velocity_x=0.0,
            angular_velocity_y=attitude.pitch_rate_radps,
            angular_velocity_z=attitude.yaw_rate_radps,
            failure_flags=0,
            delta_yaw=math.nan if nose is None else nose,
            delta_yaw_velocity=math.nan,
            gimbal_device_id=DEVICE_ID,
        )

    def _manager_status(self) -> Message:
        return mavlink.MAVLink_gimbal_manager_status_message(
            self.now_boot_ms(), self._flags(), DEVICE_ID, *self._primary, *self._secondary
        )

    def _manager_information(self) -> Message:
        return mavlink.MAVLink_gimbal_manager_information_message(
            self.now_boot_ms(), _MANAGER_CAPS, DEVICE_ID, 0.0, 0.0, g.PITCH_MIN_RAD, g.PITCH_MAX_RAD, -math.pi, math.pi
        )

    def _device_information(self) -> Message:
        return mavlink.MAVLink_gimbal_device_information_message(
            time_boot_ms=self.now_boot_ms(),
            vendor_name=b"Patrol",
            model_name=b"Sim 2-axis",
            custom_name=b"",
            firmware_version=1,
            hardware_version=1,
            uid=self.system_id,
            cap_flags=_DEVICE_CAPS,
            custom_cap_flags=0,
            roll_min=0.0,
            roll_max=0.0,
            pitch_min=g.PITCH_MIN_RAD,
            pitch_max=g.PITCH_MAX_RAD,
            yaw_min=-math.pi,
            yaw_max=math.pi,
            gimbal_device_id=DEVICE_ID,
        )
