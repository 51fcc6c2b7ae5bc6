"""Broad-leaved trees: a trunk and a few lumps of foliage, unit height, at three levels of detail."""

import itertools

import numpy as np

from sim.camera.models.materials import Material
from sim.camera.models.mesh import Builder, Mesh

LEAF, BARK = Material.BODY, Material.TRIM
VARIANTS = 4


NEAR, FAR, TINY = range(3)


def tree(variant: int, level: int) -> Mesh:
    """One of `VARIANTS` trees, 1 m high and about 0.7 m wide; level is NEAR, FAR or TINY."""
    rng = np.random.default_rng(100 + variant)
    b = Builder()
    slender = (1.0, 0.85, 1.1, 0.65)[variant]
    if level < TINY:
        b.tube((0, 0, 0), (0, 0, 0.45), 0.028, BARK, 5 if level == NEAR else 3)
    if level > NEAR:
        sides, rings = (7, 4) if level == FAR else (4, 3)
        _lump(b, np.array([0.0, 0.0, 0.60]), np.array([0.36 * slender, 0.36 * slender, 0.36]), rng, sides, rings)
        return b.mesh()
    lumps = 11
    for i in range(lumps):
        angle, away = 2.4 * i + rng.uniform(0, 0.6), (0.19 if i else 0.0) * slender * rng.uniform(0.6, 1.15)
        z = 0.40 + 0.42 * (i / (lumps - 1)) if i else 0.60
        size = (0.28 if i == 0 else 0.155) * rng.uniform(0.8, 1.2)
        centre = np.array([away * np.cos(angle), away * np.sin(angle), z])
        _lump(b, centre, np.array([size * slender, size * slender, size]), rng, 7, 4)
    return b.mesh()


def _lump(b: Builder, centre: np.ndarray, radii: np.ndarray, rng: np.random.Generator, sides: int, rings: int) -> None:
    """A ball with an uneven skin."""
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
