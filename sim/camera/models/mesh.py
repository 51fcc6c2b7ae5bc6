"""Triangles with normals: the little modelling kit all shapes are built with.

A model stands on z = 0, looks along +x, has its left at +y; metres.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.camera.models.materials import Material

Points = NDArray[np.float64]
CREASE_COS = 0.77  # faces that meet at less than ~40 degrees are shaded as one curved surface


@dataclass(frozen=True)
class Mesh:
    """Indexed triangles, counter-clockwise seen from outside."""

    vertices: NDArray[np.float32]
    """(n, 7): position, unit normal, material."""
    indices: NDArray[np.uint32]
    """(3 * triangles,)"""

    @property
    def positions(self) -> NDArray[np.float64]:
        """(n, 3) metres."""
        return self.vertices[:, :3].astype(np.float64)


class Builder:
    """Collects faces, then makes a `Mesh`."""

    def __init__(self) -> None:
        self._corners: list[Points] = []
        self._materials: list[int] = []

    def triangle(self, a: ArrayLike, b: ArrayLike, c: ArrayLike, material: Material) -> None:
        """One face; degenerate ones are dropped."""
        corners = np.array([a, b, c], dtype=float)
        if np.linalg.norm(np.cross(corners[1] - corners[0], corners[2] - corners[0])) > 1e-8:
            self._corners.append(corners)
            self._materials.append(int(material))

    def quad(self, a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, material: Material) -> None:
        """Two faces a-b-c and a-c-d."""
        self.triangle(a, b, c, material)
        self.triangle(a, c, d, material)

    def face(self, corners: Points, material: Material) -> None:
        """A flat or nearly flat polygon of four corners."""
        self.quad(corners[0], corners[1], corners[2], corners[3], material)

    def loft(self, first: Points, second: Points, material: Material | list[Material], closed: bool = True) -> None:
        """Joins two rings of equal length; a list gives each strip its own material."""
        n = len(first)
        for i in range(n if closed else n - 1):
            j = (i + 1) % n
            strip = material[i] if isinstance(material, list) else material
            self.quad(first[i], first[j], second[j], second[i], strip)

    def cap(self, ring: Points, material: Material, flip: bool = False) -> None:
        """Closes a ring with a fan; the face looks to where the ring runs counter-clockwise."""
        centre = ring.mean(axis=0)
        for i in range(len(ring)):
            a, b = ring[i], ring[(i + 1) % len(ring)]
            self.triangle(centre, b, a, material) if flip else self.triangle(centre, a, b, material)

    def box(
        self, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], material: Material,
        top: Material | None = None, bottom: bool = True,
    ) -> None:  # fmt: skip
        """An axis-aligned box between (low, high) of each axis."""
        low = np.array([[x[1], y[1], z[0]], [x[0], y[1], z[0]], [x[0], y[0], z[0]], [x[1], y[0], z[0]]])
        high = low + np.array([0, 0, z[1] - z[0]])
        self.loft(low, high, material)
        self.cap(high, top if top is not None else material)
        if bottom:
            self.cap(low, material, flip=True)

    def wheel(self, x: float, y: float, radius: float, half_width: float, sides: int = 12) -> None:
        """A wheel about the y axis on the ground, a metal rim on the faces one can see; without sides, a block."""
        if not sides:
            span = (x - radius * 0.85, x + radius * 0.85)
            self.box(span, (y - half_width, y + half_width), (0.0, radius * 1.8), Material.TYRE, bottom=False)
            return
        angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        circle = np.stack([np.cos(angle), np.zeros(sides), np.sin(angle)], axis=1)
        side = 1.0 if y >= 0 else -1.0
        for outward in (side, -side) if y == 0 else (side,):
            face = circle * radius + np.array([x, y + outward * half_width, radius])
            rim = circle * radius * 0.62 + np.array([x, y + outward * (half_width + 0.004), radius])
            order = slice(None, None, -1) if outward > 0 else slice(None)
            self.loft(face[order], rim[order], Material.TYRE)
            self.cap(rim[order], Material.METAL)
        tread = circle * radius + [x, 0, radius]
        self.loft(tread + np.array([0, y + half_width, 0]), tread + np.array([0, y - half_width, 0]), Material.TYRE)

    def tube(self, a: ArrayLike, b: ArrayLike, radius: float, material: Material, sides: int = 6) -> None:
        """A closed cylinder from a to b."""
        start, end = np.asarray(a, float), np.asarray(b, float)
        axis = (end - start) / np.linalg.norm(end - start)
        side = np.cross(axis, [0, 0, 1] if abs(axis[2]) < 0.9 else [1, 0, 0])
        side /= np.linalg.norm(side)
        up = np.cross(axis, side)
        angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[:, None]
        ring = radius * (np.cos(angle) * side + np.sin(angle) * up)
        self.loft(ring + start, ring + end, material)
        self.cap(ring + end, material)
        self.cap(ring + start, material, flip=True)

    def ball(self, centre: ArrayLike, radii: ArrayLike, material: Material, sides: int = 8, rings: int = 5) -> None:
        """An ellipsoid."""
        c, r = np.asarray(centre, float), np.asarray(radii, float)
        angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        circle = np.stack([np.cos(angle), np.sin(angle), np.zeros(sides)], axis=1)
        tilt = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
        levels = [c + r * (circle * np.cos(t) + [0, 0, np.sin(t)]) for t in tilt]
        for low, high in itertools.pairwise(levels):
            self.loft(low, high, material)

    def mesh(self) -> Mesh:
        """The finished model: smooth normals across soft edges, equal vertices merged."""
        corners = np.array(self._corners)
        face_normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        area = np.linalg.norm(face_normal, axis=1, keepdims=True)
        normals = _smooth(corners, face_normal / area, area[:, 0])
        material = np.repeat(np.array(self._materials, float), 3)[:, None]
        rows = np.hstack([corners.reshape(-1, 3), normals, material])
        unique, inverse = np.unique(np.round(rows, 5), axis=0, return_inverse=True)
        return Mesh(unique.astype(np.float32), inverse.reshape(-1).astype(np.uint32))


def _smooth(corners: Points, normals: Points, area: Points) -> Points:
    """(3 * faces, 3) corner normals: the area-weighted mean of faces at the same point within the crease angle."""
    _, at = np.unique(np.round(corners.reshape(-1, 3), 4), axis=0, return_inverse=True)
    at = at.reshape(-1)
    face = np.repeat(np.arange(len(normals)), 3)
    order = np.argsort(at, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(at[order]) > 0, True])
    out = np.empty((len(at), 3))
    for a, b in itertools.pairwise(starts):
        group = order[a:b]
        n, w = normals[face[group]], area[face[group]]
        mean = ((n @ n.T > CREASE_COS) * w) @ n
        out[group] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return out


def ring(front: float, back: float, half_width: float, corner: float, z: float, steps: int = 3) -> Points:
    """(4 * (steps + 1), 3) a level rectangle, rounded unless steps is 0, counter-clockwise seen from above."""
    r = min(corner, half_width * 0.95, (front - back) * 0.45) if steps else 0.0
    centres = (
        (front - r, half_width - r, 0),
        (back + r, half_width - r, 90),
        (back + r, r - half_width, 180),
        (front - r, r - half_width, 270),
    )
    angle = np.linspace(0, 90, steps + 1)
    return np.array(
        [
            [x + r * np.cos(np.radians(a0 + a)), y + r * np.sin(np.radians(a0 + a)), z]
            for x, y, a0 in centres
            for a in angle
        ]
    )
