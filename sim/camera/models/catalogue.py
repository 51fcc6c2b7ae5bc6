"""Which shape a road user gets, at full and at low detail."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from sim.camera.models import cars, heavy, light, profiles
from sim.camera.models.mesh import Mesh
from sim.world.snapshot import RoadUserState


@dataclass(frozen=True)
class Shape:
    """A model at two levels of detail and the size it was built at."""

    near: Mesh
    far: Mesh
    length_m: float
    width_m: float
    height_m: float

    @cached_property
    def hull(self) -> NDArray[np.float64]:
        """(n, 3) the near model's convex hull: enough points for the bounding box of any projection."""
        points = self.near.positions
        return points[ConvexHull(points).vertices]


@dataclass(frozen=True)
class _Recipe:
    build: Callable[[bool], Mesh]
    size_m: tuple[float, float, float]


def _profile(p: profiles.Profile, panel_van: bool = False) -> _Recipe:
    return _Recipe(lambda detailed: cars.car(p, detailed, panel_van), (p.length_m, p.width_m, p.height_m))


_RECIPES: dict[str, _Recipe] = {
    "sedan": _profile(profiles.SEDAN),
    "hatch": _profile(profiles.HATCH),
    "suv": _profile(profiles.SUV),
    "van": _profile(profiles.VAN),
    "panel-van": _profile(profiles.VAN, panel_van=True),
    "police": _Recipe(cars.police, (4.6, 1.82, 1.45)),
    "box-truck": _Recipe(heavy.box_truck, (9.0, 2.5, 3.6)),
    "flatbed-truck": _Recipe(heavy.flatbed_truck, (9.0, 2.5, 3.2)),
    "dump-truck": _Recipe(heavy.dump_truck, (8.6, 2.5, 3.2)),
    "semi": _Recipe(heavy.semi, (16.5, 2.55, 3.95)),
    "bus": _Recipe(heavy.bus, (12.0, 2.55, 3.3)),
    "motor": _Recipe(light.motor, (1.9, 0.72, 1.65)),
    "bicycle": _Recipe(light.bicycle, (1.7, 0.6, 1.75)),
    "tricycle": _Recipe(light.tricycle, (2.9, 1.2, 1.6)),
    "awning-tricycle": _Recipe(light.awning_tricycle, (2.9, 1.2, 1.8)),
    "pedestrian": _Recipe(light.pedestrian, (0.5, 0.5, 1.7)),
}

_BY_KIND: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in _RECIPES},
    "van": ("van", "panel-van"),
    "truck": ("box-truck", "box-truck", "flatbed-truck", "dump-truck"),
}
KINDS: tuple[str, ...] = tuple(_BY_KIND)
"""Every `RoadUserState.kind` that can be drawn."""


def shape_name(user: RoadUserState) -> str:
    """The shape for this user: kinds with several shapes pick one by the user's id, so it never changes.

    Raises ValueError naming a kind that has no shape.
    """
    choices = _BY_KIND.get(user.kind)
    if choices is None:
        raise ValueError(f"road user {user.id!r}: no shape for kind {user.kind!r} (known: {', '.join(KINDS)})")
    return choices[crc32(user.id.encode()) % len(choices)]


@cache
def shape(name: str) -> Shape:
    """The named shape, built once."""
    recipe = _RECIPES[name]
    return Shape(recipe.build(True), recipe.build(False), *recipe.size_m)
