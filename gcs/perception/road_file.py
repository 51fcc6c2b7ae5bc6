"""Read one road file: GeoJSON, a LineString per lane, WGS-84. Everything wrong with it is told at once."""

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from shapely import LineString

from gcs.geo import Origin
from gcs.perception.types import LaneType


class RoadMapError(ValueError):
    """The map cannot be used; the message names file, feature and field, one problem per line."""


MarkingKind = Literal["solid_white", "dashed_white", "solid_yellow", "dashed_yellow", "none"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class RoadName(_Strict):
    """A road's name in both languages."""

    zh: str
    en: str


class Marking(_Strict):
    """Paint along one border of a lane, centred on that border."""

    kind: MarkingKind
    width_m: float = Field(ge=0, le=1)


class OriginMember(_Strict):
    """The ENU origin the road's heights count from."""

    lat_deg: float = Field(ge=-90, le=90)
    lon_deg: float = Field(ge=-180, le=180)
    alt_m: float = 0.0


def _a_line(points: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    if len(points) < 2:
        raise ValueError("a lane needs at least two points")
    for point in points:
        if len(point) < 2 or not all(math.isfinite(c) for c in point):
            raise ValueError(f"{point} is no position")
        if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
            raise ValueError(f"{point[:2]} is no longitude, latitude in degrees")
    if any(a[:2] == b[:2] for a, b in pairwise(points)):
        raise ValueError("two neighbouring points are the same")
    if not LineString([p[:2] for p in points]).is_simple:
        raise ValueError("the line crosses itself")
    return points


class _Geometry(_Strict):
    type: Literal["LineString"]
    coordinates: Annotated[list[tuple[float, ...]], AfterValidator(_a_line)]


class LaneProperties(_Strict):
    """What a lane's feature says of it; other properties are kept in the GeoJSON and ignored here."""

    id: str = Field(min_length=1)
    road_id: str = Field(min_length=1)
    road_name: RoadName
    lane_type: LaneType
    width_m: float = Field(gt=0.5, le=20)
    direction: str
    chainage_start_m: float
    chainage_end_m: float
    speed_limit_kmh: float | None = Field(None, gt=0, le=200)
    junction: bool = False
    marking_left: Marking = Marking(kind="none", width_m=0)
    marking_right: Marking = Marking(kind="none", width_m=0)


class _Feature(_Strict):
    geometry: _Geometry
    properties: LaneProperties


@dataclass(frozen=True, slots=True)
class LaneFeature:
    """One lane as the file gives it."""

    properties: LaneProperties
    coordinates: list[tuple[float, ...]]
    """Longitude, latitude in degrees."""

    def to_enu(self, origin: Origin) -> NDArray[np.float64]:
        """(n, 2) the lane's centre line, ENU metres."""
        return np.array([origin.to_enu(c[1], c[0]) for c in self.coordinates])


@dataclass(frozen=True, slots=True)
class RoadFile:
    """A whole file."""

    origin: Origin
    lanes: list[LaneFeature]
    geojson: dict[str, Any]


def read_road_file(path: Path) -> RoadFile:
    """Read and check one file. Raises RoadMapError listing every problem with its feature and field."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RoadMapError(f"{path.name}: {error}") from error
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        raise RoadMapError(f"{path.name}: type: not a FeatureCollection")
    if not isinstance(features := data.get("features"), list) or not features:
        raise RoadMapError(f"{path.name}: features: no lanes")
    problems: list[str] = []
    origin = None
    if "origin" not in data:
        problems.append("origin: missing (lat_deg, lon_deg, alt_m of the ENU origin)")
    else:
        try:
            o = OriginMember.model_validate(data["origin"])
            origin = Origin(o.lat_deg, o.lon_deg, o.alt_m)
        except ValidationError as error:
            problems += [f"origin.{line}" for line in _lines(error)]
    lanes: list[LaneFeature] = []
    for index, raw in enumerate(features):
        try:
            feature = _Feature.model_validate(raw)
            lanes.append(LaneFeature(feature.properties, feature.geometry.coordinates))
        except ValidationError as error:
            problems += [f"feature {index} ({_name(raw)}): {line}" for line in _lines(error)]
    if problems or origin is None:
        raise RoadMapError("\n".join(f"{path.name}: {problem}" for problem in problems))
    return RoadFile(origin, lanes, data)


def _name(raw: object) -> str:
    properties = raw.get("properties") if isinstance(raw, dict) else None
    found = properties.get("id") if isinstance(properties, dict) else None
    return str(found) if found is not None else "no id"


def _lines(error: ValidationError) -> list[str]:
    return [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
