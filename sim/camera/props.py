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

DETAILED_USER_PX = 40.0
"""Longer than this in the picture, a road user gets its detailed model."""
DETAILED_TREE_PX = 70.0

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """What decides who is drawn."""

    pose: CameraPose
    clip: NDArray[np.float64]
    sun: SunView


class Prop:
    """A model at one level of detail with what was placed last."""

    def __init__(self, gl: moderngl.Context, mesh: Mesh, colour: moderngl.Program, depth: moderngl.Program) -> None:
        self.layer = ModelLayer(gl, mesh)
        self._colour, self._depth = self.layer.drawn_by(colour), self.layer.drawn_by(depth)
        self._seen = self._casting = 0

    def place(self, rows: Rows, seen: NDArray[np.bool_]) -> None:
        """(n, 12) rows; those not seen only cast shadows."""
        self._seen, self._casting = int(seen.sum()), len(rows)
        self.layer.instances.write(rows[np.argsort(~seen, kind="stable")])

    def draw(self) -> None:
        """The seen ones in colour."""
        if self._seen:
            self._colour.render(instances=self._seen)

    def cast(self) -> None:
        """All of them into the shadow map."""
        if self._casting:
            self._depth.render(instances=self._casting)


class Props:
    """All models of a context, uploaded when first needed."""

    def __init__(self, gl: moderngl.Context, programs: Programs, grove: Trees) -> None:
        self._gl, self._programs = gl, programs
        self._users: dict[str, tuple[Prop, Prop]] = {}
        self.trees = [
            (self._prop(trees.tree(i), programs.tree), self._prop(trees.tree(i, False), programs.tree))
            for i in range(trees.VARIANTS)
        ]
        self.tree_rows = _tree_rows(grove)

    def _prop(self, mesh: Mesh, colour: moderngl.Program) -> Prop:
        return Prop(self._gl, mesh, colour, self._programs.model_depth)

    def of_shape(self, name: str) -> tuple[Prop, Prop]:
        """A road user's model at full and at low detail."""
        if name not in self._users:
            built = shape(name)
            self._users[name] = self._prop(built.near, self._programs.user), self._prop(built.far, self._programs.user)
        return self._users[name]

    def place(self, groups: list[Group], view: View) -> list[Prop]:
        """Fills the instance buffers for one frame; returns the props with anything to draw."""
        used: list[Prop] = []
        for group in groups:
            length = group.size_m.max(axis=1).astype(np.float64)
            used += _split(self.of_shape(group.shape), group.rows, group.centre, group.radius, length, DETAILED_USER_PX, view)
        for pair, rows in zip(self.trees, self.tree_rows, strict=True):
            height = rows[:, 6].astype(np.float64)
            centre = rows[:, :3].astype(np.float64)
            centre[:, 2] += height / 2
            used += _split(pair, rows, centre, height * 0.6, height, DETAILED_TREE_PX, view)
        return used


def _split(
    pair: tuple[Prop, Prop], rows: Rows, centre: NDArray[np.float64], radius: NDArray[np.float64], length: NDArray[np.float64],
    threshold_px: float, view: View,
) -> tuple[Prop, Prop]:  # fmt: skip
    """Shares rows between a detailed and a plain prop by their size in the picture, nearest first."""
    seen = ~outside(view.clip, centre, radius)
    distance = np.maximum(np.linalg.norm(centre - view.pose.position_enu_m, axis=1), 1.0)
    detailed = seen & (length * view.pose.focal_px / distance > threshold_px)
    order = np.argsort(distance)
    wanted = (seen | view.sun.lights(centre, radius))[order]
    for prop, mask in zip(pair, (detailed[order], ~detailed[order]), strict=True):
        chosen = order[wanted & mask]
        prop.place(rows[chosen], seen[chosen])
    return pair


def _tree_rows(grove: Trees) -> list[Rows]:
    """Instance rows of each tree variant."""
    n = len(grove.position)
    scale = np.repeat(grove.height_m[:, None], 3, axis=1)
    rows = np.hstack([grove.position, grove.heading_rad[:, None], scale, np.zeros((n, 1)), grove.colour, np.zeros((n, 1))])
    return [rows[grove.variant == i].astype(np.float32) for i in range(trees.VARIANTS)]
