"""Geometry of mission items: where an item is, how it is flown to, when it is reached."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.plan import Item
from sim.vehicle.trajectory import Goto, corner_speed, wrap_pi

if TYPE_CHECKING:
    from sim.vehicle.aircraft import Aircraft

STOPS_BEFORE = {mavlink.MAV_CMD_NAV_DELAY, mavlink.MAV_CMD_DO_JUMP, mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH}
"""Items that keep the waypoint before them from being flown through."""


def place(craft: "Aircraft", item: Item) -> tuple[float, float]:
    """Local (north_m, east_m)."""
    return craft.to_local(item.lat_deg, item.lon_deg)


def altitude_m(craft: "Aircraft", item: Item) -> float:
    """Altitude above mean sea level."""
    return item.alt_amsl_m(craft.home.alt_m if craft.home else 0.0)


def heading(item: Item) -> float | None:
    """Heading the item asks for, radians; None faces the direction of travel."""
    has_yaw = item.command in (mavlink.MAV_CMD_NAV_WAYPOINT, mavlink.MAV_CMD_NAV_LOITER_UNLIM)
    return math.radians(item.param4) if has_yaw and math.isfinite(item.param4) else None


def hold_s(item: Item) -> float:
    """Seconds to stay once there."""
    holds = item.command in (mavlink.MAV_CMD_NAV_WAYPOINT, mavlink.MAV_CMD_NAV_LOITER_TIME)
    return item.param1 if holds and item.param1 > 0.0 else 0.0


def leg(craft: "Aircraft", items: Sequence[Item], index: int, line_from: tuple[float, float] | None) -> Goto:
    """The goal that flies item `index`: through it if the next place lets it, else to a stop."""
    item = items[index]
    here, passing = place(craft, item), 0.0
    following = _next_place(craft, items, index)
    flies_through = item.command == mavlink.MAV_CMD_NAV_WAYPOINT and item.autocontinue and hold_s(item) == 0.0
    if following is not None and flies_through and heading(item) is None:
        start = line_from or (craft.ref.north_m, craft.ref.east_m)
        passing = corner_speed(start, here, following, _radius_m(craft, item), craft.limits.acc_hor_mps2)
    down_m = craft.down_of(altitude_m(craft, item))
    return Goto(*here, down_m, craft.cruise_mps, passing, line_from, yaw_rad=heading(item))


def arrived(craft: "Aircraft", item: Item) -> bool:
    """Whether the item's place (for a take-off: its height) is reached, with the heading it asks for."""
    high_m = abs(craft.alt_amsl_m - altitude_m(craft, item))
    if high_m > craft.params["NAV_MC_ALT_RAD"]:
        return False
    if item.command == mavlink.MAV_CMD_NAV_TAKEOFF:
        return True
    if math.dist(place(craft, item), (craft.body.north_m, craft.body.east_m)) > _radius_m(craft, item):
        return False
    yaw_rad = heading(item)
    return yaw_rad is None or abs(wrap_pi(yaw_rad - craft.ref.yaw_rad)) < math.radians(craft.params["MIS_YAW_ERR"])


def _radius_m(craft: "Aircraft", item: Item) -> float:
    own = item.param2 if item.command == mavlink.MAV_CMD_NAV_WAYPOINT else math.nan
    return own if own > 0.0 else float(craft.params["NAV_ACC_RAD"])


def _next_place(craft: "Aircraft", items: Sequence[Item], index: int) -> tuple[float, float] | None:
    for item in items[index + 1 :]:
        if item.command in STOPS_BEFORE:
            return None
        if item.flown:
            return place(craft, item)
    return None
