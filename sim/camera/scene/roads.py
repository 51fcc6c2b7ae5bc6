"""The network as the scenery needs it: the world's own reading of the lanes, grouped, and the ground they cover."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sim.camera.scene import lines
from sim.world.roads import ROADS_FILE, Lane, load_lanes

Line = NDArray[np.float64]
FAST_MPS = 16.0  # from here on a road is built like an expressway: guard rails, no pavement
GORE_M = 1.2  # gaps between lanes narrower than twice this are paved over


@dataclass(frozen=True)
class Edge:
    """Lanes side by side, the rightmost first."""

    id: str
    lanes: tuple[Lane, ...]
    signalled: bool
    """Ends at traffic lights, or lies in a junction that has them."""

    @property
    def fast(self) -> bool:
        """Built like an expressway or its ramp."""
        return any(lane.speed_mps >= FAST_MPS or lane.lane_type == "shoulder" for lane in self.lanes)

    @cached_property
    def right_border(self) -> Line:
        """(n, 2) the outer edge of the rightmost lane."""
        return lines.unfolded(self.lanes[0].border("right"))

    @cached_property
    def left_border(self) -> Line:
        """(n, 2) the inner edge of the leftmost lane."""
        return lines.unfolded(self.lanes[-1].border("left"))


@dataclass(frozen=True)
class Roads:
    """All edges, those inside junctions too, crossings and junction areas."""

    edges: tuple[Edge, ...]
    inner: tuple[Edge, ...]
    crossings: tuple[Lane, ...]
    areas: tuple[Line, ...]
    """Outlines of signalled junctions, (n, 2)."""

    @property
    def open_edges(self) -> tuple[Edge, ...]:
        """All edges but those that cross in a signalled junction."""
        return (*self.edges, *(edge for edge in self.inner if not edge.signalled))

    @cached_property
    def surface(self) -> BaseGeometry:
        """Everything paved, narrow gaps included."""
        lanes = [lane for edge in (*self.edges, *self.inner) for lane in edge.lanes]
        strips = [shapely.LineString(lane.shape).buffer(lane.width_m / 2 + 0.05, cap_style="flat") for lane in lanes]
        polygons = [shapely.Polygon(area).buffer(0) for area in self.areas]
        return (
            shapely.unary_union(strips + polygons)
            .buffer(GORE_M, join_style="mitre")
            .buffer(-GORE_M, join_style="mitre")
        )

    def distance(self, points: Line) -> NDArray[np.float64]:
        """(n,) metres from each of (n, 2) points to the nearest paved ground; 0 on it."""
        shapely.prepare(self.surface)
        return np.asarray(shapely.distance(shapely.points(points), self.surface))


def load(net_path: Path | str) -> Roads:
    """Reads a SUMO network and the `roads.yaml` beside it (the world's own if there is none).

    Raises FileNotFoundError when the network is missing, ValueError when it holds no lanes.
    """
    path = Path(net_path)
    if not path.is_file():
        raise FileNotFoundError(f"road network {path} does not exist")
    beside = path.parent / ROADS_FILE.name
    lanes = load_lanes(path, beside if beside.is_file() else ROADS_FILE)
    if not lanes:
        raise ValueError(f"road network {path} has no lanes")
    net = ET.parse(path).getroot()
    lights = {j.attrib["id"]: j for j in net.iter("junction") if j.get("type", "").startswith("traffic_light")}
    crossing_ids = {e.attrib["id"] for e in net.iter("edge") if e.get("function") == "crossing"}
    to_lights = {e.attrib["id"] for e in net.iter("edge") if e.get("to") in lights}
    grouped: dict[str, list[Lane]] = {}
    for lane in lanes:
        if lane.edge_id not in crossing_ids and lines.length(lane.shape) > 0.05:
            grouped.setdefault(lane.edge_id, []).append(lane)
    edges = [
        Edge(name, tuple(sorted(group, key=lambda lane: lane.index)), name in to_lights or _junction_of(name) in lights)
        for name, group in grouped.items()
    ]
    return Roads(
        tuple(e for e in edges if not e.lanes[0].junction),
        tuple(e for e in edges if e.lanes[0].junction),
        tuple(lane for lane in lanes if lane.edge_id in crossing_ids),
        tuple(_outline(j) for j in lights.values()),
    )


def _junction_of(edge_id: str) -> str:
    """The junction an inner edge `:junction_7` lies in; empty for others."""
    return edge_id[1:].rsplit("_", 1)[0] if edge_id.startswith(":") else ""


def _outline(junction: ET.Element) -> Line:
    return np.array([[float(c) for c in p.split(",")[:2]] for p in junction.attrib["shape"].split()])
