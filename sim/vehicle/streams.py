"""Which messages go out on a link, and how often."""

from collections.abc import Callable, Mapping
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle import telemetry, telemetry_system
from sim.vehicle.protocol_version import MESSAGE_ID as PROTOCOL_VERSION
from sim.vehicle.protocol_version import ProtocolVersion
from sim.vehicle.telemetry import View

Builder = Callable[[View], Any]

BUILDERS: dict[int, Builder] = {
    mavlink.MAVLINK_MSG_ID_HEARTBEAT: telemetry_system.heartbeat,
    mavlink.MAVLINK_MSG_ID_SYS_STATUS: telemetry_system.sys_status,
    mavlink.MAVLINK_MSG_ID_SYSTEM_TIME: telemetry_system.system_time,
    mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: telemetry.gps_raw,
    mavlink.MAVLINK_MSG_ID_ATTITUDE: telemetry.attitude,
    mavlink.MAVLINK_MSG_ID_ATTITUDE_QUATERNION: telemetry.attitude_quaternion,
    mavlink.MAVLINK_MSG_ID_LOCAL_POSITION_NED: telemetry.local_position,
    mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: telemetry.global_position,
    mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: telemetry_system.mission_current,
    mavlink.MAVLINK_MSG_ID_MISSION_ITEM_REACHED: telemetry_system.mission_item_reached,
    mavlink.MAVLINK_MSG_ID_GPS_GLOBAL_ORIGIN: telemetry_system.gps_global_origin,
    mavlink.MAVLINK_MSG_ID_VFR_HUD: telemetry.vfr_hud,
    mavlink.MAVLINK_MSG_ID_ALTITUDE: telemetry.altitude,
    mavlink.MAVLINK_MSG_ID_BATTERY_STATUS: telemetry_system.battery_status,
    mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION: telemetry_system.autopilot_version,
    mavlink.MAVLINK_MSG_ID_WIND_COV: telemetry.wind,
    mavlink.MAVLINK_MSG_ID_HOME_POSITION: telemetry_system.home_position,
    mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: telemetry_system.extended_sys_state,
    mavlink.MAVLINK_MSG_ID_FLIGHT_INFORMATION: telemetry_system.flight_information,
    mavlink.MAVLINK_MSG_ID_ODOMETRY: telemetry.odometry,
    mavlink.MAVLINK_MSG_ID_ORBIT_EXECUTION_STATUS: telemetry.orbit_status,
    PROTOCOL_VERSION: lambda _view: ProtocolVersion(),
}
"""Every message this vehicle can send on request."""

_SLOW_HZ: dict[int, float] = {
    mavlink.MAVLINK_MSG_ID_HEARTBEAT: 1.0,
    mavlink.MAVLINK_MSG_ID_SYS_STATUS: 2.0,
    mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: 2.0,
    mavlink.MAVLINK_MSG_ID_HOME_POSITION: 0.5,
    mavlink.MAVLINK_MSG_ID_SYSTEM_TIME: 1.0,
    mavlink.MAVLINK_MSG_ID_WIND_COV: 1.0,
    mavlink.MAVLINK_MSG_ID_BATTERY_STATUS: 1.0,
    mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: 2.0,
}

GCS_HZ: dict[int, float] = {
    **_SLOW_HZ,
    mavlink.MAVLINK_MSG_ID_ATTITUDE: 10.0,
    mavlink.MAVLINK_MSG_ID_ATTITUDE_QUATERNION: 10.0,
    mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: 10.0,
    mavlink.MAVLINK_MSG_ID_LOCAL_POSITION_NED: 10.0,
    mavlink.MAVLINK_MSG_ID_VFR_HUD: 5.0,
    mavlink.MAVLINK_MSG_ID_ALTITUDE: 5.0,
    mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: 1.0,
    mavlink.MAVLINK_MSG_ID_MISSION_ITEM_REACHED: 1.0,
    mavlink.MAVLINK_MSG_ID_ORBIT_EXECUTION_STATUS: 2.0,
}
"""Default rates towards the ground station."""

PAYLOAD_HZ: dict[int, float] = {
    **_SLOW_HZ,
    mavlink.MAVLINK_MSG_ID_ATTITUDE: 50.0,
    mavlink.MAVLINK_MSG_ID_ATTITUDE_QUATERNION: 50.0,
    mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: 50.0,
}
"""Default rates towards the payload: a camera needs its pose for each frame."""


class Streams:
    """The timetable of one link, in simulated time. `set_interval` serves MAV_CMD_SET_MESSAGE_INTERVAL."""

    def __init__(self, rates_hz: Mapping[int, float]) -> None:
        self._defaults_s = {message_id: 1.0 / hz for message_id, hz in rates_hz.items()}
        self._interval_s = dict(self._defaults_s)
        self._due_s = dict.fromkeys(self._interval_s, 0.0)

    def interval_us(self, message_id: int) -> int:
        """MESSAGE_INTERVAL.interval_us: -1 when not streamed, 0 when unknown."""
        if message_id in self._interval_s:
            return round(self._interval_s[message_id] * 1e6)
        return -1 if message_id in BUILDERS else 0

    def set_interval(self, message_id: int, interval_us: float) -> bool:
        """Stream a message at an interval (0: default rate, -1: not at all). False for an unknown message."""
        if message_id not in BUILDERS:
            return False
        if interval_us > 0:
            self._interval_s[message_id] = interval_us * 1e-6
        elif interval_us == 0 and message_id in self._defaults_s:
            self._interval_s[message_id] = self._defaults_s[message_id]
        else:
            self._interval_s.pop(message_id, None)
        self._due_s[message_id] = 0.0
        return True

    def due(self, view: View) -> list[Any]:
        """The messages to send now."""
        now_s = view.craft.t_s + 1e-6
        messages = []
        for message_id, interval_s in self._interval_s.items():
            due_s = self._due_s[message_id]
            if now_s < due_s:
                continue
            # keep the phase, unless so late that messages would bunch up
            self._due_s[message_id] = max(due_s, now_s - interval_s) + interval_s
            message = BUILDERS[message_id](view)
            if message is not None:
                messages.append(message)
        return messages
