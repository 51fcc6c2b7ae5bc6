"""What a face is made of; the vertex shader looks colour and gloss up by this number."""

from enum import IntEnum

Rgb = tuple[float, float, float]


class Material(IntEnum):
    """Index into the shader's palette."""

    BODY = 0  # the user's own colour
    GLASS = 1
    TYRE = 2
    HEADLAMP = 3
    TAILLAMP = 4  # glows when braking
    TRIM = 5
    CARGO = 6  # container or box walls: mostly white or grey, sometimes a colour
    SKIN = 7
    UPPER = 8  # upper clothes
    LOWER = 9  # trousers
    METAL = 10
    INDICATOR = 11  # glows with the hazard lights
    BEACON_RED = 12
    BEACON_BLUE = 13
    LIVERY = 14
    TARP = 15
    LOAD = 16
    PLATE = 17
    ARCH = 18
    HELMET = 19
    ROOF_UNIT = 20
    BED = 21
    CEILING = 22  # a bus's roof: light whatever the livery


PALETTE: dict[Material, tuple[Rgb, float]] = {
    Material.BODY: ((0.5, 0.5, 0.5), 0.55),
    Material.GLASS: ((0.025, 0.032, 0.038), 1.0),
    Material.TYRE: ((0.025, 0.025, 0.027), 0.05),
    Material.HEADLAMP: ((0.72, 0.74, 0.74), 0.8),
    Material.TAILLAMP: ((0.30, 0.015, 0.012), 0.5),
    Material.TRIM: ((0.05, 0.05, 0.053), 0.15),
    Material.CARGO: ((0.66, 0.67, 0.67), 0.12),
    Material.SKIN: ((0.50, 0.30, 0.20), 0.05),
    Material.UPPER: ((0.3, 0.3, 0.3), 0.0),
    Material.LOWER: ((0.05, 0.06, 0.09), 0.0),
    Material.METAL: ((0.36, 0.37, 0.38), 0.4),
    Material.INDICATOR: ((0.55, 0.22, 0.02), 0.4),
    Material.BEACON_RED: ((0.75, 0.02, 0.02), 0.6),
    Material.BEACON_BLUE: ((0.02, 0.05, 0.75), 0.6),
    Material.LIVERY: ((0.015, 0.045, 0.26), 0.45),
    Material.TARP: ((0.05, 0.12, 0.16), 0.05),
    Material.LOAD: ((0.26, 0.21, 0.15), 0.0),
    Material.PLATE: ((0.02, 0.08, 0.42), 0.2),
    Material.ARCH: ((0.012, 0.012, 0.013), 0.0),
    Material.HELMET: ((0.55, 0.55, 0.12), 0.4),
    Material.ROOF_UNIT: ((0.55, 0.56, 0.56), 0.1),
    Material.BED: ((0.10, 0.10, 0.105), 0.05),
    Material.CEILING: ((0.62, 0.62, 0.61), 0.3),
}
"""Linear RGB albedo and gloss (0..1)."""

CLOTHES: tuple[Rgb, ...] = (
    (0.55, 0.55, 0.54),
    (0.03, 0.03, 0.035),
    (0.32, 0.03, 0.03),
    (0.03, 0.07, 0.26),
    (0.42, 0.30, 0.05),
    (0.09, 0.17, 0.09),
    (0.20, 0.21, 0.23),
    (0.40, 0.16, 0.20),
)
BOXES: tuple[Rgb, ...] = (
    (0.66, 0.67, 0.67),
    (0.62, 0.62, 0.60),
    (0.60, 0.62, 0.64),
    (0.10, 0.20, 0.40),
    (0.42, 0.08, 0.06),
    (0.66, 0.66, 0.65),
    (0.48, 0.49, 0.50),
    (0.12, 0.28, 0.20),
)
"""Linear RGB of clothes and of lorries' box bodies; a road user's seed picks one."""
