"""Instanced models in the picture: which detail each gets, and which only throw a shadow into it."""

from collections.abc import Sequence
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

USER_LEVELS_PX = (60.0, 24.0)
TREE_LEVELS_PX = (90.0, 26.0)
"""Down to these sizes in the picture the finest and the middle model are drawn."""
SMALLEST_PX = 2.0

LEVELS = (trees.NEAR, trees.FAR, trees.TINY)
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
    """A model at its levels of detail, finest first, with what was placed last. The middle level casts the shadows."""

    def __init__(
        self, gl: moderngl.Context, levels: Sequence[Mesh], colour: moderngl.Program, depth: moderngl.Program
    ) -> None:
        self.layers = [ModelLayer(gl, mesh) for mesh in levels]
        self._arrays = [layer.drawn_by(colour) for layer in self.layers]
        self._casters = ModelLayer(gl, levels[len(levels) // 2])
        self._shadows = self._casters.drawn_by(depth)
        self._seen = [0] * len(levels)
        self._casting = 0

    def place(self, seen: Sequence[Rows], casting: Rows) -> None:
        """(n, 12) instance rows for each level, and those that cast shadows."""
        for layer, rows in zip(self.layers, seen, strict=True):
            layer.instances.write(rows)
        self._casters.instances.write(casting)
        self._seen, self._casting = [len(rows) for rows in seen], len(casting)

    def draw(self) -> None:
        """The seen ones in colour."""
        for array, count in zip(self._arrays, self._seen, strict=True):
            if count:
                array.render(instances=count)

    def cast(self) -> None:
        """Those near the picture into the shadow map."""
        if self._casting:
            self._shadows.render(instances=self._casting)


class Props:
    """All models of a context, uploaded when first needed."""

    def __init__(self, gl: moderngl.Context, programs: Programs, grove: Trees) -> None:
        self._gl, self._programs = gl, programs
        self._users: dict[str, Prop] = {}
        self.trees = [
            Prop(gl, [trees.tree(i, level) for level in LEVELS], programs.tree, programs.model_depth)
            for i in range(trees.VARIANTS)
        ]
        self.tree_rows = _tree_rows(grove)

    def of_shape(self, name: str) -> Prop:
        """A road user's model."""
        if name not in self._users:
            built, p = shape(name), self._programs
            self._users[name] = Prop(self._gl, [built.near, built.far, built.tiny], p.user, p.model_depth)
        return self._users[name]

    def place(self, groups: list[Group], view: View) -> list[Prop]:
        """Fills the instance buffers for one frame; returns the props used."""
        used: list[Prop] = []
        for group in groups:
            length = group.size_m.max(axis=1).astype(np.float64)
            used.append(self.of_shape(group.shape))
            _split(used[-1], group.rows, group.centre, group.radius, length, USER_LEVELS_PX, view)
        for prop, rows in zip(self.trees, self.tree_rows, strict=True):
            height = rows[:, 6].astype(np.float64)
            centre = rows[:, :3].astype(np.float64)
            centre[:, 2] += height / 2
            used.append(prop)
            _split(prop, rows, centre, height * 0.6, height, TREE_LEVELS_PX, view)
        return used


def _split(
    prop: Prop,
    rows: Rows,
    centre: NDArray[np.float64],
    radius: NDArray[np.float64],
    length: NDArray[np.float64],
    levels_px: tuple[float, float],
    view: View,
) -> None:
    """Shares rows between the levels of detail by their size in the picture, nearest first."""
    distance = np.maximum(np.linalg.norm(centre - view.pose.position_enu_m, axis=1), 1.0)
    order = np.argsort(distance)
    rows, centre, radius = rows[order], centre[order], radius[order]
    size_px = (length * view.pose.focal_px / distance)[order]
    seen = ~outside(view.clip, centre, radius)
    fine, plain = levels_px
    bands = (size_px > fine, (size_px <= fine) & (size_px > plain), (size_px <= plain) & (size_px > SMALLEST_PX))
    prop.place([rows[seen & band] for band in bands], rows[view.sun.lights(centre, radius)])


def _tree_rows(grove: Trees) -> list[Rows]:
    """Instance rows of each tree variant."""
    n = len(grove.position)
    scale = np.repeat(grove.height_m[:, None], 3, axis=1)
    cos, sin = np.cos(grove.heading_rad)[:, None], np.sin(grove.heading_rad)[:, None]
    rows = np.hstack([grove.position, cos, scale, sin, grove.colour, np.zeros((n, 1))])
    return [rows[grove.variant == i].astype(np.float32) for i in range(trees.VARIANTS)]
