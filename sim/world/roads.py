"""The lanes of a built SUMO network, read with what a road map needs: type, road, chainage, classes, paint.

The renderer paints and the road map exports from these same lanes, so a picture and its map agree by construction.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from shapely.geometry import LineString, Point
from sumolib.net.lane import get_allowed

NETWORK = Path(__file__).parent / "network"
NET_FILE = NETWORK / "zhongzhou.net.xml"
ROADS_FILE = NETWORK / "roads.yaml"

DASH_M, GAP_M = 6.0, 9.0
"""A dashed lane line by GB 5768.3: 6 m of paint, 9 m of gap, from the first point of the lane's border."""

CLASSES_OF_VCLASS = {
    "pedestrian": ("pedestrian", "people"),
    "bicycle": ("bicycle", "tricycle", "awning-tricycle"),
    "moped": ("motor",),
    "motorcycle": ("motor",),
    "passenger": ("car",),
    "delivery": ("van",),
    "truck": ("truck",),
    "bus": ("bus",),
}
"""SUMO vehicle class -> VisDrone classes it admits."""
VISDRONE = tuple(dict.fromkeys(cls for classes in CLASSES_OF_VCLASS.values() for cls in classes))

MarkingKind = Literal["solid_white", "dashed_white", "solid_yellow", "none"]


@dataclass(frozen=True, slots=True)
class Marking:
    """Paint along one border of a lane, centred on that border."""

    kind: MarkingKind
    width_m: float


NO_MARKING = Marking("none", 0.0)
DASHED, SOLID, YELLOW = Marking("dashed_white", 0.15), Marking("solid_white", 0.2), Marking("solid_yellow", 0.2)


@dataclass(frozen=True, slots=True)
class Road:
    """A named road and where its chainage is measured."""

    id: str
    name: dict[str, str]
    chainage_start_m: float
    axis: tuple[str, ...]
    edges: frozenset[str]
    windows: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane. `shape` is its centre line, (N, 2) ENU metres in driving direction."""

    id: str
    edge_id: str
    index: int
    lane_type: str
    width_m: float
    speed_mps: float
    shape: NDArray[np.float64]
    junction: bool
    """Inside a junction (SUMO's internal lanes and crossings)."""
    vclasses: frozenset[str]
    """SUMO vehicle classes admitted."""
    road: Road
    chainage_start_m: float
    chainage_end_m: float
    marking_left: Marking
    marking_right: Marking

    @property
    def allowed(self) -> list[str]:
        """VisDrone classes admitted outside any time window."""
        return [
            cls for cls in VISDRONE if any(cls in CLASSES_OF_VCLASS[v] for v in CLASSES_OF_VCLASS if v in self.vclasses)
        ]

    @property
    def banned(self) -> list[str]:
        """VisDrone classes not admitted outside any time window."""
        return [cls for cls in VISDRONE if cls not in self.allowed]

    @property
    def windows(self) -> list[dict[str, Any]]:
        """Times at which `allows` replaces `allowed`."""
        return [] if self.junction else self.road.windows.get(self.lane_type, [])

    @property
    def direction(self) -> str:
        """Where the lane leads from end to end, by the nearest of the four winds."""
        east, north = self.shape[-1] - self.shape[0]
        if abs(north) >= abs(east):
            return "northbound" if north > 0 else "southbound"
        return "eastbound" if east > 0 else "westbound"

    @property
    def length_m(self) -> float:
        """Length of the centre line."""
        return float(np.linalg.norm(np.diff(self.shape, axis=0), axis=1).sum())

    def border(self, side: Literal["left", "right"]) -> NDArray[np.float64]:
        """The lane's border (N, 2), in driving direction."""
        return offset(self.shape, self.width_m / 2 if side == "left" else -self.width_m / 2)


def offset(line: NDArray[np.float64], left_m: float) -> NDArray[np.float64]:
    """The polyline (N, 2) moved `left_m` metres to its left, vertex by vertex along the mitre."""
    segments = np.diff(line, axis=0)
    along = segments / np.linalg.norm(segments, axis=1, keepdims=True)
    before, after = np.vstack([along[:1], along]), np.vstack([along, along[-1:]])
    mitre = before + after
    mitre *= 2.0 / np.maximum(np.einsum("ij,ij->i", mitre, mitre), 0.5)[:, None]
    return line + left_m * np.stack([-mitre[:, 1], mitre[:, 0]], axis=1)


@cache
def load_lanes(net_file: Path = NET_FILE, roads_file: Path = ROADS_FILE) -> tuple[Lane, ...]:
    """All lanes of the network; walking areas (polygons, not lanes) are left out.

    Raises ValueError when an edge belongs to no road.
    """
    net = ET.parse(net_file).getroot()
    roads = _roads(roads_file)
    edges = {edge.attrib["id"]: edge for edge in net.iter("edge") if edge.get("function") != "walkingarea"}
    axes = {road.id: LineString(np.vstack([_left_border(edges[edge]) for edge in road.axis])) for road in roads}
    road_of_edge = {edge: road for road in roads for edge in road.edges}
    if missing := [e for e, x in edges.items() if x.get("function") is None and e not in road_of_edge]:
        raise ValueError(f"{roads_file.name}: no road holds the edges {missing}")
    ends = _ends_of_internal_lanes(net)
    signalled = {j.attrib["id"] for j in net.iter("junction") if j.get("type") == "traffic_light"}

    plain = {
        lane.id: lane
        for id_, edge in edges.items()
        if edge.get("function") is None
        for lane in _edge_lanes(edge, road_of_edge[id_], axes)
    }
    inside = [
        lane
        for edge in edges.values()
        if edge.get("function") is not None
        for lane in _internal_lanes(edge, ends, plain, signalled, axes)
    ]
    return (*plain.values(), *inside)


def _roads(roads_file: Path) -> list[Road]:
    return [
        Road(
            id=id_,
            name=raw["name"],
            chainage_start_m=float(raw["chainage_start_m"]),
            axis=tuple(raw["axis"]),
            edges=frozenset([*raw["axis"], *raw.get("edges", [])]),
            windows=raw.get("windows", {}),
        )
        for id_, raw in yaml.safe_load(roads_file.read_text(encoding="utf-8")).items()
    ]


def _shape(lane: ET.Element) -> NDArray[np.float64]:
    return np.array([[float(c) for c in p.split(",")[:2]] for p in lane.attrib["shape"].split()])


def _left_border(edge: ET.Element) -> NDArray[np.float64]:
    lane = edge.findall("lane")[-1]
    return offset(_shape(lane), float(lane.attrib["width"]) / 2)


def _ends_of_internal_lanes(net: ET.Element) -> dict[str, tuple[str, str]]:
    """Internal lane -> (the lane before the junction, the lane after it)."""
    links = {
        link.attrib["via"]: (
            f"{link.attrib['from']}_{link.attrib['fromLane']}",
            f"{link.attrib['to']}_{link.attrib['toLane']}",
        )
        for link in net.iter("connection")
        if "via" in link.attrib
    }

    def source(lane_id: str) -> str:
        return source(links[lane_id][0]) if lane_id in links else lane_id

    return {via: (source(before), after) for via, (before, after) in links.items()}


def _lane(edge: ET.Element, lane: ET.Element, road: Road, axes: dict[str, LineString]) -> Lane:
    shape = _shape(lane)
    chainages = [road.chainage_start_m + axes[road.id].project(Point(p)) for p in (shape[0], shape[-1])]
    return Lane(
        id=lane.attrib["id"],
        edge_id=edge.attrib["id"],
        index=int(lane.attrib["index"]),
        lane_type=lane.get("type", "driving"),
        width_m=float(lane.attrib["width"]),
        speed_mps=float(lane.attrib["speed"]),
        shape=shape,
        junction=edge.get("function") is not None,
        vclasses=frozenset(get_allowed(lane.get("allow"), lane.get("disallow"))),
        road=road,
        chainage_start_m=chainages[0],
        chainage_end_m=chainages[1],
        marking_left=NO_MARKING,
        marking_right=NO_MARKING,
    )


def _edge_lanes(edge: ET.Element, road: Road, axes: dict[str, LineString]) -> Iterator[Lane]:
    lanes = [_lane(edge, lane, road, axes) for lane in edge.findall("lane")]
    one_way = edge.attrib["type"].startswith("ramp")
    for i, lane in enumerate(lanes):
        right = lanes[i - 1].lane_type if i > 0 else None
        left = lanes[i + 1].lane_type if i + 1 < len(lanes) else None
        leftmost = SOLID if one_way else YELLOW
        yield replace(
            lane,
            marking_left=leftmost if left is None else line_between(lane.lane_type, left),
            marking_right=line_between(right, lane.lane_type),
        )


def line_between(right: str | None, left: str) -> Marking:
    """The line between two neighbours of one carriageway by their lane types; `right` None is the road's edge."""
    if left in ("sidewalk", "shoulder", "biking") and right in (None, "sidewalk"):
        return NO_MARKING
    if right in ("driving", "bus") and left in ("driving", "bus"):
        return DASHED
    return SOLID


def _internal_lanes(
    edge: ET.Element,
    ends: dict[str, tuple[str, str]],
    plain: dict[str, Lane],
    signalled: set[str],
    axes: dict[str, LineString],
) -> Iterator[Lane]:
    """Lanes inside junctions: of the road and type they come from; painted on like the lane ahead but at signals."""
    junction = edge.attrib["id"][1:].rsplit("_", 1)[0]
    for lane in edge.findall("lane"):
        if edge.get("function") == "crossing":
            crossed = plain[f"{edge.attrib['crossingEdges'].split()[0]}_0"]
            yield replace(_lane(edge, lane, crossed.road, axes), lane_type="sidewalk")
            continue
        before, after = (plain[end] for end in ends[lane.attrib["id"]])
        same = before.lane_type == after.lane_type
        made = replace(_lane(edge, lane, before.road, axes), lane_type=before.lane_type if same else "driving")
        if junction not in signalled:
            made = replace(made, marking_left=after.marking_left, marking_right=after.marking_right)
        yield made
