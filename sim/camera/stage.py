"""The scene and its models on the graphics device: buffers, and vertex arrays for whichever program draws them."""

from dataclasses import dataclass, field

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.camera.models.mesh import Mesh
from sim.camera.scene.geometry import Tiles

STATIC_LAYOUT = "3f 3f 2f 3f"
STATIC_NAMES = ("in_position", "in_normal", "in_uv", "in_colour")
MODEL_LAYOUT = "3f 3f 1f"
MODEL_NAMES = ("in_position", "in_normal", "in_material")
INSTANCE_LAYOUT = "4f 4f 4f/i"
INSTANCE_NAMES = ("place_at", "size", "paint")
INSTANCE_FLOATS = 12


class TileLayer:
    """Static triangles of one material class."""

    def __init__(self, gl: moderngl.Context, tiles: Tiles) -> None:
        self.tiles = tiles
        self._gl = gl
        self._vertices = gl.buffer(tiles.vertices.tobytes()) if len(tiles.vertices) else None

    def drawn_by(self, program: moderngl.Program) -> moderngl.VertexArray | None:
        """A vertex array for a program; None when the layer is empty."""
        if self._vertices is None:
            return None
        content = [(self._vertices, STATIC_LAYOUT, *STATIC_NAMES)]
        return self._gl.vertex_array(program, content, skip_errors=True)

    def draw(self, array: moderngl.VertexArray | None, visible: NDArray[np.bool_]) -> None:
        """Draws the visible tiles."""
        if array is not None:
            for first, count in self.tiles.runs(visible):
                array.render(vertices=count, first=first)


@dataclass
class InstanceBuffer:
    """Per-instance numbers of one model, growing as needed and never shrinking."""

    gl: moderngl.Context
    floats: int
    capacity: int = 16
    buffer: moderngl.Buffer = field(init=False)

    def __post_init__(self) -> None:
        self.buffer = self.gl.buffer(reserve=self.capacity * self.floats * 4, dynamic=True)

    def write(self, rows: NDArray[np.float32]) -> None:
        """Replaces the contents with (n, floats) rows."""
        if len(rows) > self.capacity:
            self.capacity = int(len(rows) * 1.5)
            self.buffer.orphan(self.capacity * self.floats * 4)
        if len(rows):
            self.buffer.write(np.ascontiguousarray(rows, np.float32).tobytes())


class ModelLayer:
    """One model, drawn at many places."""

    def __init__(self, gl: moderngl.Context, mesh: Mesh) -> None:
        self._gl = gl
        self._vertices = gl.buffer(mesh.vertices.tobytes())
        self._indices = gl.buffer(mesh.indices.tobytes())
        self.instances = InstanceBuffer(gl, INSTANCE_FLOATS)

    def drawn_by(self, program: moderngl.Program) -> moderngl.VertexArray:
        """A vertex array for a program, fed from this layer's own instances."""
        return self.fed_by(program, self.instances.buffer, INSTANCE_LAYOUT, INSTANCE_NAMES)

    def fed_by(
        self, program: moderngl.Program, instances: moderngl.Buffer, layout: str, names: tuple[str, ...]
    ) -> moderngl.VertexArray:
        """A vertex array for a program with other per-instance numbers."""
        content = [(self._vertices, MODEL_LAYOUT, *MODEL_NAMES), (instances, layout, *names)]
        return self._gl.vertex_array(program, content, index_buffer=self._indices, skip_errors=True)
