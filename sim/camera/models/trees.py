"""Broad-leaved trees: a trunk and a few lumps of foliage, unit height, at two levels of detail."""

import itertools

import numpy as np

from sim.camera.models.materials import Material
from sim.camera.models.mesh import Builder, Mesh

LEAF, BARK = Material.BODY, Material.TRIM
VARIANTS = 4


def tree(variant: int, detailed: bool = True) -> Mesh:
    """One of `VARIANTS` trees, 1 m high and about 0.7 m wide."""
    rng = np.random.default_rng(100 + variant)
    b = Builder()
    b.tube((0, 0, 0), (0, 0, 0.45), 0.028, BARK, 5 if detailed else 3)
    slender = (1.0, 0.85, 1.1, 0.65)[variant]
    if not detailed:
        _lump(b, np.array([0.0, 0.0, 0.60]), np.array([0.36 * slender, 0.36 * slender, 0.36]), rng, False)
        return b.mesh()
    lumps = 11
    for i in range(lumps):
        angle, away = 2.4 * i + rng.uniform(0, 0.6), (0.19 if i else 0.0) * slender * rng.uniform(0.6, 1.15)
        z = 0.40 + 0.42 * (i / (lumps - 1)) if i else 0.60
        size = (0.28 if i == 0 else 0.155) * rng.uniform(0.8, 1.2)
        centre = np.array([away * np.cos(angle), away * np.sin(angle), z])
        _lump(b, centre, np.array([size * slender, size * slender, size]), rng, True)
    return b.mesh()


def _lump(b: Builder, centre: np.ndarray, radii: np.ndarray, rng: np.random.Generator, detailed: bool) -> None:
    """A ball with an uneven skin."""
    sides, rings = (7, 4)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    tilt = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    levels = []
    for t in tilt:
        rough = rng.uniform(0.78, 1.2, sides) if abs(t) < 1.5 else np.ones(sides)
        circle = np.stack(
            [np.cos(angle) * np.cos(t) * rough, np.sin(angle) * np.cos(t) * rough, np.full(sides, np.sin(t)) * rough],
            axis=1,
        )
        levels.append(centre + radii * circle)
    for low, high in itertools.pairwise(levels):
        b.loft(low, high, LEAF)
