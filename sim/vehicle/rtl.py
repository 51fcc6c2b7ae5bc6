"""Return to launch: climb, fly home, (descend and wait,) land."""

import math
from enum import Enum

from sim.vehicle.navigation import Behaviour, Phase, landing_goal
from sim.vehicle.notices import Severity
from sim.vehicle.plan import RALLY
from sim.vehicle.trajectory import Goto


def return_altitude(distance_m: float, height_m: float, params: dict[str, float]) -> float:
    """Height above the destination at which to return, by RTL_RETURN_ALT and the cone (RTL_CONE_ANG).

    PX4's rule: within NAV_ACC_RAD of the destination twice the distance is enough; within RTL_MIN_DIST the height at
    which the cone of half angle RTL_CONE_ANG stands, but at least twice NAV_ACC_RAD; else RTL_RETURN_ALT. Never
    below the present height, unless that is above RTL_RETURN_ALT, where it stays.
    """
    highest = params["RTL_RETURN_ALT"]
    if params["RTL_CONE_ANG"] <= 0:
        return max(height_m, highest)
    acceptance = params["NAV_ACC_RAD"]
    if distance_m <= acceptance:
        wanted = 2.0 * distance_m
    else:
        wanted = highest
        if distance_m <= params["RTL_MIN_DIST"]:
            half_angle = math.radians(min(max(params["RTL_CONE_ANG"], 1.0), 89.0))
            wanted = min(distance_m / math.tan(half_angle), highest)
        wanted = max(wanted, 2.0 * acceptance)
    return max(min(wanted, highest), height_m)


class _Leg(Enum):
    CLIMB = 0
    MOVE = 1
    DESCEND = 2
    WAIT = 3
    LAND = 4
    DONE = 5


class Return(Behaviour):
    """PX4's direct return (RTL_TYPE 0) to home or to the nearest rally point."""

    _leg = _Leg.DONE
    _place = (0.0, 0.0)
    _ground_m = 0.0
    _alt_m = 0.0
    _since_s = 0.0

    @property
    def phase(self) -> Phase:  # type: ignore[override]
        """Landing on the last leg."""
        return Phase.LANDING if self._leg is _Leg.LAND else Phase.FLYING

    def enter(self) -> None:
        """Choose destination and height, and start."""
        craft = self.craft
        craft.cruise_override_mps = None
        if craft.landed:
            self._leg = _Leg.DONE
            craft.goal = None
            return
        self._place, self._ground_m = self._destination()
        away_m = math.dist(self._place, (craft.body.north_m, craft.body.east_m))
        names = ("RTL_RETURN_ALT", "RTL_CONE_ANG", "RTL_MIN_DIST", "NAV_ACC_RAD")
        height_m = return_altitude(
            away_m, craft.alt_amsl_m - self._ground_m, {name: float(craft.params[name]) for name in names}
        )
        self._alt_m = self._ground_m + height_m
        craft.say(
            Severity.INFO,
            f"RTL: start return at {math.ceil(self._alt_m)} m ({math.ceil(height_m)} m above destination)",
        )
        self._begin(_Leg.CLIMB if craft.alt_amsl_m < self._alt_m - 0.1 else _Leg.MOVE)

    def update(self) -> None:
        """Step to the next leg when the present one is flown."""
        craft = self.craft
        if self._leg is _Leg.CLIMB and abs(craft.alt_amsl_m - self._alt_m) < craft.params["NAV_MC_ALT_RAD"]:
            self._begin(_Leg.MOVE)
        elif self._leg is _Leg.MOVE and self._there(self._alt_m):
            waits = abs(craft.params["RTL_LAND_DELAY"]) > 0.01
            self._begin(_Leg.DESCEND if waits else _Leg.LAND)
        elif self._leg is _Leg.DESCEND and self._there(self._low_alt_m()):
            self._begin(_Leg.WAIT)
        elif self._leg is _Leg.WAIT and 0.0 < craft.params["RTL_LAND_DELAY"] <= craft.t_s - self._since_s:
            self._begin(_Leg.LAND)
        elif self._leg is _Leg.LAND:
            if craft.landed:
                self._leg = _Leg.DONE
                craft.goal = None
            else:
                craft.goal = landing_goal(craft, self._place, craft.home.yaw_rad if craft.home else None)

    def _begin(self, leg: _Leg) -> None:
        craft = self.craft
        self._leg = leg
        self._since_s = craft.t_s
        if leg is _Leg.CLIMB:
            here = (craft.ref.north_m, craft.ref.east_m)
            craft.goal = self._goto(here, self._alt_m, craft.ref.yaw_rad)
        elif leg is _Leg.MOVE:
            close = math.dist(self._place, (craft.ref.north_m, craft.ref.east_m)) < craft.params["RTL_MIN_DIST"]
            craft.goal = self._goto(self._place, self._alt_m, craft.home.yaw_rad if close and craft.home else None)
        elif leg is _Leg.DESCEND:
            craft.goal = self._goto(self._place, self._low_alt_m(), craft.ref.yaw_rad)
        elif leg is _Leg.WAIT and craft.params["RTL_LAND_DELAY"] < 0:
            craft.say(Severity.INFO, "RTL: completed, loitering")
        elif leg is _Leg.LAND:
            craft.say(Severity.INFO, "RTL: land at destination")

    def _goto(self, place: tuple[float, float], alt_m: float, yaw_rad: float | None) -> Goto:
        return Goto(*place, self.craft.down_of(alt_m), self.craft.cruise_mps, yaw_rad=yaw_rad)

    def _low_alt_m(self) -> float:
        return min(self._ground_m + self.craft.params["RTL_DESCEND_ALT"], self._alt_m)

    def _there(self, alt_m: float) -> bool:
        body = self.craft.body
        away_m = math.dist(self._place, (body.north_m, body.east_m))
        level = abs(self.craft.alt_amsl_m - alt_m) < self.craft.params["NAV_MC_ALT_RAD"]
        return level and away_m < self.craft.params["NAV_ACC_RAD"] and body.ground_speed_mps < 1.0

    def _destination(self) -> tuple[tuple[float, float], float]:
        """The nearest of home and the rally points: ((north_m, east_m), altitude AMSL)."""
        craft = self.craft
        home = craft.home
        assert home is not None  # the commander does not enter this state without a home
        places = [((home.north_m, home.east_m), home.alt_m)]
        places += [
            (craft.to_local(item.lat_deg, item.lon_deg), item.alt_amsl_m(home.alt_m))
            for item in craft.plan.items[RALLY]
        ]
        return min(places, key=lambda place: math.dist(place[0], (craft.body.north_m, craft.body.east_m)))
