"""Polylines on the ground: offsetting, cutting and sampling. All are (n, 2) ENU metres."""

import itertools

import numpy as np
from numpy.typing import NDArray

from sim.world.roads import offset

__all__ = ["Line", "at", "chainage", "dashes", "dense", "length", "normals", "offset", "spaced", "unfolded"]

Line = NDArray[np.float64]


def length(line: Line) -> float:
    """Metres along the line."""
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def chainage(line: Line) -> NDArray[np.float64]:
    """(n,) metres along the line to each of its points."""
    return np.asarray(np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])


def at(line: Line, s: NDArray[np.float64]) -> Line:
    """(m, 2) points at chainages s."""
    c = chainage(line)
    return np.stack([np.interp(s, c, line[:, 0]), np.interp(s, c, line[:, 1])], axis=1)


def dense(line: Line, step_m: float) -> Line:
    """The same line with its own points and others, none further apart than the step."""
    c = chainage(line)
    parts = [
        np.linspace(a, b, max(1, int(np.ceil((b - a) / step_m))), endpoint=False) for a, b in itertools.pairwise(c)
    ]
    return at(line, np.r_[np.concatenate(parts), c[-1]])


def spaced(line: Line, step_m: float, start_m: float = 0.0) -> tuple[Line, NDArray[np.float64]]:
    """Points every step and the line's heading (radians counter-clockwise from east) there."""
    s = np.arange(start_m, max(length(line) - 1e-6, start_m + 1e-9), step_m)
    d = at(line, s + 0.1) - at(line, np.maximum(s - 0.1, 0.0))
    return at(line, s), np.arctan2(d[:, 1], d[:, 0])


def normals(line: Line) -> Line:
    """(n, 2) left normals, lengthened at bends so that offset segments keep their distance (mitre)."""
    return offset(line, 1.0) - line


def unfolded(line: Line) -> Line:
    """The line without repeated points."""
    return np.asarray(line[np.r_[True, np.linalg.norm(np.diff(line, axis=0), axis=1) > 1e-3]])


def dashes(line: Line, dash_m: float, gap_m: float, start_m: float = 0.0) -> list[Line]:
    """Pieces of the line: a dash, a gap, a dash ..."""
    total = length(line)
    inner = chainage(line)
    pieces = []
    for a in np.arange(start_m, total - 0.5, dash_m + gap_m):
        b = min(a + dash_m, total)
        pieces.append(at(line, np.r_[a, inner[(inner > a + 1e-3) & (inner < b - 1e-3)], b]))
    return pieces
