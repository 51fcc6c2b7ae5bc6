"""Which shape a road user gets, at three levels of detail."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from sim.camera.models import cars, distant, heavy, light, profiles
from sim.camera.models.distant import lorry
from sim.camera.models.materials import Material as M
from sim.camera.models.mesh import Mesh
from sim.world.snapshot import RoadUserState


@dataclass(frozen=True)
class Shape:
    """A model at three levels of detail and the size it was built at."""

    near: Mesh
    far: Mesh
    tiny: Mesh
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
    blocks: tuple[distant.Block, ...]


def _profile(p: profiles.Profile, blocks: tuple[distant.Block, ...], panel_van: bool = False) -> _Recipe:
    return _Recipe(lambda detailed: cars.car(p, detailed, panel_van), (p.length_m, p.width_m, p.height_m), blocks)


_RECIPES: dict[str, _Recipe] = {
    "sedan": _profile(profiles.SEDAN, distant.CAR),
    "hatch": _profile(profiles.HATCH, distant.CAR),
    "suv": _profile(profiles.SUV, distant.CAR),
    "van": _profile(profiles.VAN, distant.VAN),
    "panel-van": _profile(profiles.VAN, distant.PANEL_VAN, panel_van=True),
    "police": _Recipe(cars.police, (4.6, 1.82, 1.45), distant.POLICE),
    "box-truck": _Recipe(heavy.box_truck, (9.0, 2.5, 3.6), lorry(0.22, 0.76, M.CARGO, M.ROOF_UNIT)),
    "flatbed-truck": _Recipe(heavy.flatbed_truck, (9.0, 2.5, 3.2), lorry(0.22, 0.86, M.TARP, M.TARP)),
    "dump-truck": _Recipe(heavy.dump_truck, (8.6, 2.5, 3.2), lorry(0.22, 0.9, M.BODY, M.LOAD)),
    "semi": _Recipe(heavy.semi, (16.5, 2.55, 3.95), lorry(0.14, 0.9, M.CARGO, M.ROOF_UNIT)),
    "bus": _Recipe(heavy.bus, (12.0, 2.55, 3.3), distant.BUS),
    "motor": _Recipe(light.motor, (1.9, 0.72, 1.65), distant.TWO_WHEELER),
    "bicycle": _Recipe(light.bicycle, (1.7, 0.6, 1.75), distant.TWO_WHEELER),
    "tricycle": _Recipe(light.tricycle, (2.9, 1.2, 1.6), distant.TRICYCLE),
    "awning-tricycle": _Recipe(light.awning_tricycle, (2.9, 1.2, 1.8), distant.AWNING_TRICYCLE),
    "pedestrian": _Recipe(light.pedestrian, (0.5, 0.5, 1.7), distant.PEDESTRIAN),
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
    tiny = distant.blocks(recipe.blocks, *recipe.size_m)
    return Shape(recipe.build(True), recipe.build(False), tiny, *recipe.size_m)
