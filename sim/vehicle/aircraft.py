"""The vehicle without I/O: physics, navigation and commander, advanced in steps of simulated time."""

import math
from collections import deque
from dataclasses import dataclass, replace

from sim.geo import Origin
from sim.vehicle.battery import AVIONICS_W, Battery
from sim.vehicle.body import Body, gains_from, limits_from
from sim.vehicle.commander import Commander
from sim.vehicle.geofence import Area, Breach, areas_from, breach
from sim.vehicle.mission_check import Surroundings, check
from sim.vehicle.mission_run import MissionRunner
from sim.vehicle.modes import NavState
from sim.vehicle.navigation import Navigator
from sim.vehicle.notices import Notice, Severity, StatusChanged, Text
from sim.vehicle.params import Params, Value
from sim.vehicle.plan import FENCE, MISSION, Item, Plan, checksum
from sim.vehicle.rtl import Return
from sim.vehicle.trajectory import Demand, Goal, Goto, Limits, Reference, demand, follow
from sim.vehicle.wind import Wind

DT_S = 0.01
NAVIGATE_EVERY = 5
"""Steps between navigator updates (20 Hz)."""
COMMAND_EVERY = 10
"""Steps between commander updates (10 Hz)."""
GPS_FIX_S = 1.5
"""Time from boot, or from the end of a failure, to a fix."""
DEAD_RECKONING_S = 5.0
"""How long the position estimate stays valid without a fix."""
LIFT_OFF_M = 0.1
MAX_NOTICES = 256


@dataclass(frozen=True, slots=True)
class Home:
    """The home position: WGS-84, metres AMSL, heading, and its place in the local frame."""

    lat_deg: float
    lon_deg: float
    alt_m: float
    yaw_rad: float = 0.0
    north_m: float = 0.0
    east_m: float = 0.0


class Aircraft:
    """One multicopter on flat ground. The local frame is NED about its boot position (`start`)."""

    def __init__(
        self,
        start: Home,
        *,
        wind: Wind | None = None,
        params: dict[str, Value] | None = None,
    ) -> None:
        self.t_s = 0.0
        """Seconds since boot."""
        self.start = start
        self.params = Params(params)
        self.wind = wind or Wind()
        self.battery = Battery(self.params)
        self.plan = Plan()
        self.body = Body(yaw_rad=start.yaw_rad)
        self.ref = Reference(yaw_rad=start.yaw_rad)
        self.goal: Goal | None = None
        self.roi: tuple[float, float] | None = None
        """Region of interest, local (north_m, east_m)."""
        self.home: Home | None = None
        self.landed = True
        self.gps_failed = False
        self.cruise_override_mps: float | None = None
        """Speed set by DO_CHANGE_SPEED."""
        self.breach = Breach()
        self.mission_valid = False
        self.areas: list[Area] = []
        self.notices: deque[Notice] = deque(maxlen=MAX_NOTICES)
        self.mission = MissionRunner(self)
        self.navigator = Navigator(self, self.mission, Return(self))
        self.commander = Commander(self)
        self._origin = Origin(start.lat_deg, start.lon_deg, start.alt_m)
        self._steps = 0
        self._fix_due_s = GPS_FIX_S
        self._fix_lost_s: float | None = None
        self._contact_s: float | None = None
        self._params_version = -1
        self.limits = Limits()
        self._refresh_params()

    # frames

    def to_local(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        """WGS-84 degrees -> local (north_m, east_m)."""
        east_m, north_m = self._origin.to_enu(lat_deg, lon_deg)
        return north_m, east_m

    def to_global(self, north_m: float, east_m: float) -> tuple[float, float]:
        """Local metres -> WGS-84 (lat_deg, lon_deg)."""
        return self._origin.to_wgs84(east_m, north_m)

    def down_of(self, alt_amsl_m: float) -> float:
        """Altitude AMSL -> local down, metres."""
        return self.start.alt_m - alt_amsl_m

    def alt_of(self, down_m: float) -> float:
        """Local down -> altitude AMSL, metres."""
        return self.start.alt_m - down_m

    @property
    def alt_amsl_m(self) -> float:
        """Present altitude above mean sea level."""
        return self.alt_of(self.body.down_m)

    @property
    def alt_rel_m(self) -> float:
        """Present height above home (above the boot position while home is not set)."""
        return self.alt_amsl_m - (self.home.alt_m if self.home else self.start.alt_m)

    @property
    def cruise_mps(self) -> float:
        """Horizontal speed for autonomous flight."""
        cruise = self.cruise_override_mps or float(self.params["MPC_XY_CRUISE"])
        return min(cruise, float(self.params["MPC_XY_VEL_MAX"]))

    @property
    def gps_fixed(self) -> bool:
        """Whether the receiver has a 3D fix."""
        return not self.gps_failed and self.t_s >= self._fix_due_s

    @property
    def position_ok(self) -> bool:
        """Whether the position estimate is valid."""
        if self.gps_fixed:
            return True
        return self._fix_lost_s is not None and self.t_s - self._fix_lost_s < DEAD_RECKONING_S

    # what happens to it

    def say(self, severity: Severity, text: str) -> None:
        """Tell the operator."""
        self.notify(Text(severity, text))

    def notify(self, notice: Notice) -> None:
        """Queue a notice for the outside; the oldest is dropped when nobody reads."""
        self.notices.append(notice)

    def set_home(self, lat_deg: float, lon_deg: float, alt_m: float, yaw_rad: float = 0.0) -> None:
        """Set home, and check the mission against it."""
        north_m, east_m = self.to_local(lat_deg, lon_deg)
        home = Home(lat_deg, lon_deg, alt_m, yaw_rad, north_m, east_m)
        moved = self.home is None or math.dist((north_m, east_m), (self.home.north_m, self.home.east_m)) > 0.5
        self.home = home
        self.notify(StatusChanged())
        if moved:
            self.check_mission()

    def set_home_here(self) -> bool:
        """Set home to the present position; False without a position estimate."""
        if not self.position_ok:
            return False
        lat_deg, lon_deg = self.to_global(self.body.north_m, self.body.east_m)
        self.set_home(lat_deg, lon_deg, self.alt_amsl_m, self.body.yaw_rad)
        return True

    def set_plan(self, plan_type: int, items: list[Item], current: int) -> None:
        """Store a complete plan. An identical one changes nothing, as in PX4."""
        if checksum(items) == checksum(self.plan.items[plan_type]):
            return
        self.plan.items[plan_type] = items
        if plan_type == FENCE:
            self.areas = self._usable_areas(items)
            self.check_mission()
        elif plan_type == MISSION:
            self.check_mission()
            self.mission.plan_changed(current)

    def check_mission(self) -> None:
        """Run the feasibility checks and tell the operator what is wrong."""
        home = (self.home.north_m, self.home.east_m) if self.home else None
        home_alt_m = self.home.alt_m if self.home else 0.0
        around = Surroundings(home, home_alt_m, self.landed, self.areas, self.to_local, self.params)
        verdict = check(self.plan.mission, around)
        self.mission_valid = verdict.valid
        for text in verdict.texts:
            self.say(Severity.CRITICAL, text)

    def breach_at(self, place: tuple[float, float], alt_amsl_m: float) -> Breach:
        """What being at `place` (north_m, east_m) would violate of the fence."""
        home = (self.home.north_m, self.home.east_m) if self.home else None
        alt_rel_m = alt_amsl_m - (self.home.alt_m if self.home else self.start.alt_m)
        return breach(place, alt_rel_m, self.areas, self.params, home)

    def face(self, yaw_rad: float) -> None:
        """Turn to a heading without changing where to fly."""
        if isinstance(self.goal, Goto):
            self.goal = replace(self.goal, yaw_rad=yaw_rad)

    def fail_gps(self, failed: bool) -> None:
        """Take the GPS away, or give it back."""
        if self.gps_failed and not failed:
            self._fix_due_s = self.t_s + GPS_FIX_S
        self.gps_failed = failed

    # time

    def step(self) -> None:
        """Advance by `DT_S`."""
        self.t_s += DT_S
        self._steps += 1
        if self._params_version != self.params.version:
            self._refresh_params()
        if self._steps % NAVIGATE_EVERY == 0:
            self._watch_position()
            self.navigator.update()
        if self._steps % COMMAND_EVERY == 0:
            here = (self.body.north_m, self.body.east_m)
            self.breach = self.breach_at(here, self.alt_amsl_m) if self.position_ok else Breach()
            self.commander.update()
        self._move()
        self._detect_ground()
        self.battery.draw(self.body.power_w or AVIONICS_W, DT_S)

    def _move(self) -> None:
        body, ref = self.body, self.ref
        armed = self.commander.armed and self.commander.nav_state is not NavState.TERMINATION
        lifting = self.goal is not None and self.t_s - self.commander.armed_s >= self.params["COM_SPOOLUP_TIME"]
        if not armed and body.down_m < 0.0:
            self.wind.step(DT_S)
            body.fall((self.wind.north_mps, self.wind.east_mps), DT_S)
            self._meet_reference()
        elif not armed or (self.landed and not lifting):
            body.idle(armed)
            self._meet_reference()
        else:
            self.wind.step(DT_S)
            want = demand(self.goal, ref, self.limits) if self.goal is not None else Demand(0.0, 0.0, 0.0, None)
            follow(ref, want, self.limits, DT_S)
            ref.down_m = min(ref.down_m, 0.5)  # the ground ends the descent
            wind = (self.wind.north_mps, self.wind.east_mps)
            body.fly(ref, self._gains, wind, DT_S, position_known=self.position_ok)

    def _meet_reference(self) -> None:
        """The reference starts from where the body is."""
        body = self.body
        self.ref = Reference(
            body.north_m, body.east_m, body.down_m, body.vn_mps, body.ve_mps, body.vd_mps, yaw_rad=body.yaw_rad
        )

    def _detect_ground(self) -> None:
        """Landed after LNDMC_TRIG_TIME on the ground; in the air above `LIFT_OFF_M`."""
        if self.landed:
            if self.body.height_m > LIFT_OFF_M:
                self.landed = False
                self._contact_s = None
                self.commander.landed(False)
            return
        if self.body.down_m < 0.0:
            self._contact_s = None
            return
        self._contact_s = self.t_s if self._contact_s is None else self._contact_s
        if self.t_s - self._contact_s >= self.params["LNDMC_TRIG_TIME"]:
            self.landed = True
            self.commander.landed(True)

    def _watch_position(self) -> None:
        if self.gps_fixed:
            self._fix_lost_s = None
            if self.home is None and self.params["COM_HOME_EN"]:
                self.set_home_here()
        elif self._fix_lost_s is None and self.home is not None:
            self._fix_lost_s = self.t_s
            if self.commander.armed:
                self.say(Severity.WARNING, "GNSS data fusion stopped")

    def _usable_areas(self, items: list[Item]) -> list[Area]:
        """The fence to enforce. PX4 stores every area, but ignores those that exclude home or, in flight, itself."""
        areas = areas_from(items, self.to_local)
        for what, at in (
            ("Home position", (self.home.north_m, self.home.east_m) if self.home else None),
            ("current vehicle position", None if self.landed else (self.body.north_m, self.body.east_m)),
        ):
            usable = [area for area in areas if at is None or area.allows(at)]
            if len(usable) < len(areas):
                self.say(Severity.CRITICAL, f"Geofence invalid, doesn't contain {what}")
            areas = usable
        return areas

    def _refresh_params(self) -> None:
        self._params_version = self.params.version
        self.limits = limits_from(self.params)
        self._gains = gains_from(self.params)
