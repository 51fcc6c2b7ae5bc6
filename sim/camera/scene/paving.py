"""Asphalt and paint. What is painted where comes from the lanes' own markings, so the picture agrees with the map."""

import numpy as np
import shapely

from sim.camera.scene import lines
from sim.camera.scene.geometry import Rgb, Surface
from sim.camera.scene.lines import Line
from sim.camera.scene.roads import Edge, Roads
from sim.world.roads import DASH_M, GAP_M, Lane, Marking

# Heights in metres: paint lies at z = 0, where the map has it; what is below keeps clear of it.
Z_PAINT, Z_LANE, Z_SHOULDER, Z_INNER, Z_FILL, Z_VERGE, Z_GROUND = 0.0, -0.010, -0.014, -0.018, -0.026, -0.04, -0.08
SEGMENT_M = 40.0

ASPHALT: Rgb = (0.112, 0.112, 0.116)
SHOULDER: Rgb = (0.142, 0.141, 0.142)
BIKING: Rgb = (0.135, 0.120, 0.112)
PAVEMENT: Rgb = (0.33, 0.31, 0.29)
VERGE: Rgb = (0.30, 0.29, 0.26)
WHITE: Rgb = (0.74, 0.74, 0.72)
YELLOW: Rgb = (0.74, 0.47, 0.06)

STOP_LINE_M = 0.4
STOP_BEFORE_END_M = 1.2


def asphalt(roads: Roads, surface: Surface) -> None:
    """Lane surfaces; uv are metres along and metres left of the lane's centre."""
    for edge in roads.edges:
        for lane in edge.lanes:
            _lane(surface, lane, Z_LANE if lane.lane_type == "driving" else Z_SHOULDER)
        if edge.fast:
            surface.strip(lines.dense(edge.right_border, SEGMENT_M), -1.2, 0.0, Z_VERGE, VERGE)
            surface.strip(lines.dense(edge.left_border, SEGMENT_M), 0.0, 0.75, Z_VERGE, VERGE)
    for edge in roads.inner:
        for lane in edge.lanes:
            _lane(surface, lane, Z_INNER)
    for part in shapely.get_parts(roads.surface):
        surface.polygon(part, Z_FILL, ASPHALT)


def _lane(surface: Surface, lane: Lane, z_m: float) -> None:
    colour = {"shoulder": SHOULDER, "biking": BIKING, "sidewalk": PAVEMENT}.get(lane.lane_type, ASPHALT)
    half = lane.width_m / 2 + 0.02
    surface.strip(lines.dense(lane.shape, SEGMENT_M), -half, half, z_m, colour)


def paint(roads: Roads, surface: Surface) -> None:
    """Lane markings, stop lines and zebra crossings."""
    for edge in (*roads.edges, *roads.inner):
        for i, lane in enumerate(edge.lanes):
            _marking(surface, lane.border("left"), lane.marking_left)
            if i == 0 or edge.lanes[i - 1].marking_left.kind == "none":
                _marking(surface, lane.border("right"), lane.marking_right)
        if edge.signalled:
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
            surface.strip(piece, -half, half, Z_PAINT, WHITE)
    else:
        colour = YELLOW if marking.kind == "solid_yellow" else WHITE
        surface.strip(lines.dense(border, SEGMENT_M), -half, half, Z_PAINT, colour)


def _stop_line(surface: Surface, edge: Edge) -> None:
    for lane in edge.lanes:
        total = lines.length(lane.shape)
        if lane.lane_type in ("driving", "bus", "biking") and total > 10.0:
            end = total - STOP_BEFORE_END_M
            piece = lines.at(lane.shape, np.array([end - STOP_LINE_M, end]))
            surface.strip(piece, -lane.width_m / 2, lane.width_m / 2, Z_PAINT, WHITE)


def _zebra(surface: Surface, crossing: Lane) -> None:
    """Stripes of 0.45 m with gaps of 0.6 m across the walking direction (GB 5768.3)."""
    half = crossing.width_m / 2
    for piece in lines.dashes(crossing.shape, 0.45, 0.6, start_m=0.3):
        surface.strip(piece, -half, half, Z_PAINT, WHITE)
