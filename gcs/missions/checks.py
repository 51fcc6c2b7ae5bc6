"""Whether a plan makes sense to fly, and how long it takes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union
from shapely.prepared import PreparedGeometry

from gcs.fleet.mav import Cmd, Frame
from gcs.fleet.plan import FencePolygon, FlightPlan, LatLon, PlanItem
from gcs.geo import Origin
from gcs.missions.plan_file import PlanError

MAX_HEIGHT_M = 120.0
"""Above home: the limit of open airspace for such drones."""
MAX_STEPS = 20_000
"""Of a plan with jumps."""
CLIMB_MPS, SINK_MPS = 3.0, 1.5
"""PX4's MPC_Z_V_AUTO_UP and MPC_Z_V_AUTO_DN."""
_FIRST = {Cmd.NAV_TAKEOFF}
_LAST = {Cmd.NAV_RETURN_TO_LAUNCH, Cmd.NAV_LAND}
_GIMBAL = {Cmd.DO_GIMBAL_MANAGER_PITCHYAW, Cmd.DO_MOUNT_CONTROL}


@dataclass(frozen=True)
class Leg:
    """From the place before to this item's."""

    index: int
    """Of the raw item."""
    place: LatLon
    alt_rel_m: float
    speed_mps: float
    wait_s: float


@dataclass(frozen=True)
class Estimate:
    """What flying the plan takes in still air."""

    route: list[tuple[float, float, float]]
    """(lon_deg, lat_deg, alt_rel_m) from takeoff to the return home."""
    distance_m: float
    """Over the ground."""
    duration_s: float


def check(plan: FlightPlan) -> list[PlanError]:
    """Everything that speaks against flying it; empty when it can be flown."""
    return [*_check_ends(plan), *_check_orders(plan), *_check_heights(plan), *_check_fence(plan)]


def estimate(plan: FlightPlan) -> Estimate:
    """Distance and duration from takeoff to landing at home."""
    plane = Origin(plan.home.lat_deg, plan.home.lon_deg)
    x = y = z = distance = duration = 0.0
    route: list[tuple[float, float, float]] = []
    for leg in legs(plan):
        nx, ny = plane.to_enu(leg.place.lat_deg, leg.place.lon_deg)
        ground = math.hypot(nx - x, ny - y)
        rise = leg.alt_rel_m - z
        duration += max(ground / leg.speed_mps, rise / CLIMB_MPS if rise > 0 else -rise / SINK_MPS) + leg.wait_s
        distance += ground
        x, y, z = nx, ny, leg.alt_rel_m
        route.append((leg.place.lon_deg, leg.place.lat_deg, leg.alt_rel_m))
    duration += z / SINK_MPS
    return Estimate(route, distance, duration)


def legs(plan: FlightPlan) -> Iterator[Leg]:
    """The places in the order flown, jumps unrolled, the way home included."""
    speed, place, alt = plan.cruise_speed_mps, plan.home, 0.0
    for index in _order(plan):
        item = plan.items[index]
        if item.command == Cmd.DO_CHANGE_SPEED and (item.param2 or 0) > 0:
            speed = item.param2 or speed
        elif item.command == Cmd.NAV_RETURN_TO_LAUNCH:
            yield Leg(index, plan.home, alt, speed, 0.0)
        elif item.command == Cmd.NAV_TAKEOFF:
            alt = height_m(plan, item)
            yield Leg(index, place, alt, speed, 0.0)
        elif item.place is not None and item.command < Cmd.NAV_DELAY:
            place = item.place
            alt = 0.0 if item.command == Cmd.NAV_LAND else height_m(plan, item)
            yield Leg(index, place, alt, speed, _wait_s(item, speed))
        elif item.command == Cmd.NAV_DELAY:
            yield Leg(index, place, alt, speed, max(0.0, item.param1 or 0.0))


def height_m(plan: FlightPlan, item: PlanItem) -> float:
    """Of an item's place above home."""
    above_sea = item.frame in (Frame.GLOBAL, Frame.GLOBAL_INT)
    return (item.param7 or 0.0) - (plan.home_alt_amsl_m if above_sea else 0.0)


def gimbal_pitch_deg(plan: FlightPlan, index: int) -> float | None:
    """Where the plan has the gimbal look while item `index` is flown: by the last order at or before it."""
    for item in reversed(plan.items[: index + 1]):
        if item.command in _GIMBAL and item.param1 is not None:
            return item.param1
    return None


def first_gimbal_pitch_deg(plan: FlightPlan) -> float | None:
    """The plan's first word on the gimbal."""
    orders = (item.param1 for item in plan.items if item.command in _GIMBAL)
    return next((pitch for pitch in orders if pitch is not None), None)


def inside_fence(plan: FlightPlan, place: LatLon) -> bool:
    """Whether a place is inside the plan's fence."""
    plane = Origin(plan.home.lat_deg, plan.home.lon_deg)
    area = _fence_area(plan, plane)
    return area is not None and bool(area.contains(Point(plane.to_enu(place.lat_deg, place.lon_deg))))


def _order(plan: FlightPlan) -> Iterator[int]:
    """Indices of the raw items as flown."""
    index = 0
    left: dict[int, int] = {}
    for _ in range(MAX_STEPS):
        if index >= len(plan.items):
            return
        yield index
        item = plan.items[index]
        if item.command == Cmd.DO_JUMP:
            remaining = left.setdefault(index, max(0, round(item.param2 or 0)))
            if remaining:
                left[index] = remaining - 1
                index = round(item.param1 or 0)
                continue
        index += 1


def _wait_s(item: PlanItem, speed_mps: float) -> float:
    if item.command in (Cmd.NAV_WAYPOINT, Cmd.NAV_LOITER_TIME):
        return max(0.0, item.param1 or 0.0)
    if item.command == Cmd.NAV_LOITER_TURNS:
        return abs(item.param1 or 0.0) * math.tau * abs(item.param3 or 0.0) / speed_mps
    return 0.0


def _flight_items(plan: FlightPlan) -> list[PlanItem]:
    return [item for item in plan.items if item.command < Cmd.CONDITION_DELAY and item.command != Cmd.NAV_DELAY]


def _check_ends(plan: FlightPlan) -> Iterator[PlanError]:
    flown = _flight_items(plan)
    if not flown:
        yield PlanError(field="mission.items", message="nothing in it is flown")
        return
    for item, wanted, which in ((flown[0], _FIRST, "first"), (flown[-1], _LAST, "last")):
        if item.command not in wanted:
            names = " or ".join(f"{c.name} ({c.value})" for c in sorted(wanted))
            text = f"the {which} item flown must be {names}, not {item.command.name} ({item.command.value})"
            yield PlanError(item=item.source, field="command", message=text)
    for item in flown[:-1]:
        if item.command in _LAST | {Cmd.NAV_LOITER_UNLIM}:
            text = f"what comes after {item.command.name} is never flown"
            yield PlanError(item=item.source, field="command", message=text)


def _check_orders(plan: FlightPlan) -> Iterator[PlanError]:
    for item in plan.items:
        if item.command == Cmd.DO_CHANGE_SPEED and not (item.param2 or 0) > 0:
            yield PlanError(item=item.source, field="params.1", message="the speed must be above 0 m/s")
        if item.command == Cmd.DO_JUMP and (item.param2 or 0) < 0:
            yield PlanError(item=item.source, field="params.1", message="a jump without end never lands")
    if sum(1 for _ in _order(plan)) >= MAX_STEPS:
        yield PlanError(field="mission.items", message=f"with its jumps it is longer than {MAX_STEPS} steps")


def _check_heights(plan: FlightPlan) -> Iterator[PlanError]:
    for item in plan.items:
        flown = item.place is not None and item.command < Cmd.NAV_DELAY and item.command != Cmd.NAV_LAND
        if not flown and item.command != Cmd.NAV_TAKEOFF:
            continue
        height = height_m(plan, item)
        if height > MAX_HEIGHT_M:
            text = f"{height:.0f} m above home is over the limit of {MAX_HEIGHT_M:.0f} m"
            yield PlanError(item=item.source, field="params.6", message=text)
        elif height <= 0:
            yield PlanError(item=item.source, field="params.6", message=f"{height:.0f} m above home is not in the air")


def _check_fence(plan: FlightPlan) -> Iterator[PlanError]:
    plane = Origin(plan.home.lat_deg, plan.home.lon_deg)
    area = _fence_area(plan, plane)
    if area is None:
        yield PlanError(field="geoFence", message="the plan has no inclusion fence")
        return
    here = plane.to_enu(plan.home.lat_deg, plan.home.lon_deg)
    if not area.contains(Point(here)):
        yield PlanError(field="mission.plannedHomePosition", message="home is outside the fence")
    blamed: set[int] = set()
    for leg in legs(plan):
        there = plane.to_enu(leg.place.lat_deg, leg.place.lon_deg)
        item = plan.items[leg.index]
        if leg.index not in blamed:
            if not area.contains(Point(there)):
                blamed.add(leg.index)
                yield PlanError(item=item.source, field="params.4", message="the place is outside the fence")
            elif here != there and not area.contains(LineString([here, there])):
                blamed.add(leg.index)
                yield PlanError(item=item.source, field="params.4", message="the way there leaves the fence")
        here = there


def _fence_area(plan: FlightPlan, plane: Origin) -> "PreparedGeometry[BaseGeometry] | None":
    """In any inclusion and in no exclusion, in ENU metres about home; None without an inclusion."""
    shapes: dict[bool, list[Polygon]] = {True: [], False: []}
    for shape in plan.fence:
        if isinstance(shape, FencePolygon):
            corners = [plane.to_enu(c.lat_deg, c.lon_deg) for c in shape.corners]
            polygon = Polygon(corners).buffer(0)
        else:
            polygon = Point(plane.to_enu(shape.centre.lat_deg, shape.centre.lon_deg)).buffer(shape.radius_m, 32)
        shapes[shape.inclusion].append(polygon)
    if not shapes[True]:
        return None
    return PreparedGeometry(unary_union(shapes[True]).difference(unary_union(shapes[False])))
