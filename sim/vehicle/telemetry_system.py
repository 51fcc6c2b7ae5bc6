"""Telemetry messages about the system: heartbeat, health, battery, home, mission state, versions."""

import math
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.battery import BatteryLevel
from sim.vehicle.body import quaternion
from sim.vehicle.failsafe import Action
from sim.vehicle.modes import NavState
from sim.vehicle.telemetry import View

VERSION = 1 << 24 | 15 << 16 | 4 << 8 | mavlink.FIRMWARE_VERSION_TYPE_OFFICIAL
"""PX4 1.15.4, whose behaviour this vehicle follows."""

CAPABILITIES = (
    mavlink.MAV_PROTOCOL_CAPABILITY_PARAM_ENCODE_BYTEWISE
    | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_INT
    | mavlink.MAV_PROTOCOL_CAPABILITY_COMMAND_INT
    | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_FENCE
    | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_RALLY
    | mavlink.MAV_PROTOCOL_CAPABILITY_FLIGHT_TERMINATION
    | mavlink.MAV_PROTOCOL_CAPABILITY_MAVLINK2
)

_SENSORS = (
    mavlink.MAV_SYS_STATUS_SENSOR_3D_GYRO
    | mavlink.MAV_SYS_STATUS_SENSOR_3D_ACCEL
    | mavlink.MAV_SYS_STATUS_SENSOR_3D_MAG
    | mavlink.MAV_SYS_STATUS_SENSOR_ABSOLUTE_PRESSURE
    | mavlink.MAV_SYS_STATUS_SENSOR_MOTOR_OUTPUTS
    | mavlink.MAV_SYS_STATUS_AHRS
)
_CHARGE = {
    BatteryLevel.NONE: mavlink.MAV_BATTERY_CHARGE_STATE_OK,
    BatteryLevel.LOW: mavlink.MAV_BATTERY_CHARGE_STATE_LOW,
    BatteryLevel.CRITICAL: mavlink.MAV_BATTERY_CHARGE_STATE_CRITICAL,
    BatteryLevel.EMERGENCY: mavlink.MAV_BATTERY_CHARGE_STATE_EMERGENCY,
}


def heartbeat(view: View) -> Any:
    """HEARTBEAT with PX4's custom mode."""
    commander = view.craft.commander
    base = (
        mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
        | mavlink.MAV_MODE_FLAG_AUTO_ENABLED
        | mavlink.MAV_MODE_FLAG_STABILIZE_ENABLED
        | mavlink.MAV_MODE_FLAG_GUIDED_ENABLED
    )
    if commander.armed:
        base |= mavlink.MAV_MODE_FLAG_SAFETY_ARMED
    return mavlink.MAVLink_heartbeat_message(
        mavlink.MAV_TYPE_QUADROTOR,
        mavlink.MAV_AUTOPILOT_PX4,
        base,
        commander.nav_state.custom_mode,
        _system_state(view),
        3,
    )


def sys_status(view: View) -> Any:
    """SYS_STATUS: sensors, battery, and whether the arming checks pass (PREARM_CHECK)."""
    craft = view.craft
    gps, battery, prearm = (
        mavlink.MAV_SYS_STATUS_SENSOR_GPS,
        mavlink.MAV_SYS_STATUS_SENSOR_BATTERY,
        mavlink.MAV_SYS_STATUS_PREARM_CHECK,
    )
    fence = mavlink.MAV_SYS_STATUS_GEOFENCE if craft.areas else 0
    present = _SENSORS | gps | battery | prearm | fence
    health = _SENSORS | (battery if craft.commander.battery_level < BatteryLevel.CRITICAL else 0)
    health |= (gps if craft.position_ok else 0) | (fence if not craft.breach else 0)
    health |= prearm if craft.commander.armed or craft.commander.can_arm else 0
    pack = craft.battery
    return mavlink.MAVLink_sys_status_message(
        present,
        present,
        health,
        150,
        round(pack.voltage_v * 1000.0),
        round(pack.current_a * 100.0),
        math.ceil(pack.remaining * 100.0),
        0,
        0,
        0,
        0,
        0,
        0,
    )


def battery_status(view: View) -> Any:
    """BATTERY_STATUS: the pack's voltage is spread over the cells."""
    craft, pack = view.craft, view.craft.battery
    cells = int(craft.params["BAT1_N_CELLS"])
    cell_mv = round(pack.voltage_v * 1000.0 / cells)
    flying = craft.commander.armed and not craft.landed
    return mavlink.MAVLink_battery_status_message(
        0,
        mavlink.MAV_BATTERY_FUNCTION_ALL,
        mavlink.MAV_BATTERY_TYPE_LIPO,
        2500,
        [cell_mv] * cells + [0xFFFF] * (10 - cells),
        round(pack.current_a * 100.0),
        round(pack.consumed_mah),
        -1,
        math.ceil(pack.remaining * 100.0),
        round(pack.time_remaining_s) if flying else 0,
        _CHARGE[craft.commander.battery_level],
    )


def extended_sys_state(view: View) -> Any:
    """EXTENDED_SYS_STATE: landed state."""
    craft = view.craft
    landed = mavlink.MAV_LANDED_STATE_ON_GROUND
    active = craft.navigator.active
    state = landed if craft.landed else int(active.phase) if active else mavlink.MAV_LANDED_STATE_IN_AIR
    return mavlink.MAVLink_extended_sys_state_message(mavlink.MAV_VTOL_STATE_UNDEFINED, state)


def home_position(view: View) -> Any:
    """HOME_POSITION, once set."""
    craft, home = view.craft, view.craft.home
    if home is None:
        return None
    return mavlink.MAVLink_home_position_message(
        round(home.lat_deg * 1e7),
        round(home.lon_deg * 1e7),
        round(home.alt_m * 1000.0),
        home.north_m,
        home.east_m,
        craft.down_of(home.alt_m),
        list(quaternion(0.0, 0.0, home.yaw_rad)),
        0.0,
        0.0,
        0.0,
        time_usec=view.boot_us,
    )


def gps_global_origin(view: View) -> Any:
    """GPS_GLOBAL_ORIGIN: the local frame's origin."""
    start = view.craft.start
    return mavlink.MAVLink_gps_global_origin_message(
        round(start.lat_deg * 1e7), round(start.lon_deg * 1e7), round(start.alt_m * 1000.0), time_usec=view.boot_us
    )


def system_time(view: View) -> Any:
    """SYSTEM_TIME: ties time since boot to UTC; UTC is known with a GPS fix."""
    unix_us = view.unix_us if view.craft.gps_fixed else 0
    return mavlink.MAVLink_system_time_message(unix_us, view.boot_ms)


def mission_current(view: View) -> Any:
    """MISSION_CURRENT with the mission's state."""
    craft, run = view.craft, view.craft.mission
    count = len(craft.plan.mission)
    active = craft.commander.nav_state in (NavState.MISSION, NavState.TAKEOFF, NavState.LAND)
    if count == 0 or not craft.mission_valid:
        state = mavlink.MISSION_STATE_NO_MISSION
    elif run.finished:
        state = mavlink.MISSION_STATE_COMPLETE
    elif active:
        state = mavlink.MISSION_STATE_ACTIVE
    elif run.flown_before:
        state = mavlink.MISSION_STATE_PAUSED
    else:
        state = mavlink.MISSION_STATE_NOT_STARTED
    return mavlink.MAVLink_mission_current_message(run.index, count or 0xFFFF, state, 1 if active else 2)


def mission_item_reached(view: View) -> Any:
    """MISSION_ITEM_REACHED, repeated while an item was reached."""
    seq = view.craft.mission.reached_seq
    return mavlink.MAVLink_mission_item_reached_message(seq) if seq >= 0 else None


def autopilot_version(view: View) -> Any:
    """AUTOPILOT_VERSION."""
    uid = 0x5041_5452_0000_0000 | int(view.craft.params["MAV_SYS_ID"])
    return mavlink.MAVLink_autopilot_version_message(
        CAPABILITIES,
        VERSION,
        VERSION,
        0x0600_00FF,
        0,
        [0, 0, 0, 0x5A, 0x1F, 0x93, 0xC4, 0x27],
        [0] * 8,
        [0] * 8,
        0,
        0,
        uid,
        uid2=list(uid.to_bytes(18, "little")),
    )


def flight_information(view: View) -> Any:
    """FLIGHT_INFORMATION; PX4 gives times since boot here."""
    commander = view.craft.commander
    armed_us, takeoff_us = round(commander.armed_s * 1e6), round(commander.takeoff_s * 1e6)
    return mavlink.MAVLink_flight_information_message(view.boot_ms, armed_us, takeoff_us, 1)


def _system_state(view: View) -> int:
    commander = view.craft.commander
    if commander.nav_state is NavState.TERMINATION:
        return int(mavlink.MAV_STATE_FLIGHT_TERMINATION)
    if commander.failsafe.action > Action.WARN:
        return int(mavlink.MAV_STATE_CRITICAL)
    return int(mavlink.MAV_STATE_ACTIVE if commander.armed else mavlink.MAV_STATE_STANDBY)
