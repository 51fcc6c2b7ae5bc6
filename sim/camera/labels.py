"""Ground truth for detectors: a box around each road user in the picture and how much of it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.camera.crowd import Group
from sim.camera.gl import put
from sim.camera.models.catalogue import shape
from sim.camera.pose import CameraPose
from sim.camera.projection import project
from sim.camera.props import Props
from sim.camera.shaders import models as shaders
from sim.camera.stage import INSTANCE_LAYOUT, INSTANCE_NAMES, InstanceBuffer, TileLayer
from sim.world.snapshot import RoadUserState

IDENTITY_LAYOUT = "4f 4f 4f 1f/i"
IDENTITY_NAMES = ("place_at", "size", "window", "number")
IDENTITY_FLOATS = 13
NEAREST_M = 2.0
CELL_PX = 64
"""Side of the atlas cell in which a user's whole outline is measured."""
OCCLUDERS = ("solid", "soft", "walls")


@dataclass(frozen=True, slots=True)
class Label:
    """One road user in a picture."""

    cls: str
    """VisDrone class."""
    x0: float
    y0: float
    x1: float
    y1: float
    """The box in pixels, clipped to the picture: left, top, right, bottom edges."""
    visible_fraction: float
    """Its pixels that show, of those its whole outline would cover without occluders or the picture's edge; 0..1."""
    user: str
    """Id of the road user."""


class Labeller:
    """Draws every user's number into an integer picture, with whatever may hide it, and counts."""

    def __init__(
        self, gl: moderngl.Context, layers: dict[str, TileLayer], props: Props, width: int, height: int
    ) -> None:
        self._gl, self._layers, self._props = gl, layers, props
        self._width, self._height = width, height
        self._identity = gl.program(shaders.IDENTITY_VERTEX, shaders.IDENTITY)
        self._static_nobody = gl.program(shaders.STATIC_DEPTH, shaders.NOBODY)
        self._model_nobody = gl.program(shaders.MODEL_DEPTH, shaders.NOBODY)
        self._picture = _target(gl, width, height)
        self._atlas: tuple[int, moderngl.Framebuffer] = (0, self._picture)
        self._static = {name: layers[name].drawn_by(self._static_nobody) for name in OCCLUDERS}
        self._tree_buffer = InstanceBuffer(gl, 12)
        self._tree_arrays = [
            prop.layers[0].fed_by(self._model_nobody, self._tree_buffer.buffer, INSTANCE_LAYOUT, INSTANCE_NAMES)
            for prop in props.trees
        ]
        self._users: dict[str, tuple[InstanceBuffer, moderngl.VertexArray]] = {}

    def labels(
        self, pose: CameraPose, clip: NDArray[np.float64], users: Sequence[RoadUserState], groups: list[Group]
    ) -> list[Label]:
        """See `Renderer.labels`."""
        boxes = _boxes(pose, groups, len(users), self._width, self._height)
        there = np.flatnonzero(_meets(boxes, self._width, self._height))
        if not len(there):
            return []
        shown = self._count_shown(clip, groups, there)
        whole = self._count_whole(clip, groups, there, boxes)
        out = []
        for k, i in enumerate(map(int, there)):
            if shown[k] == 0:
                continue
            x0, y0, x1, y1 = boxes[i]
            fraction = min(1.0, float(shown[k]) / max(float(whole[k]), 1.0))
            out.append(
                Label(
                    users[i].cls, max(float(x0), 0.0), max(float(y0), 0.0), min(float(x1), float(self._width)),
                    min(float(y1), float(self._height)), fraction, users[i].id,
                )
            )  # fmt: skip
        return out

    def identity_picture(
        self, clip: NDArray[np.float64], groups: list[Group], there: NDArray[np.int64]
    ) -> NDArray[np.int32]:
        """(height, width): k + 1 where user `there[k]` shows, 0 elsewhere."""
        self._begin(self._picture, clip)
        for name, array in self._static.items():
            tiles = self._layers[name].tiles
            self._layers[name].draw(array, np.ones(len(tiles.first), bool))
        for array, rows in zip(self._tree_arrays, self._props.tree_rows, strict=True):
            if len(rows):
                self._tree_buffer.write(rows)
                array.render(instances=len(rows))
        self._draw_users(groups, there, np.tile(np.array([1, 1, 0, 0], np.float32), (len(there), 1)))
        raw = self._picture.read(components=1, dtype="i4")
        return np.frombuffer(raw, np.int32).reshape(self._height, self._width)

    def _count_shown(
        self, clip: NDArray[np.float64], groups: list[Group], there: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        picture = self.identity_picture(clip, groups, there)
        return np.bincount(picture.ravel(), minlength=len(there) + 1)[1:]

    def _count_whole(
        self, clip: NDArray[np.float64], groups: list[Group], there: NDArray[np.int64], boxes: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(n,) picture pixels each user would cover if nothing hid it: its outline drawn alone in an atlas cell."""
        columns = int(np.ceil(np.sqrt(len(there))))
        side = columns * CELL_PX
        atlas = self._atlas_of(side)
        x0, y0, x1, y1 = boxes[there].T
        low = np.stack([x0 / self._width, y0 / self._height], axis=1) * 2 - 1
        high = np.stack([x1 / self._width, y1 / self._height], axis=1) * 2 - 1
        cell = np.stack([np.arange(len(there)) % columns, np.arange(len(there)) // columns], axis=1)
        scale = (2.0 / columns) / np.maximum(high - low, 1e-9)
        shift = cell * (2.0 / columns) - 1.0 - low * scale
        self._begin(atlas, clip)
        self._draw_users(groups, there, np.hstack([scale, shift]).astype(np.float32))
        ids = np.frombuffer(atlas.read(viewport=(0, 0, side, side), components=1, dtype="i4"), np.int32)
        covered = np.bincount(ids, minlength=len(there) + 1)[1:] / CELL_PX**2
        return np.asarray(covered * (x1 - x0) * (y1 - y0))

    def _atlas_of(self, side: int) -> moderngl.Framebuffer:
        """A square target of at least this side, kept for the next call; its viewport is exactly this side."""
        if self._atlas[0] < side:
            self._atlas = side, _target(self._gl, side, side)
            self._gl.gc()
        self._atlas[1].viewport = (0, 0, side, side)
        return self._atlas[1]

    def _begin(self, target: moderngl.Framebuffer, clip: NDArray[np.float64]) -> None:
        for program in (self._identity, self._static_nobody, self._model_nobody):
            put(program, "clip", clip)
        target.use()
        target.clear(depth=1.0)
        self._gl.enable_only(moderngl.DEPTH_TEST)

    def _draw_users(self, groups: list[Group], there: NDArray[np.int64], windows: NDArray[np.float32]) -> None:
        number = {int(i): k for k, i in enumerate(there)}
        for group in groups:
            mine = [k for k, i in enumerate(group.members) if int(i) in number]
            if not mine:
                continue
            which = np.array([number[int(group.members[k])] for k in mine])
            rows = np.hstack([group.rows[mine, :8], windows[which], (which + 1)[:, None].astype(np.float32)])
            buffer, array = self._user_array(group.shape)
            buffer.write(rows.astype(np.float32))
            array.render(instances=len(rows))

    def _user_array(self, name: str) -> tuple[InstanceBuffer, moderngl.VertexArray]:
        if name not in self._users:
            buffer = InstanceBuffer(self._gl, IDENTITY_FLOATS)
            layer = self._props.of_shape(name).layers[0]
            self._users[name] = buffer, layer.fed_by(self._identity, buffer.buffer, IDENTITY_LAYOUT, IDENTITY_NAMES)
        return self._users[name]


def _target(gl: moderngl.Context, width: int, height: int) -> moderngl.Framebuffer:
    return gl.framebuffer([gl.renderbuffer((width, height), 1, dtype="i4")], gl.depth_renderbuffer((width, height)))


def _boxes(pose: CameraPose, groups: list[Group], count: int, width: int, height: int) -> NDArray[np.float64]:
    """(count, 4) unclipped boxes; NaN for users that reach behind the lens, whose outline has no projection."""
    boxes = np.full((count, 4), np.nan)
    for group in groups:
        hull = shape(group.shape).hull
        for row, i in zip(group.rows.astype(np.float64), group.members, strict=True):
            c, s = row[3], row[7]
            turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
            pixels, depth = project(pose, (hull * row[4:7]) @ turn + row[:3], width, height)
            if depth.min() > NEAREST_M:
                boxes[i] = [*pixels.min(axis=0), *pixels.max(axis=0)]
    return boxes


def _meets(boxes: NDArray[np.float64], width: int, height: int) -> NDArray[np.bool_]:
    x0, y0, x1, y1 = boxes.T
    return np.asarray((x1 > 0) & (y1 > 0) & (x0 < width) & (y0 < height) & (x1 > x0) & (y1 > y0))
