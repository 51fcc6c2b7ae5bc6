"""Geofence: polygons, circles, and the GF_MAX_* limits around home."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.params import Params
from sim.vehicle.plan import Item, LocalFrame

Point = tuple[float, float]
"""(north_m, east_m)."""


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon of at least three vertices, or a circle about the single vertex."""

    inclusion: bool
    vertices: tuple[Point, ...]
    radius_m: float = 0.0

    def allows(self, point: Point) -> bool:
        """Whether the area permits being at `point`."""
        if self.radius_m > 0.0:
            inside = math.dist(point, self.vertices[0]) < self.radius_m
        else:
            inside = _in_polygon(point, self.vertices)
        return inside == self.inclusion


@dataclass(frozen=True, slots=True)
class Breach:
    """Which part of the fence a position violates."""

    area: bool = False
    distance: bool = False
    altitude: bool = False

    def __bool__(self) -> bool:
        return self.area or self.distance or self.altitude


def areas_from(items: Sequence[Item], to_local: LocalFrame) -> list[Area]:
    """The fence areas of an uploaded fence plan. Incomplete polygons at the end are dropped, as PX4 does."""
    areas: list[Area] = []
    i = 0
    while i < len(items):
        item = items[i]
        at = to_local(item.lat_deg, item.lon_deg)
        if item.command in (mavlink.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION, mavlink.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION):
            areas.append(Area(item.command == mavlink.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION, (at,), item.param1))
            i += 1
        elif item.command in (
            mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION,
            mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
        ):
            count = int(item.param1)
            corners = tuple(to_local(v.lat_deg, v.lon_deg) for v in items[i : i + count])
            if len(corners) == count:
                areas.append(Area(item.command == mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION, corners))
            i += count
        else:
            i += 1
    return areas


def breach(point: Point, alt_rel_m: float, areas: Sequence[Area], params: Params, home: Point | None) -> Breach:
    """What a position violates. `alt_rel_m` is height above home; without a home the GF_MAX_* limits cannot apply."""
    far, high = params["GF_MAX_HOR_DIST"], params["GF_MAX_VER_DIST"]
    return Breach(
        area=not all(area.allows(point) for area in areas),
        distance=home is not None and far > 0.0 and math.dist(point, home) >= far,
        altitude=home is not None and high > 0.0 and alt_rel_m >= high,
    )


def _in_polygon(point: Point, corners: Sequence[Point]) -> bool:
    """Even-odd rule."""
    n, e = point
    inside = False
    previous = corners[-1]
    for corner in corners:
        crosses = (corner[1] >= e) != (previous[1] >= e)
        if crosses and n <= (previous[0] - corner[0]) * (e - corner[1]) / (previous[1] - corner[1]) + corner[0]:
            inside = not inside
        previous = corner
    return inside
