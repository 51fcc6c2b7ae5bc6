"""Draws what the drone's camera sees."""

from collections.abc import Sequence
from types import TracebackType

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.camera import gl as opengl
from sim.camera import patterns
from sim.camera.crowd import Group, footprints, gather
from sim.camera.gl import put
from sim.camera.labels import Label, Labeller
from sim.camera.look import Look
from sim.camera.pose import CameraPose
from sim.camera.programs import FINISHES, GROUND, PATTERN_UNIT, SHADOW_UNIT, UPRIGHT, Finish, Programs
from sim.camera.projection import clip_matrix, outside, shows_horizon
from sim.camera.props import Prop, Props, View
from sim.camera.scene import StaticScene
from sim.camera.stage import INSTANCE_FLOATS, INSTANCE_LAYOUT, INSTANCE_NAMES, InstanceBuffer, TileLayer
from sim.camera.sunshine import sun_view
from sim.world.snapshot import RoadUserState

NEAR_M, FAR_M = 1.5, 3000.0
CASTERS = ("solid", "walls", "soft")
SLOPE_BIAS, UNIT_BIAS = 1.6, 2.0  # of the shadow map, against surfaces shading themselves


class Renderer:
    """Renders frames of one size from one scene.

    `samples` smooths the edges of upright things (0 or 4; on a software rasteriser 4 costs about half as much again);
    road paint is smooth without. Owns an OpenGL context, taken for the length of each call, so any one thread at a time
    may use it. Use as a context manager or call `close`. Raises RuntimeError naming the missing packages when there is
    no EGL.
    """

    def __init__(
        self, scene: StaticScene, width: int = 1280, height: int = 720, *, samples: int = 4, shadow_px: int = 1280,
        threads: int = 2,
    ) -> None:  # fmt: skip
        if width < 16 or height < 16:
            raise ValueError(f"a picture of {width}x{height} pixels is too small")
        self.width, self.height, self._shadow_px = width, height, shadow_px
        self._gl = opengl.open_context(threads)
        with self._gl:
            self._gl.gc_mode = "context_gc"  # frees nothing while another context is current
            self._make_targets(samples)
            self._programs = Programs(self._gl)
            self._props = Props(self._gl, self._programs, scene.trees)
            self._layers = {name: TileLayer(self._gl, getattr(scene, name)) for name in FINISHES}
            self._surfaces = {n: self._layers[n].drawn_by(self._programs.surfaces[n]) for n in FINISHES}
            self._casters = {n: self._layers[n].drawn_by(self._programs.static_depth) for n in CASTERS}
            self._make_quads()
            self._labeller = Labeller(self._gl, self._layers, self._props, width, height)

    def close(self) -> None:
        """Frees everything on the device."""
        self._gl.release()

    def __enter__(self) -> "Renderer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _make_targets(self, samples: int) -> None:
        gl, size = self._gl, (self.width, self.height)
        self._picture = gl.framebuffer([gl.renderbuffer(size, 4)], gl.depth_renderbuffer(size))
        self._canvas = self._picture
        if samples:
            colour = gl.renderbuffer(size, 4, samples=samples)
            self._canvas = gl.framebuffer([colour], gl.depth_renderbuffer(size, samples=samples))
        self._shadow_map = gl.depth_texture((self._shadow_px, self._shadow_px))
        self._shadow_map.compare_func = "<="
        self._shadow_map.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._shadow_map.repeat_x = self._shadow_map.repeat_y = False
        self._shadow_target = gl.framebuffer(depth_attachment=self._shadow_map)
        self._patterns = {
            name: self._texture(getattr(patterns, name)()) for name in ("land", "road", "apron", "paint", "leaves")
        }
        self._bytes = bytearray(self.width * self.height * 4)

    def _texture(self, pixels: NDArray[np.uint8]) -> moderngl.Texture:
        """A repeating texture; its first axis is u."""
        along, across = pixels.shape[:2]
        texture = self._gl.texture((along, across), 4, np.ascontiguousarray(pixels.swapaxes(0, 1)).tobytes())
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        return texture

    def _make_quads(self) -> None:
        gl = self._gl
        quad = gl.buffer(np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32).tobytes())
        self._sky = gl.vertex_array(self._programs.sky, [(quad, "2f", "corner")])
        self._footprints = InstanceBuffer(gl, INSTANCE_FLOATS)
        content = [(quad, "2f", "corner"), (self._footprints.buffer, INSTANCE_LAYOUT, *INSTANCE_NAMES)]
        self._contacts = gl.vertex_array(self._programs.contact, content, skip_errors=True)

    def render(
        self, pose: CameraPose, users: Sequence[RoadUserState], look: Look | None = None, *, t_s: float = 0.0
    ) -> NDArray[np.uint8]:
        """The picture, (height, width, 3) uint8 RGB, a new array.

        `t_s` (seconds, any epoch) gives flashing lamps their phase. Raises ValueError for a road user of unknown kind
        or without size.
        """
        look = look or Look()
        groups = gather(users, t_s)
        sun = sun_view(pose, look, self.width, self.height, self._shadow_px)
        clip = clip_matrix(pose, self.width, self.height, NEAR_M, FAR_M)
        view = View(pose, clip, sun, shows_horizon(pose, self.width, self.height))
        with self._gl:
            props = self._props.place(groups, view)
            self._programs.light(pose, look, view.clip, sun.to_texture, (self.width, self.height))
            self._cast_shadows(props, view)
            self._draw(groups, props, view)
            if self._canvas is not self._picture:
                self._gl.copy_framebuffer(self._picture, self._canvas)
            self._picture.read_into(self._bytes, components=4)
        rgba = np.frombuffer(self._bytes, np.uint8).reshape(self.height, self.width, 4)
        return np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB), np.uint8)

    def labels(self, pose: CameraPose, users: Sequence[RoadUserState]) -> list[Label]:
        """A box for each road user of which the picture shows at least a pixel. Raises as `render` does."""
        groups = gather(users)
        clip = clip_matrix(pose, self.width, self.height, NEAR_M, FAR_M)
        with self._gl:
            return self._labeller.labels(pose, clip, users, groups)

    def _cast_shadows(self, props: list[Prop], view: View) -> None:
        for program in (self._programs.static_depth, self._programs.model_depth):
            put(program, "clip", view.sun.clip)
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        self._gl.enable_only(moderngl.DEPTH_TEST)
        self._gl.polygon_offset = (SLOPE_BIAS, UNIT_BIAS)
        for name, array in self._casters.items():
            tiles = self._layers[name].tiles
            self._layers[name].draw(array, view.sun.lights(tiles.centre, tiles.radius))
        for prop in props:
            prop.cast()
        self._gl.polygon_offset = (0.0, 0.0)

    def _draw(self, groups: list[Group], props: list[Prop], view: View) -> None:
        self._shadow_map.use(SHADOW_UNIT)
        self._canvas.use()
        self._canvas.clear(depth=1.0)  # ground and sky cover all of it
        self._gl.front_face = "cw"
        self._gl.enable_only(moderngl.NOTHING)
        if view.horizon:
            self._sky.render(moderngl.TRIANGLE_STRIP)
        self._draw_layers(GROUND, view)
        self._draw_contacts(groups, view)
        self._gl.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._patterns["leaves"].use(PATTERN_UNIT)
        for prop in props:
            prop.draw()
        self._draw_layers(UPRIGHT, view)

    def _draw_layers(self, finishes: dict[str, Finish], view: View) -> None:
        for name, finish in finishes.items():
            tiles = self._layers[name].tiles
            self._patterns[finish.pattern].use(PATTERN_UNIT)
            if finish.blended:
                self._gl.enable(moderngl.BLEND)
                self._gl.blend_func = (moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA)
            self._layers[name].draw(self._surfaces[name], ~outside(view.clip, tiles.centre, tiles.radius))
            if finish.blended:
                self._gl.disable(moderngl.BLEND)

    def _draw_contacts(self, groups: list[Group], view: View) -> None:
        """Darkens the road under and close around each user, where little of the sky's light gets in."""
        rows = [footprints(g.only(~outside(view.clip, g.centre, g.radius))) for g in groups]
        count = sum(map(len, rows))
        if count:
            self._footprints.write(np.concatenate(rows))
            self._gl.enable(moderngl.BLEND)
            self._gl.blend_func = (moderngl.DST_COLOR, moderngl.ZERO)
            self._contacts.render(moderngl.TRIANGLE_STRIP, instances=count)
            self._gl.disable(moderngl.BLEND)
