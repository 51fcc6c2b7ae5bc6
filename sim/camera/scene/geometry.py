"""Collects flat-shaded static triangles, with what the surface shaders need at each corner."""

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sim.camera.scene.lines import Line, chainage, normals

Rgb = tuple[float, float, float]
VERTEX = 11
"""Floats a corner: position 3, normal 3, uv 2 (metres along and across), colour 3."""


@dataclass(frozen=True)
class Tiles:
    """Vertices in tile order and each tile's range and bounding ball."""

    vertices: NDArray[np.float32]
    """(n, 11)"""
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    """(tiles,) vertex ranges."""
    centre: NDArray[np.float64]
    radius: NDArray[np.float64]
    """(tiles, 3) and (tiles,) bounding balls, metres."""

    def runs(self, visible: NDArray[np.bool_]) -> list[tuple[int, int]]:
        """(first, count) vertex ranges that cover the visible tiles, neighbours joined."""
        out: list[tuple[int, int]] = []
        for i in np.flatnonzero(visible):
            a, n = int(self.first[i]), int(self.count[i])
            if out and out[-1][0] + out[-1][1] == a:
                out[-1] = (out[-1][0], out[-1][1] + n)
            else:
                out.append((a, n))
        return out


class Surface:
    """Triangles of one material class."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.float64]] = []

    def quads(self, corners: NDArray[np.float64], uv: NDArray[np.float64], colour: Rgb | NDArray[np.float64]) -> None:
        """(n, 4, 3) corners counter-clockwise from outside, (n, 4, 2) uv, one colour or (n, 3)."""
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        self.raw_quads(np.concatenate([corners, np.repeat(normal[:, None], 4, 1), uv], axis=2), colour)

    def raw_quads(self, rows: NDArray[np.float64], colour: Rgb | NDArray[np.float64]) -> None:
        """(n, 4, 8) corners with anything in the normal's place, for shaders of their own."""
        rgb = np.broadcast_to(np.asarray(colour, float), (len(rows), 3))
        full = np.concatenate([rows, np.repeat(rgb[:, None], 4, 1)], axis=2)
        self._parts.append(full[:, [0, 1, 2, 0, 2, 3]].reshape(-1, VERTEX))

    def strip(self, line: Line, right_m: float, left_m: float, colour: Rgb, z_m: float = 0.0) -> None:
        """A level band along a line between two offsets (left positive); uv = metres along, metres left of the line."""
        n, s = normals(line), chainage(line)
        r, le = line + n * right_m, line + n * left_m
        z = np.full(len(line), z_m)
        a, b = np.c_[r, z], np.c_[le, z]
        corners = np.stack([a[:-1], a[1:], b[1:], b[:-1]], axis=1)
        uv = np.stack(
            [np.c_[s[:-1], np.full(len(s) - 1, right_m)], np.c_[s[1:], np.full(len(s) - 1, right_m)],
             np.c_[s[1:], np.full(len(s) - 1, left_m)], np.c_[s[:-1], np.full(len(s) - 1, left_m)]], axis=1,
        )  # fmt: skip
        self.quads(corners, uv, colour)

    def wall(self, line: Line, left_m: float, low_m: float, high_m: float, colour: Rgb) -> None:
        """An upright band along a line, seen from the line's right side."""
        p = line + normals(line) * left_m
        s = chainage(line)
        low, high = np.c_[p, np.full(len(p), low_m)], np.c_[p, np.full(len(p), high_m)]
        corners = np.stack([low[:-1], low[1:], high[1:], high[:-1]], axis=1)
        uv = np.stack(
            [np.c_[s[:-1], np.full(len(s) - 1, low_m)], np.c_[s[1:], np.full(len(s) - 1, low_m)],
             np.c_[s[1:], np.full(len(s) - 1, high_m)], np.c_[s[:-1], np.full(len(s) - 1, high_m)]], axis=1,
        )  # fmt: skip
        self.quads(corners, uv, colour)

    def boxes(
        self,
        foot: NDArray[np.float64],
        half: NDArray[np.float64],
        heading_rad: NDArray[np.float64],
        colour: Rgb | NDArray[np.float64],
        roof: Rgb | NDArray[np.float64] | None = None,
        top: bool = True,
    ) -> None:
        """Upright boxes on (n, 3) foot points; `half` (n, 3) is half length, half width, full height.

        `colour` and `roof` are one or (n, 3) for sides and top; uv of a side is metres along and up.
        """
        n = len(foot)
        if not n:
            return
        c, s = np.cos(heading_rad), np.sin(heading_rad)
        along, across = np.stack([c, s], axis=1) * half[:, :1], np.stack([-s, c], axis=1) * half[:, 1:2]
        xy = foot[:, None, :2] + np.stack([along + across, across - along, -along - across, along - across], axis=1)
        low = np.concatenate([xy, np.repeat(foot[:, None, 2:], 4, 1)], axis=2)
        high = low + np.concatenate([np.zeros((n, 1, 2)), half[:, None, 2:]], axis=2)
        sides = np.stack([low, np.roll(low, -1, 1), np.roll(high, -1, 1), high], axis=2).reshape(-1, 4, 3)
        width = np.linalg.norm(sides[:, 1] - sides[:, 0], axis=1)
        rise, zero = np.repeat(half[:, 2], 4), np.zeros(4 * n)
        uv = np.stack([np.c_[zero, zero], np.c_[width, zero], np.c_[width, rise], np.c_[zero, rise]], axis=1)
        rgb = np.broadcast_to(np.asarray(colour, float), (n, 3))
        self.quads(sides, uv, np.repeat(rgb, 4, axis=0))
        if top:
            self.quads(high, high[:, :, :2] - high[:, 2:3, :2], colour if roof is None else roof)

    def polygon(self, shape: BaseGeometry, colour: Rgb) -> None:
        """Ground in the form of any polygons, holes allowed; uv = position."""
        for triangle in shapely.get_parts(shapely.constrained_delaunay_triangles(shape)):
            p = np.asarray(triangle.exterior.coords)[:3]
            a, b = p[1] - p[0], p[2] - p[0]
            if a[0] * b[1] - a[1] * b[0] < 0:
                p = p[::-1]
            self._parts.append(np.c_[p, np.zeros(3), np.tile([0.0, 0.0, 1.0], (3, 1)), p, np.tile(colour, (3, 1))])

    def polygon_in_cells(self, shape: BaseGeometry, colour: Rgb, cell_m: float) -> None:
        """The same, cut along a grid first: triangles that cross the whole map defeat culling."""
        x0, y0, x1, y1 = shape.bounds
        shapely.prepare(shape)
        for x in np.arange(x0, x1, cell_m):
            for y in np.arange(y0, y1, cell_m):
                cell = shapely.box(x, y, x + cell_m, y + cell_m)
                if shapely.intersects(shape, cell):
                    self.polygon(shape.intersection(cell), colour)

    def tiles(self, size_m: float) -> Tiles:
        """The triangles sorted by ground tile, for culling."""
        rows = np.concatenate(self._parts) if self._parts else np.zeros((0, VERTEX))
        triangles = rows.reshape(-1, 3, VERTEX)
        if not len(triangles):
            return Tiles(
                np.zeros((0, VERTEX), np.float32), np.zeros(0, int), np.zeros(0, int), np.zeros((0, 3)), np.zeros(0)
            )
        cell = np.floor(triangles[:, :, :2].mean(axis=1) / size_m).astype(int)
        _, key = np.unique(cell, axis=0, return_inverse=True)
        key = key.reshape(-1)
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(key[order]) > 0, True])
        corner = triangles[order]
        low = np.array([corner[a:b, :, :3].min(axis=(0, 1)) for a, b in itertools.pairwise(starts)])
        high = np.array([corner[a:b, :, :3].max(axis=(0, 1)) for a, b in itertools.pairwise(starts)])
        centre, radius = (low + high) / 2, np.linalg.norm(high - low, axis=1) / 2
        return Tiles(
            corner.reshape(-1, VERTEX).astype(np.float32), starts[:-1] * 3, np.diff(starts) * 3, centre, radius
        )
