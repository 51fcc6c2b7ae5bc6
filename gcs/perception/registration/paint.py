"""The road map's paint as points on the ground: what a picture of the road must show, and where."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from gcs.perception.road_map import Lane, RoadMap

Array = NDArray[np.float64]

SOLID, DASHED, YELLOW, ROAD, LAND = range(5)
"""Kinds of points: white solid and dashed line, yellow line, asphalt inside a lane, land beside the road."""
KIND_OF_MARKING = {"solid_white": SOLID, "dashed_white": DASHED, "solid_yellow": YELLOW, "dashed_yellow": YELLOW}
SPACING_M = 1.0
LAND_BESIDE_M = 3.5
LAND_CLEAR_M = 3.0
SAME_LINE_M = 0.4


@dataclass(frozen=True, slots=True)
class Paint:
    """n points of lines and surfaces."""

    points_m: Array
    """(n, 3) ENU metres."""
    tangents: Array
    """(n, 2) unit vectors along the line."""
    width_m: Array
    """(n,) of the line; of the lane for surfaces."""
    kind: NDArray[np.int64]
    line: NDArray[np.int64]
    """(n,) number of the line a point belongs to; points of one line follow each other."""

    def some(self, which: NDArray[np.int64]) -> "Paint":
        """A selection."""
        return Paint(
            self.points_m[which], self.tangents[which], self.width_m[which], self.kind[which], self.line[which]
        )


@lru_cache(maxsize=4)
def paint_of(road: RoadMap, z_m: float = 0.0) -> Paint:
    """All lines of the map at SPACING_M, each once (neighbouring lanes both tell the line between them).

    Takes about a second for 20 km of lanes, and is kept.
    """
    lines: list[tuple[Array, Array, float, int]] = []
    taken: KDTree | None = None
    for lane in road.lanes.values():
        centre, tangents = _resampled(lane)
        normals = np.stack([-tangents[:, 1], tangents[:, 0]], axis=1)
        p = lane.feature.properties
        for marking, side in ((p.marking_left, 0.5), (p.marking_right, -0.5)):
            if marking.kind == "none":
                continue
            border = centre + normals * lane.width_m * side
            fresh = np.arange(len(border))
            if taken is not None:
                fresh = np.flatnonzero(taken.query(border, distance_upper_bound=SAME_LINE_M)[0] > SAME_LINE_M)
            if len(fresh) > 1:
                lines.append((border[fresh], tangents[fresh], marking.width_m, KIND_OF_MARKING[marking.kind]))
                taken = KDTree(np.concatenate([line[0] for line in lines]))
        if lane.lane_type in ("driving", "bus", "shoulder") and not p.junction:
            lines.append((centre[::4], tangents[::4], lane.width_m, ROAD))
            for side in (0.5, -0.5):
                beside = centre[::4] + normals[::4] * (lane.width_m * side + np.sign(side) * LAND_BESIDE_M)
                clear = ~_near_a_lane(road, beside)
                lines.append((beside[clear], tangents[::4][clear], lane.width_m, LAND))
    lines = [line for line in lines if len(line[0])]
    counts = [len(line[0]) for line in lines]
    ground = np.concatenate([line[0] for line in lines]) if lines else np.zeros((0, 2))
    return Paint(
        points_m=np.concatenate([ground, np.full((len(ground), 1), z_m)], axis=1),
        tangents=np.concatenate([line[1] for line in lines]) if lines else np.zeros((0, 2)),
        width_m=np.repeat([line[2] for line in lines], counts),
        kind=np.repeat(np.array([line[3] for line in lines], dtype=np.int64), counts),
        line=np.repeat(np.arange(len(lines)), counts),
    )


def _resampled(lane: Lane) -> tuple[Array, Array]:
    """Points every SPACING_M along a lane's centre and the unit tangents there."""
    step = np.diff(lane.line, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    along = np.concatenate([[0.0], np.cumsum(length)])
    at = np.linspace(0.0, along[-1], max(2, round(along[-1] / SPACING_M) + 1))
    points = np.stack([np.interp(at, along, lane.line[:, k]) for k in (0, 1)], axis=1)
    tangents = np.gradient(points, axis=0)
    return points, tangents / np.linalg.norm(tangents, axis=1, keepdims=True)


def _near_a_lane(road: RoadMap, places_m: Array) -> NDArray[np.bool_]:
    near = np.zeros(len(places_m), bool)
    hits, _ = road.surfaces.query(shapely.points(places_m), predicate="dwithin", distance=LAND_CLEAR_M)
    near[hits] = True
    return near
