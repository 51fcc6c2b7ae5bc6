"""All shader programs of the picture, and the light they share."""

from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.camera import patterns
from sim.camera.gl import put
from sim.camera.look import Look
from sim.camera.models.materials import BOXES, CLOTHES, PALETTE, Material
from sim.camera.pose import CameraPose
from sim.camera.shaders import models, static

SHADOW_UNIT, PATTERN_UNIT = 0, 1
FILM_GAIN = 1.12


@dataclass(frozen=True)
class Finish:
    """How a static layer is shaded: its fragment shader, its texture, and what scales its uv to the texture."""

    fragment: str
    pattern: str
    scale: tuple[float, float, float, float] = (1.0, 1.0, 0.0, 0.0)
    brightness: float = 1.0
    """Undoes the texture's encoding."""
    plants: bool = False
    """Takes the look's ground tint."""
    vertex: str = static.STATIC_VERTEX
    blended: bool = False
    """Laid over what is below by its alpha."""


GROUND = {
    "land": Finish(static.LEVEL, "land", (1 / patterns.LAND_M, 1 / patterns.LAND_M, 0.0, 0.0), 0.5, plants=True),
    "aprons": Finish(static.LEVEL, "apron", (1 / patterns.APRON_M, 1 / patterns.APRON_M, 0.0, 0.0), 2.0),
    "lanes": Finish(static.LEVEL, "road", (1 / patterns.ROAD_M[0], 1 / patterns.ROAD_M[1], 0.0, 0.5), 2.0),
    "paint": Finish(static.PAINT, "paint", vertex=static.PAINT_VERTEX, blended=True),
}
"""Layers at z = 0, bottom first: nothing is below them, so they are painted over each other without a depth test (which
costs a software rasteriser as much as shading, and lets close layers flicker)."""
UPRIGHT = {
    "solid": Finish(static.SOLID, "apron"),
    "soft": Finish(static.SOFT, "leaves"),
    "walls": Finish(static.WALL, "apron"),
}
FINISHES = GROUND | UPRIGHT


class Programs:
    """Compiled once for a context."""

    def __init__(self, gl: moderngl.Context) -> None:
        self.surfaces = {name: gl.program(f.vertex, f.fragment) for name, f in FINISHES.items()}
        self.user = gl.program(models.USER_VERTEX, models.USER)
        self.tree = gl.program(models.TREE_VERTEX, models.TREE)
        self.sky = gl.program(static.SKY_VERTEX, static.SKY)
        self.contact = gl.program(models.CONTACT_VERTEX, models.CONTACT)
        self.static_depth = gl.program(models.STATIC_DEPTH, models.NOTHING)
        self.model_depth = gl.program(models.MODEL_DEPTH, models.NOTHING)
        self._lit = (*self.surfaces.values(), self.user, self.tree)
        for program in self._lit:
            put(program, "shadow_map", SHADOW_UNIT)
            put(program, "pattern", PATTERN_UNIT)
        for name, finish in FINISHES.items():
            put(self.surfaces[name], "pattern_scale", finish.scale)
        put(self.user, "palette", [(*PALETTE[m][0], PALETTE[m][1]) for m in Material])
        put(self.user, "clothes", list(CLOTHES))
        put(self.user, "boxes", list(BOXES))

    def light(
        self,
        pose: CameraPose,
        look: Look,
        clip: NDArray[np.float64],
        to_shadow_map: NDArray[np.float64],
        size: tuple[int, int],
    ) -> None:
        """Sets camera, sun and air for one frame. `size` is (width, height) in pixels."""
        values = {
            "eye": tuple(map(float, pose.position_enu_m)), "to_sun": look.to_sun, "sun_light": look.sun_light,
            "sky_light": look.sky_light, "haze_light": look.haze_light, "haze": look.haze_per_m,
            "gain": tuple(FILM_GAIN * look.exposure * c for c in look.white_balance), "ground_tint": look.ground_tint,
        }  # fmt: skip
        for program in (*self._lit, self.sky):
            for name, value in values.items():
                put(program, name, value)
        for name, finish in FINISHES.items():
            tint = look.ground_tint if finish.plants else (1.0, 1.0, 1.0)
            put(self.surfaces[name], "brightness", tuple(finish.brightness * c for c in tint))
        put(self.surfaces["paint"], "picture_size", tuple(map(float, size)))
        for program in self._lit:
            put(program, "clip", clip)
            put(program, "sun_clip", to_shadow_map)
        put(self.contact, "clip", clip)
        put(self.contact, "strength", 0.55 + 0.2 * look.overcast)
        for name, ray in zip(("ray_x", "ray_y", "ray_z"), _rays(pose, size), strict=True):
            put(self.sky, name, ray)


def _rays(pose: CameraPose, size: tuple[int, int]) -> tuple[tuple[float, ...], ...]:
    """World directions of clip x, clip y and the optical axis: a pixel's ray is their sum weighted by (x, y, 1)."""
    right, down, forward = pose.rotation
    half = np.array(size) / 2 / pose.focal_px
    return tuple(right * half[0]), tuple(down * half[1]), tuple(forward)
