"""Mission feasibility, in PX4's order and words (navigator's FeasibilityChecker, https://docs.px4.io)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.geofence import Area, Point, breach
from sim.vehicle.params import Params
from sim.vehicle.plan import Item, LocalFrame

UNFLYABLE = {mavlink.MAV_CMD_CONDITION_DELAY, mavlink.MAV_CMD_CONDITION_DISTANCE}
"""Commands PX4 stores but will not fly."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a mission is checked against."""

    home: Point | None
    """Local (north_m, east_m), None while home is not set."""
    home_alt_m: float
    landed: bool
    areas: Sequence[Area]
    to_local: LocalFrame
    params: Params


@dataclass(slots=True)
class Verdict:
    """Whether a mission may be flown; texts for the operator, in order (warnings included)."""

    valid: bool
    texts: list[str] = field(default_factory=list)


def check(items: Sequence[Item], around: Surroundings) -> Verdict:
    """Check a whole mission."""
    if not items:
        return Verdict(False)
    if around.home is None:
        return Verdict(False, ["Not yet ready for mission, no position lock."])
    verdict = Verdict(True)
    for refusal in (
        _first_refusal(items, around),
        _first_waypoint_far(items, around),
        _takeoff_and_landing(items, around),
        _outside_fence(items, around),
    ):
        if refusal:
            verdict.valid = False
            verdict.texts.append(refusal)
    verdict.texts += [
        f"Warning: Waypoint {i + 1} below home"
        for i, item in enumerate(items)
        if item.flown and item.alt_amsl_m(around.home_alt_m) < around.home_alt_m
    ]
    return verdict


def _first_refusal(items: Sequence[Item], around: Surroundings) -> str | None:
    placed_before = False
    for i, item in enumerate(items):
        if item.command in UNFLYABLE:
            return f"Mission rejected: item {i + 1}: unsupported cmd: {item.command}"
        if i == 0 and item.command == mavlink.MAV_CMD_NAV_LAND and around.landed:
            return "Mission rejected: starts with landing"
        if item.command == mavlink.MAV_CMD_NAV_TAKEOFF:
            height_m = item.alt_amsl_m(around.home_alt_m) - around.home_alt_m
            if height_m - 1.0 < around.params["NAV_ACC_RAD"]:
                return "Mission rejected: Takeoff altitude too low!"
            if placed_before:
                return "Mission rejected: takeoff not first waypoint item"
        placed_before = placed_before or item.flown or item.command == mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH
    return None


def _first_waypoint_far(items: Sequence[Item], around: Surroundings) -> str | None:
    most_m = around.params["MIS_DIST_1WP"]
    first = next((item for item in items if item.flown), None)
    if most_m <= 0.0 or first is None or around.home is None:
        return None
    away_m = math.dist(around.to_local(first.lat_deg, first.lon_deg), around.home)
    if away_m < most_m:
        return None
    return f"First waypoint too far away: {int(away_m)}m, {int(most_m)} max"


def _takeoff_and_landing(items: Sequence[Item], around: Surroundings) -> str | None:
    """MIS_TKO_LAND_REQ."""
    takeoff = any(item.command == mavlink.MAV_CMD_NAV_TAKEOFF for item in items)
    landing = any(item.command == mavlink.MAV_CMD_NAV_LAND for item in items)
    required = int(around.params["MIS_TKO_LAND_REQ"])
    if required == 1 and not takeoff:
        return "Mission rejected: Takeoff waypoint required."
    if required == 2 and not landing:
        return "Mission rejected: Landing waypoint/pattern required."
    if required == 3 and not (takeoff and landing):
        return "Mission rejected: Takeoff or Landing item missing."
    if required == 4 and takeoff != landing:
        missing = "Add Landing item or remove Takeoff." if takeoff else "Add Takeoff item or remove Landing."
        return f"Mission rejected: {missing}"
    return None


def _outside_fence(items: Sequence[Item], around: Surroundings) -> str | None:
    for i, item in enumerate(items):
        if not item.flown:
            continue
        at = around.to_local(item.lat_deg, item.lon_deg)
        alt_rel_m = item.alt_amsl_m(around.home_alt_m) - around.home_alt_m
        if breach(at, alt_rel_m, around.areas, around.params, around.home):
            return f"Geofence violation for waypoint {i + 1}"
    return None
