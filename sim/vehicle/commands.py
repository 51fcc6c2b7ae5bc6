"""COMMAND_LONG and COMMAND_INT: what PX4's commander and navigator do with each command, and how they answer."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.aircraft import Aircraft
from sim.vehicle.checks import failures
from sim.vehicle.modes import AUTO_MODES, CUSTOM_MAIN_MODES, MAIN_AUTO, NavState
from sim.vehicle.navigation import stopping_goal
from sim.vehicle.notices import PayloadCommand, Severity
from sim.vehicle.trajectory import Circle, Goto

ACCEPTED: int = mavlink.MAV_RESULT_ACCEPTED
REJECTED: int = mavlink.MAV_RESULT_TEMPORARILY_REJECTED
DENIED: int = mavlink.MAV_RESULT_DENIED
UNSUPPORTED: int = mavlink.MAV_RESULT_UNSUPPORTED
FAILED: int = mavlink.MAV_RESULT_FAILED

FORCE = 21196
"""param2 of COMPONENT_ARM_DISARM that disarms in the air."""
NO_VALUE = 0x7FFFFFFF
"""COMMAND_INT's x or y when not given."""
ROI = (mavlink.MAV_CMD_DO_SET_ROI_LOCATION, mavlink.MAV_CMD_DO_SET_ROI_NONE)
RELATIVE = (mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT)


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its seven params; places as degrees in param5/6, NaN where not given."""

    command: int
    p: tuple[float, float, float, float, float, float, float]
    relative: bool = False
    """Whether param7 is above home (else AMSL)."""


def decode(message: Any) -> Command:
    """A received COMMAND_LONG or COMMAND_INT."""
    first = (message.param1, message.param2, message.param3, message.param4)
    if message.get_type() == "COMMAND_LONG":
        return Command(message.command, (*first, message.param5, message.param6, message.param7))
    x, y = (math.nan if v == NO_VALUE else v * 1e-7 for v in (message.x, message.y))
    return Command(message.command, (*first, x, y, message.z), message.frame in RELATIVE)


class Commands:
    """Carries out commands on an `Aircraft`. `execute` returns the MAV_RESULT to acknowledge."""

    def __init__(self, craft: Aircraft) -> None:
        self._craft = craft
        self._handlers: dict[int, Callable[[Command], int]] = {
            mavlink.MAV_CMD_COMPONENT_ARM_DISARM: self._arm_disarm,
            mavlink.MAV_CMD_DO_SET_MODE: self._set_mode,
            mavlink.MAV_CMD_NAV_TAKEOFF: self._takeoff,
            mavlink.MAV_CMD_NAV_LAND: self._land,
            mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH: self._return,
            mavlink.MAV_CMD_MISSION_START: self._start_mission,
            mavlink.MAV_CMD_DO_SET_MISSION_CURRENT: self._set_mission_current,
            mavlink.MAV_CMD_DO_REPOSITION: self._reposition,
            mavlink.MAV_CMD_DO_ORBIT: self._orbit,
            mavlink.MAV_CMD_DO_CHANGE_SPEED: self._change_speed,
            mavlink.MAV_CMD_DO_SET_HOME: self._set_home,
            mavlink.MAV_CMD_DO_FLIGHTTERMINATION: self._terminate,
            mavlink.MAV_CMD_RUN_PREARM_CHECKS: self._run_checks,
            mavlink.MAV_CMD_INJECT_FAILURE: self._inject_failure,
            mavlink.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN: lambda c: ACCEPTED if c.p[0] == 0 else DENIED,
            mavlink.MAV_CMD_PREFLIGHT_STORAGE: lambda _: REJECTED if craft.commander.armed else ACCEPTED,
            **dict.fromkeys(ROI, self._set_roi),
        }

    def execute(self, command: Command) -> int:
        """Carry out one command."""
        handler = self._handlers.get(command.command)
        return handler(command) if handler else UNSUPPORTED

    def switch(self, state: NavState) -> int:
        """Change the mode, or say why not."""
        if self._craft.commander.request_mode(state):
            return ACCEPTED
        return self._not_available(state.title)

    def _not_available(self, title: str) -> int:
        self._craft.say(Severity.CRITICAL, f"Switching to {title} is currently not available")
        return REJECTED

    def _arm_disarm(self, c: Command) -> int:
        commander = self._craft.commander
        if c.p[0] not in (0.0, 1.0):
            self._craft.say(Severity.CRITICAL, f"Unsupported ARM_DISARM param: {c.p[0]:.3f}")
            return UNSUPPORTED
        forced = c.p[1] == FORCE
        done = commander.arm("external command") if c.p[0] else commander.disarm("external command", forced)
        return ACCEPTED if done else REJECTED

    def _set_mode(self, c: Command) -> int:
        base, main, sub = (int(v) if math.isfinite(v) else 0 for v in c.p[:3])
        if not base & mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED:
            return self.switch(NavState.MISSION) if base & mavlink.MAV_MODE_FLAG_AUTO_ENABLED else REJECTED
        if main == MAIN_AUTO:
            state = AUTO_MODES.get(sub or NavState.MISSION.value[2])
            if state is None:
                self._craft.say(Severity.CRITICAL, "Unsupported auto mode")
                return REJECTED
            return self.switch(state)
        return self._not_available(CUSTOM_MAIN_MODES.get(main, "that mode"))

    def _takeoff(self, c: Command) -> int:
        self._craft.navigator.takeoff.requested_alt_amsl_m = self._alt_amsl_m(c)
        return self.switch(NavState.TAKEOFF)

    def _land(self, _: Command) -> int:
        result = self.switch(NavState.LAND)
        if result == ACCEPTED:
            self._craft.say(Severity.INFO, "Landing at current position")
        return result

    def _return(self, _: Command) -> int:
        result = self.switch(NavState.RETURN)
        if result == ACCEPTED:
            self._craft.say(Severity.INFO, "Returning to launch")
        return result

    def _start_mission(self, c: Command) -> int:
        craft, first = self._craft, c.p[0]
        if not craft.mission_valid:
            craft.say(Severity.CRITICAL, "Mission start denied! No valid mission")
            return DENIED
        if not (math.isfinite(first) and -1 <= first < len(craft.plan.mission)):
            return DENIED
        if first >= 0:
            craft.mission.set_current(int(first))
        result = self.switch(NavState.MISSION)
        if result == ACCEPTED and not craft.commander.arm("mission start"):
            return self._not_available(NavState.MISSION.title)
        return result

    def _set_mission_current(self, c: Command) -> int:
        ok = math.isfinite(c.p[0]) and self._craft.mission.set_current(int(c.p[0]))
        return ACCEPTED if ok else FAILED

    def _reposition(self, c: Command) -> int:
        craft, flags = self._craft, c.p[1]
        if flags != mavlink.MAV_DO_REPOSITION_FLAGS_CHANGE_MODE:
            return UNSUPPORTED
        result = self.switch(NavState.HOLD)
        if result != ACCEPTED:
            return result
        craft.navigator.update()  # so that entering Hold does not undo the goal
        goal = stopping_goal(craft)  # where no place is given, as QGroundControl's "pause" does
        if math.isfinite(c.p[4]) and math.isfinite(c.p[5]):
            north_m, east_m = craft.to_local(c.p[4], c.p[5])
            speed = c.p[0] if c.p[0] > 0.0 else craft.cruise_mps
            goal = replace(goal, north_m=north_m, east_m=east_m, speed_mps=speed, yaw_rad=None)
        if math.isfinite(c.p[3]):
            goal = replace(goal, yaw_rad=c.p[3])
        if math.isfinite(alt_m := self._alt_amsl_m(c)):
            goal = replace(goal, down_m=craft.down_of(alt_m))
        if craft.breach_at((goal.north_m, goal.east_m), craft.alt_of(goal.down_m)):
            craft.say(Severity.CRITICAL, "Reposition is outside geofence")
        else:
            craft.navigator.hold.reposition(goal)
        return result

    def _orbit(self, c: Command) -> int:
        craft = self._craft
        if not craft.commander.request_mode(NavState.ORBIT):
            craft.say(Severity.CRITICAL, "Orbit command rejected")
            return REJECTED
        alt_m = self._alt_amsl_m(c)
        down_m = craft.down_of(alt_m) if math.isfinite(alt_m) else craft.ref.down_m
        radius = c.p[0] if math.isfinite(c.p[0]) and abs(c.p[0]) >= 1.0 else 15.0
        speed = c.p[1] if c.p[1] > 0.0 else craft.cruise_mps
        tangential = c.p[2] == mavlink.ORBIT_YAW_BEHAVIOUR_HOLD_FRONT_TANGENT_TO_CIRCLE
        craft.navigator.orbit.fly(Circle(*self._place(c), down_m, radius, speed, face_centre=not tangential))
        return ACCEPTED

    def _change_speed(self, c: Command) -> int:
        if c.p[1] > 0.0:
            self._craft.cruise_override_mps = c.p[1]
            goal = self._craft.goal
            if isinstance(goal, Goto):
                self._craft.goal = replace(goal, speed_mps=self._craft.cruise_mps)
        elif c.p[1] == -2.0:
            self._craft.cruise_override_mps = None
        return ACCEPTED

    def _set_home(self, c: Command) -> int:
        craft = self._craft
        if c.p[0] > 0.5:
            return ACCEPTED if craft.set_home_here() else REJECTED
        lat_deg, lon_deg, alt_m = c.p[4], c.p[5], self._alt_amsl_m(c)
        if not all(map(math.isfinite, (lat_deg, lon_deg, alt_m))):
            return DENIED
        yaw_rad = math.radians(c.p[3]) if math.isfinite(c.p[3]) else 0.0
        craft.set_home(lat_deg, lon_deg, alt_m, yaw_rad)
        return ACCEPTED

    def _set_roi(self, c: Command) -> int:
        located = c.command == mavlink.MAV_CMD_DO_SET_ROI_LOCATION
        self._craft.roi = self._place(c) if located else None
        self._craft.notify(PayloadCommand(c.command, c.p))
        return ACCEPTED

    def _terminate(self, c: Command) -> int:
        if not (c.p[0] > 0.5 and self._craft.commander.armed):
            return DENIED
        return ACCEPTED if self._craft.commander.request_mode(NavState.TERMINATION) else REJECTED

    def _run_checks(self, _: Command) -> int:
        for text in failures(self._craft.commander.condition()):
            self._craft.say(Severity.CRITICAL, text)
        return ACCEPTED

    def _inject_failure(self, c: Command) -> int:
        craft = self._craft
        if not craft.params["SYS_FAILURE_EN"]:
            craft.say(Severity.CRITICAL, "Failure injection disabled by SYS_FAILURE_EN param")
            return DENIED
        unit, kind = int(c.p[0]), int(c.p[1])
        if kind not in (mavlink.FAILURE_TYPE_OK, mavlink.FAILURE_TYPE_OFF):
            return UNSUPPORTED
        off = kind == mavlink.FAILURE_TYPE_OFF
        if unit == mavlink.FAILURE_UNIT_SENSOR_GPS:
            craft.fail_gps(off)
        elif unit == mavlink.FAILURE_UNIT_SYSTEM_BATTERY:
            craft.battery.remaining = 0.0 if off else 1.0
        else:
            return UNSUPPORTED
        return ACCEPTED

    def _place(self, c: Command) -> tuple[float, float]:
        """Local place of param5/6, the present one where not given."""
        if math.isfinite(c.p[4]) and math.isfinite(c.p[5]):
            return self._craft.to_local(c.p[4], c.p[5])
        return self._craft.ref.north_m, self._craft.ref.east_m

    def _alt_amsl_m(self, c: Command) -> float:
        return c.p[6] + (self._craft.home.alt_m if c.relative and self._craft.home else 0.0)
