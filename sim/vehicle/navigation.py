"""What each navigation state flies: take-off, hold and reposition, orbit, landing.

A behaviour is entered when its state becomes active with motors armed, updated at 20 Hz and left when another takes
over. It sets `aircraft.goal`; the return and the mission have files of their own.
"""

import math
from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.modes import NavState
from sim.vehicle.notices import Severity
from sim.vehicle.params import Params
from sim.vehicle.trajectory import Circle, Goto, Sink, braking_distance

if TYPE_CHECKING:
    from sim.vehicle.aircraft import Aircraft


class Phase(IntEnum):
    """What shows in EXTENDED_SYS_STATE.landed_state while in the air."""

    FLYING = mavlink.MAV_LANDED_STATE_IN_AIR
    TAKEOFF = mavlink.MAV_LANDED_STATE_TAKEOFF
    LANDING = mavlink.MAV_LANDED_STATE_LANDING


class Behaviour:
    """Hold position: the base of all others."""

    phase = Phase.FLYING

    def __init__(self, craft: "Aircraft") -> None:
        self.craft = craft

    def enter(self) -> None:
        """Begin: by default stop where the vehicle can."""
        self.craft.goal = None if self.craft.landed else stopping_goal(self.craft)

    def update(self) -> None:
        """Carry on."""

    def leave(self) -> None:
        """Make room for another behaviour."""


class Hold(Behaviour):
    """Hold, and fly to where DO_REPOSITION says."""

    def reposition(self, goal: Goto) -> None:
        """Fly to `goal` and hold there."""
        if not self.craft.landed:
            self.craft.goal = goal


class Takeoff(Behaviour):
    """Climb straight up, then hold."""

    phase = Phase.TAKEOFF

    def __init__(self, craft: "Aircraft") -> None:
        super().__init__(craft)
        self.requested_alt_amsl_m = math.nan
        """Altitude asked for by NAV_TAKEOFF; NaN takes MIS_TAKEOFF_ALT."""

    def enter(self) -> None:
        """Decide the altitude."""
        craft = self.craft
        ground_alt_m = craft.home.alt_m if craft.home else craft.alt_amsl_m
        least_m = ground_alt_m + craft.params["MIS_TAKEOFF_ALT"]
        wanted_m = self.requested_alt_amsl_m
        self.requested_alt_amsl_m = math.nan
        if math.isfinite(wanted_m) and wanted_m < least_m:
            craft.say(Severity.CRITICAL, f"Using minimum takeoff altitude: {craft.params['MIS_TAKEOFF_ALT']:.2f} m")
        alt_m = max(wanted_m, least_m) if math.isfinite(wanted_m) else least_m
        if craft.alt_amsl_m > alt_m:
            craft.say(Severity.CRITICAL, "Already higher than takeoff altitude")
            alt_m = craft.alt_amsl_m
        craft.goal = climb_goal(craft, alt_m)

    def update(self) -> None:
        """Climb; hand over to hold (or, by COM_TAKEOFF_ACT, to the mission) when there."""
        craft = self.craft
        goal = craft.goal
        if not isinstance(goal, Goto):
            return
        craft.goal = replace(goal, up_mps=climb_speed(craft.params, craft.body.height_m))
        if not craft.landed and craft.body.down_m < goal.down_m + min(craft.params["NAV_MC_ALT_RAD"], 0.4):
            to_mission = craft.params["COM_TAKEOFF_ACT"] == 1 and craft.mission_valid
            craft.commander.request_mode(NavState.MISSION if to_mission else NavState.HOLD)


class Land(Behaviour):
    """Descend where the vehicle stops, until the ground."""

    phase = Phase.LANDING

    def update(self) -> None:
        """Descend."""
        craft = self.craft
        if craft.landed:
            craft.goal = None
        elif isinstance(craft.goal, Goto | Sink):
            craft.goal = landing_goal(craft, (craft.goal.north_m, craft.goal.east_m))


class Orbit(Behaviour):
    """Circle a point (DO_ORBIT)."""

    def __init__(self, craft: "Aircraft") -> None:
        super().__init__(craft)
        self.circle: Circle | None = None

    def enter(self) -> None:
        """Begin to circle, about the stopping point unless a centre was given."""
        if self.craft.landed or self.circle is None:
            super().enter()
        else:
            self.craft.goal = self.circle

    def fly(self, circle: Circle) -> None:
        """Circle as asked from now on."""
        self.circle = circle
        if self.craft.navigator.active is self:
            self.enter()


class Navigator:
    """Runs the behaviour of the present navigation state."""

    def __init__(self, craft: "Aircraft", mission: Behaviour, to_home: Behaviour) -> None:
        self._craft = craft
        self.hold = Hold(craft)
        self.takeoff = Takeoff(craft)
        self.land = Land(craft)
        self.orbit = Orbit(craft)
        self._of_state: dict[NavState, Behaviour] = {
            NavState.HOLD: self.hold,
            NavState.TAKEOFF: self.takeoff,
            NavState.LAND: self.land,
            NavState.DESCEND: Land(craft),
            NavState.ORBIT: self.orbit,
            NavState.MISSION: mission,
            NavState.RETURN: to_home,
            NavState.TERMINATION: Behaviour(craft),
        }
        self.active: Behaviour | None = None

    def update(self) -> None:
        """Switch to the behaviour of the present state if it changed, and let it carry on."""
        commander = self._craft.commander
        wanted = self._of_state[commander.nav_state] if commander.armed else None
        if wanted is not self.active:
            if self.active is not None:
                self.active.leave()
            self.active = wanted
            if wanted is None:
                self._craft.goal = None
            else:
                wanted.enter()
        if self.active is not None:
            self.active.update()


def stopping_goal(craft: "Aircraft") -> Goto:
    """Stop as soon as the limits permit, keeping the present heading."""
    ref, limits = craft.ref, craft.limits
    speed = math.hypot(ref.vn_mps, ref.ve_mps)
    ahead_s = braking_distance(speed, limits.acc_hor_mps2, limits.jerk_mps3) / speed if speed > 0.1 else 0.0
    fall_m = braking_distance(abs(ref.vd_mps), limits.acc_down_mps2, limits.jerk_mps3)
    return Goto(
        north_m=ref.north_m + ref.vn_mps * ahead_s,
        east_m=ref.east_m + ref.ve_mps * ahead_s,
        down_m=min(ref.down_m + math.copysign(fall_m, ref.vd_mps), 0.0),
        speed_mps=limits.speed_mps,
        yaw_rad=ref.yaw_rad,
    )


def climb_goal(craft: "Aircraft", alt_amsl_m: float) -> Goto:
    """Climb straight up from here."""
    ref = craft.ref
    up_mps = climb_speed(craft.params, craft.body.height_m)
    down_m = craft.down_of(alt_amsl_m)
    return Goto(ref.north_m, ref.east_m, down_m, craft.cruise_mps, up_mps=up_mps, yaw_rad=ref.yaw_rad)


def landing_goal(craft: "Aircraft", place: tuple[float, float], yaw_rad: float | None = None) -> Sink:
    """Descend onto `place` (north_m, east_m), slower near the ground (MPC_LAND_ALT1/2, MPC_LAND_SPEED)."""
    params = craft.params
    fast = min(params["MPC_Z_V_AUTO_DN"], params["MPC_Z_VEL_MAX_DN"])
    return Sink(*place, _near_ground(params, craft.body.height_m, params["MPC_LAND_SPEED"], fast), yaw_rad)


def climb_speed(params: Params, height_m: float) -> float:
    """Take-off climb speed: MPC_TKO_SPEED near the ground, the full climb speed above MPC_LAND_ALT1."""
    return _near_ground(params, height_m, params["MPC_TKO_SPEED"], params["MPC_Z_V_AUTO_UP"])


def _near_ground(params: Params, height_m: float, slow: float, fast: float) -> float:
    low, high = params["MPC_LAND_ALT2"], params["MPC_LAND_ALT1"]
    share = max(0.0, min(1.0, (height_m - low) / max(high - low, 0.1)))
    return slow + share * (fast - slow)
