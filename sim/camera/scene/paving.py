"""Asphalt and paint, all level at z = 0 and drawn in painter's order.

What is painted where comes from the lanes' own markings, so the picture agrees with the map.
"""

import numpy as np
import shapely

from sim.camera.scene import lines
from sim.camera.scene.geometry import Rgb, Surface
from sim.camera.scene.lines import Line
from sim.camera.scene.roads import Edge, Roads
from sim.camera.scene.stripes import stripe
from sim.world.roads import DASH_M, GAP_M, Lane, Marking

SEGMENT_M, CELL_M = 40.0, 100.0
UNDERLAP_M = 0.3  # plain paving reaches this far under the lanes, so that no seam shows what is below

ASPHALT: Rgb = (0.112, 0.112, 0.116)
SHOULDER: Rgb = (0.142, 0.141, 0.142)
BIKING: Rgb = (0.135, 0.120, 0.112)
PAVEMENT: Rgb = (0.33, 0.31, 0.29)
VERGE: Rgb = (0.30, 0.29, 0.26)
COLOURS = {"shoulder": SHOULDER, "biking": BIKING, "sidewalk": PAVEMENT}
WHITE: Rgb = (0.74, 0.74, 0.72)
YELLOW: Rgb = (0.74, 0.47, 0.06)

STOP_LINE_M = 0.4
STOP_BEFORE_END_M = 1.2


def asphalt(roads: Roads, lanes: Surface, aprons: Surface) -> None:
    """Lanes with wheel tracks (uv are metres along and left of a lane's centre), and the plain paving around."""
    tracked = []
    for edge in (*roads.edges, *(e for e in roads.inner if not e.signalled)):
        for lane in edge.lanes:
            half = lane.width_m / 2 + 0.02
            line = lines.dense(lane.shape, SEGMENT_M)
            (aprons if lane.lane_type == "sidewalk" else lanes).strip(
                line, -half, half, COLOURS.get(lane.lane_type, ASPHALT)
            )
            tracked.append(shapely.LineString(lane.shape).buffer(half, cap_style="flat"))
        if edge.fast:
            aprons.strip(lines.dense(edge.right_border, SEGMENT_M), -1.2, 0.0, VERGE)
            aprons.strip(lines.dense(edge.left_border, SEGMENT_M), 0.0, 0.75, VERGE)
    rest = roads.surface.difference(shapely.unary_union(tracked).buffer(-UNDERLAP_M))
    aprons.polygon_in_cells(rest, ASPHALT, CELL_M)


def paint(roads: Roads, surface: Surface) -> None:
    """Lane markings, stop lines and zebra crossings."""
    for edge in (*roads.edges, *roads.inner):
        for i, lane in enumerate(edge.lanes):
            _marking(surface, lane.border("left"), lane.marking_left)
            if i == 0 or edge.lanes[i - 1].marking_left.kind == "none":
                _marking(surface, lane.border("right"), lane.marking_right)
        if edge.signalled and not edge.lanes[0].junction:
            _stop_line(surface, edge)
    for crossing in roads.crossings:
        _zebra(surface, crossing)


def _marking(surface: Surface, border: Line, marking: Marking) -> None:
    """Paint centred on a border; dashes start with paint at the border's first point."""
    if marking.kind == "none":
        return
    border, half = lines.unfolded(border), marking.width_m / 2
    if marking.kind == "dashed_white":
        for piece in lines.dashes(border, DASH_M, GAP_M):
            stripe(surface, piece, half, WHITE)
    else:
        stripe(surface, lines.dense(border, SEGMENT_M), half, YELLOW if marking.kind == "solid_yellow" else WHITE)


def _stop_line(surface: Surface, edge: Edge) -> None:
    for lane in edge.lanes:
        total = lines.length(lane.shape)
        if lane.lane_type in ("driving", "bus", "biking") and total > 10.0:
            end = total - STOP_BEFORE_END_M
            piece = lines.at(lane.shape, np.array([end - STOP_LINE_M, end]))
            stripe(surface, piece, lane.width_m / 2, WHITE)


def _zebra(surface: Surface, crossing: Lane) -> None:
    """Stripes of 0.45 m with gaps of 0.6 m across the walking direction (GB 5768.3)."""
    for piece in lines.dashes(crossing.shape, 0.45, 0.6, start_m=0.3):
        stripe(surface, piece, crossing.width_m / 2, WHITE)
