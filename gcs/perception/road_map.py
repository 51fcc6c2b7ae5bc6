"""The road map: lanes as lines with widths, in ENU metres about the map's origin, and which lane a place is in."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.special import ndtr
from shapely import LineString, Point, Polygon, STRtree

from gcs.geo import Origin
from gcs.perception.road_file import LaneFeature, RoadFile, RoadMapError, read_road_file
from gcs.perception.types import LaneFix, LaneType

Array = NDArray[np.float64]

CONFIDENT_SHARE = 0.9
"""A lane is only named when at least this share of the position's error ellipse lies between its borders.

A pose's error is common to all vehicles of a picture, so that a lower bar names them all wrong at once. The usual 1.5 m
of telemetry never reaches it in a lane 3.5 m wide.
"""


@dataclass(frozen=True)
class Lane:
    """One lane of the map. `line` is its centre, (n, 2) ENU metres in driving direction."""

    id: str
    lane_type: LaneType
    width_m: float
    line: Array
    feature: LaneFeature

    def locate(self, x_m: float, y_m: float) -> tuple[float, float, float]:
        """(offset_m, along_m, direction_rad): signed distance to the left of the line, way along it, its direction."""
        a, d = self.line[:-1], np.diff(self.line, axis=0)
        length = np.hypot(d[:, 0], d[:, 1])
        r = np.array([x_m, y_m]) - a
        t = np.clip(np.einsum("ij,ij->i", r, d) / length**2, 0.0, 1.0)
        gap = r - t[:, None] * d
        i = int(np.argmin(np.einsum("ij,ij->i", gap, gap)))
        offset_m = (d[i, 0] * r[i, 1] - d[i, 1] * r[i, 0]) / length[i]
        along_m = length[:i].sum() + t[i] * length[i]
        return float(offset_m), float(along_m), math.atan2(d[i, 1], d[i, 0])

    def chainage_m(self, along_m: float) -> float:
        """Distance along the road at `along_m` of this lane; roads may count against the driving direction."""
        f = self.feature.properties
        length_m = float(np.hypot(*np.diff(self.line, axis=0).T).sum())
        return f.chainage_start_m + (f.chainage_end_m - f.chainage_start_m) * along_m / length_m


class RoadMap:
    """Lanes with an index over their surfaces."""

    def __init__(self, origin: Origin, lanes: list[Lane], geojson: dict[str, Any]) -> None:
        self.origin = origin
        self.lanes: Mapping[str, Lane] = {lane.id: lane for lane in lanes}
        self.geojson = geojson
        """All features as one FeatureCollection with the foreign member `origin`."""
        self._lanes = lanes
        self.surfaces = STRtree([_surface(lane) for lane in lanes])
        """The lanes' polygons, in the order of `lanes`."""

    @staticmethod
    def load(path: Path) -> "RoadMap":
        """Read a GeoJSON file, or all `*.geojson` of a folder; the first file's origin serves all.

        Raises RoadMapError naming file, feature and field.
        """
        if not path.is_dir():
            return _merged([_read(path, set())])
        road_map, problems = RoadMap.load_folder(path)
        if problems:
            raise problems[0]
        return road_map

    @staticmethod
    def load_folder(folder: Path) -> tuple["RoadMap", list[RoadMapError]]:
        """All sound `*.geojson` files of a folder, and what is wrong with those that were left out.

        Without any sound file the map is empty: no lane is ever named.
        """
        roads: list[RoadFile] = []
        problems: list[RoadMapError] = []
        known: set[str] = set()
        for file in sorted(folder.glob("*.geojson")):
            try:
                roads.append(_read(file, known))
            except RoadMapError as error:
                problems.append(error)
        if not roads and not problems:
            problems.append(RoadMapError(f"{folder}: no *.geojson file"))
        return _merged(roads), problems

    def lane_at(
        self, x_m: float, y_m: float, sigma: float | Array, confident_share: float = CONFIDENT_SHARE
    ) -> LaneFix | None:
        """The lane at a place (ENU metres) known to `sigma`: a standard deviation in metres or a (2, 2) covariance.

        None where there is no lane, where the error ellipse reaches too far over the lane's borders, or where lanes of
        different types overlap.
        """
        under = [self._lanes[int(i)] for i in self.surfaces.query(Point(x_m, y_m), predicate="intersects")]
        if not under or len({lane.lane_type for lane in under}) > 1:
            return None
        fixes = [self._fix(lane, x_m, y_m, sigma) for lane in under]
        best = max(fixes, key=lambda fix: fix.confidence)
        return best if best.confidence >= confident_share else None

    def directions_at(self, places_m: Array, reach_m: float = 4.0) -> list[float | None]:
        """Driving direction of the lane at each of (n, 2) places, or of one within reach, else None.

        Radians counter-clockwise from east.
        """
        found: list[float | None] = [None] * len(places_m)
        points = shapely.points(places_m)
        for i, lane in zip(*self.surfaces.query_nearest(points, max_distance=reach_m, all_matches=False), strict=True):
            found[int(i)] = self._lanes[int(lane)].locate(*places_m[int(i)])[2]
        return found

    @staticmethod
    def _fix(lane: Lane, x_m: float, y_m: float, sigma: float | Array) -> LaneFix:
        offset_m, along_m, direction = lane.locate(x_m, y_m)
        across = np.array([-math.sin(direction), math.cos(direction)])
        spread_m = sigma if isinstance(sigma, float | int) else math.sqrt(across @ sigma @ across)
        spread_m = max(float(spread_m), 1e-3)
        half = lane.width_m / 2
        share = float(ndtr((half - offset_m) / spread_m) - ndtr((-half - offset_m) / spread_m))
        return LaneFix(lane.id, lane.lane_type, offset_m, lane.chainage_m(along_m), share)


def _lane(feature: LaneFeature, origin: Origin) -> Lane:
    p = feature.properties
    return Lane(p.id, p.lane_type, p.width_m, feature.to_enu(origin), feature)


def _surface(lane: Lane) -> Polygon:
    return LineString(lane.line).buffer(lane.width_m / 2, cap_style="flat", join_style="mitre")


def _read(file: Path, known: set[str]) -> RoadFile:
    """A file whose lanes are not `known` yet; adds them to it."""
    road = read_road_file(file)
    ids = [lane.properties.id for lane in road.lanes]
    if twice := {i for i in ids if i in known or ids.count(i) > 1}:
        raise RoadMapError(f"{file.name}: lane ids occur more than once: {', '.join(sorted(twice)[:5])}")
    known.update(ids)
    return road


def _merged(roads: list[RoadFile]) -> RoadMap:
    if not roads:
        return RoadMap(Origin(0.0, 0.0), [], {"type": "FeatureCollection", "features": []})
    origin = roads[0].origin
    lanes = [_lane(feature, origin) for road in roads for feature in road.lanes]
    features = [feature for road in roads for feature in road.geojson["features"]]
    return RoadMap(origin, lanes, {**roads[0].geojson, "features": features})
