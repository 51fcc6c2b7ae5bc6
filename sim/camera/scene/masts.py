"""Street lamps and sign gantries."""

import numpy as np

from sim.camera.scene import lines
from sim.camera.scene.geometry import Rgb, Surface
from sim.camera.scene.lines import Line
from sim.camera.scene.roads import Roads

LAMP: Rgb = (0.30, 0.31, 0.32)
STEEL: Rgb = (0.36, 0.37, 0.38)
SIGN_BLUE: Rgb = (0.010, 0.055, 0.30)
SIGN_GREEN: Rgb = (0.008, 0.12, 0.055)
SIGN_WHITE: Rgb = (0.70, 0.70, 0.70)
LAMP_STEP_M, LAMP_HEIGHT_M, LAMP_ARM_M = 40.0, 9.0, 2.2
GANTRY_EDGE_M = 230.0
"""Roads shorter than this get no gantry."""
CLEARANCE_M = 5.6


def lamps(roads: Roads, solid: Surface) -> None:
    """Street lamps right of the road, their arms over it."""
    for edge in roads.edges:
        border = lines.offset(edge.right_border, -1.6)
        if lines.length(border) < LAMP_STEP_M:
            continue
        at, heading = lines.spaced(border, LAMP_STEP_M, LAMP_STEP_M / 2)
        free = roads.distance(at) > 1.0
        at, heading = at[free], heading[free]
        left = np.stack([-np.sin(heading), np.cos(heading)], axis=1)
        for offset_m, low_m, half in (
            (0.0, 0.0, (0.09, 0.09, LAMP_HEIGHT_M)),
            (LAMP_ARM_M / 2, LAMP_HEIGHT_M - 0.1, (0.05, LAMP_ARM_M / 2, 0.1)),
            (LAMP_ARM_M + 0.1, LAMP_HEIGHT_M - 0.14, (0.14, 0.35, 0.12)),
        ):
            foot = np.c_[at + left * offset_m, np.full(len(at), low_m)]
            solid.boxes(foot, np.tile(half, (len(at), 1)), heading, LAMP)


def gantries(roads: Roads, solid: Surface) -> None:
    """One sign gantry over the middle of each long stretch of fast road."""
    for edge in roads.edges:
        middle = lines.length(edge.right_border) / 2
        if not edge.fast or middle * 2 < GANTRY_EDGE_M:
            continue
        (right,), (heading,) = lines.spaced(edge.right_border, 1e9, middle)
        along = np.array([np.cos(heading), np.sin(heading)])
        left = np.array([-along[1], along[0]])
        width = sum(lane.width_m for lane in edge.lanes)
        _gantry(solid, right, left, float(heading), width, SIGN_BLUE if len(edge.lanes) > 2 else SIGN_GREEN)


def _gantry(solid: Surface, right: Line, left: Line, heading: float, width_m: float, colour: Rgb) -> None:
    """Two legs, a beam, and two signs that face the traffic coming from behind `heading`."""
    span = width_m + 2.2
    centre = right + left * width_m / 2
    parts = [
        (-span / 2, 0.0, 0.2, 0.2, CLEARANCE_M + 1.2),
        (span / 2, 0.0, 0.2, 0.2, CLEARANCE_M + 1.2),
        (0.0, CLEARANCE_M + 0.2, 0.15, span / 2, 0.25),
        (0.0, CLEARANCE_M + 1.0, 0.15, span / 2, 0.2),
    ]
    foot = np.array([[*(centre + left * offset), low] for offset, low, *_ in parts])
    solid.boxes(foot, np.array([half for *_, a, b, c in parts for half in [(a, b, c)]]), np.full(4, heading), STEEL)
    back = np.array([np.cos(heading), np.sin(heading)])
    for offset in (-width_m * 0.22, width_m * 0.22):
        at = np.array([[*(centre + left * offset - back * 0.28), CLEARANCE_M]])
        for inset, out_m, paint in ((0.0, 0.0, STEEL), (0.01, 0.05, SIGN_WHITE), (0.09, 0.08, colour)):
            face = at + np.array([*(-back * out_m), inset])
            size = np.array([[0.03, width_m * 0.19 - inset, 2.3 - 2 * inset]])
            solid.boxes(face, size, np.array([heading]), paint)
