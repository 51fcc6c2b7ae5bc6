"""Painted stripes, with what the paint shader needs to fade their edges over exactly one pixel."""

import numpy as np

from sim.camera.scene.geometry import Rgb, Surface
from sim.camera.scene.lines import Line, normals

ENDLESS_M = 1e6
"""Half length of a stripe that goes on in the next segment: it has no end to fade."""
FLAT_M = 0.02


def stripe(surface: Surface, line: Line, half_m: float, colour: Rgb) -> None:
    """A stripe of constant width along a line (n, 2).

    In place of a normal each corner carries heading, half length and half width of its segment; uv are metres from
    the segment's middle, along and across.
    """
    line = _straightened(line)
    across = normals(line) * half_m
    start, end = line[:-1], line[1:]
    direction = end - start
    heading = np.arctan2(direction[:, 1], direction[:, 0])
    single = len(start) == 1
    half_length = np.linalg.norm(direction, axis=1) / 2 if single else np.full(len(start), ENDLESS_M)
    reach = half_length if single else np.zeros(len(start))
    xy = np.stack([start - across[:-1], end - across[1:], end + across[1:], start + across[:-1]], axis=1)
    u = np.stack([-reach, reach, reach, -reach], axis=1)
    v = np.broadcast_to([-half_m, -half_m, half_m, half_m], u.shape)
    shape = np.stack([heading, half_length, np.full(len(start), half_m)], axis=1)[:, None].repeat(4, axis=1)
    surface.raw_quads(np.concatenate([xy, np.zeros((*u.shape, 1)), shape, np.stack([u, v], axis=2)], axis=2), colour)


def _straightened(line: Line) -> Line:
    """Its chord, where no point is further than paint can tell from it."""
    chord = line[-1] - line[0]
    off = line - line[0]
    deviation = np.abs(off[:, 0] * chord[1] - off[:, 1] * chord[0]) / max(float(np.linalg.norm(chord)), 1e-9)
    short = float(np.linalg.norm(chord)) < 60.0
    return line[[0, -1]] if short and deviation.max() < FLAT_M else line
