"""Instanced models in the picture: which detail each gets, and which only throw a shadow into it."""

from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.camera.crowd import Group
from sim.camera.models import trees
from sim.camera.models.catalogue import shape
from sim.camera.models.mesh import Mesh
from sim.camera.pose import CameraPose
from sim.camera.programs import Programs
from sim.camera.projection import outside
from sim.camera.scene.surroundings import Trees
from sim.camera.stage import ModelLayer
from sim.camera.sunshine import SunView

DETAILED_USER_PX = 60.0
"""Longer than this in the picture, a road user gets its detailed model."""
DETAILED_TREE_PX = 90.0
SMALLEST_PX = 2.0

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """What decides who is drawn."""

    pose: CameraPose
    clip: NDArray[np.float64]
    sun: SunView
    horizon: bool
    """Some of the picture is above the horizon."""


class Prop:
    """A model at two levels of detail with what was placed last. Shadows are cast by the plain one."""

    def __init__(
        self, gl: moderngl.Context, near: Mesh, far: Mesh, colour: moderngl.Program, depth: moderngl.Program
    ) -> None:  # fmt: skip
        self.near, self.far, self._caster = ModelLayer(gl, near), ModelLayer(gl, far), ModelLayer(gl, far)
        self._arrays = self.near.drawn_by(colour), self.far.drawn_by(colour), self._caster.drawn_by(depth)
        self._counts = (0, 0, 0)

    def place(self, near: Rows, far: Rows, casting: Rows) -> None:
        """Three times (n, 12) instance rows."""
        self._counts = len(near), len(far), len(casting)
        for layer, rows in ((self.near, near), (self.far, far), (self._caster, casting)):
            layer.instances.write(rows)

    def draw(self) -> None:
        """The seen ones in colour."""
        for array, count in zip(self._arrays[:2], self._counts[:2], strict=True):
            if count:
                array.render(instances=count)

    def cast(self) -> None:
        """Those near the picture into the shadow map."""
        if self._counts[2]:
            self._arrays[2].render(instances=self._counts[2])


class Props:
    """All models of a context, uploaded when first needed."""

    def __init__(self, gl: moderngl.Context, programs: Programs, grove: Trees) -> None:
        self._gl, self._programs = gl, programs
        self._users: dict[str, Prop] = {}
        self.trees = [
            Prop(gl, trees.tree(i), trees.tree(i, False), programs.tree, programs.model_depth)
            for i in range(trees.VARIANTS)
        ]
        self.tree_rows = _tree_rows(grove)

    def of_shape(self, name: str) -> Prop:
        """A road user's model."""
        if name not in self._users:
            built, p = shape(name), self._programs
            self._users[name] = Prop(self._gl, built.near, built.far, p.user, p.model_depth)
        return self._users[name]

    def place(self, groups: list[Group], view: View) -> list[Prop]:
        """Fills the instance buffers for one frame; returns the props used."""
        used: list[Prop] = []
        for group in groups:
            length = group.size_m.max(axis=1).astype(np.float64)
            used.append(self.of_shape(group.shape))
            _split(used[-1], group.rows, group.centre, group.radius, length, DETAILED_USER_PX, view)
        for prop, rows in zip(self.trees, self.tree_rows, strict=True):
            height = rows[:, 6].astype(np.float64)
            centre = rows[:, :3].astype(np.float64)
            centre[:, 2] += height / 2
            used.append(prop)
            _split(prop, rows, centre, height * 0.6, height, DETAILED_TREE_PX, view)
        return used


def _split(
    prop: Prop, rows: Rows, centre: NDArray[np.float64], radius: NDArray[np.float64], length: NDArray[np.float64],
    detailed_px: float, view: View,
) -> None:  # fmt: skip
    """Shares rows between the levels of detail by their size in the picture, nearest first."""
    distance = np.maximum(np.linalg.norm(centre - view.pose.position_enu_m, axis=1), 1.0)
    size_px = length * view.pose.focal_px / distance
    order = np.argsort(distance)
    seen = (~outside(view.clip, centre, radius) & (size_px > SMALLEST_PX))[order]
    detailed = (size_px > detailed_px)[order]
    casting = view.sun.lights(centre, radius)[order]
    rows = rows[order]
    prop.place(rows[seen & detailed], rows[seen & ~detailed], rows[casting])


def _tree_rows(grove: Trees) -> list[Rows]:
    """Instance rows of each tree variant."""
    n = len(grove.position)
    scale = np.repeat(grove.height_m[:, None], 3, axis=1)
    cos, sin = np.cos(grove.heading_rad)[:, None], np.sin(grove.heading_rad)[:, None]
    rows = np.hstack([grove.position, cos, scale, sin, grove.colour, np.zeros((n, 1))])
    return [rows[grove.variant == i].astype(np.float32) for i in range(trees.VARIANTS)]
