"""What a road user looks like, by its kind and its id."""

from zlib import crc32

CLASS_OF_KIND = {
    "sedan": "car",
    "hatch": "car",
    "suv": "car",
    "police": "car",
    "van": "van",
    "truck": "truck",
    "semi": "truck",
    "bus": "bus",
    "motor": "motor",
    "bicycle": "bicycle",
    "tricycle": "tricycle",
    "awning-tricycle": "awning-tricycle",
    "pedestrian": "pedestrian",
}
"""Kind (a shape the camera draws) -> VisDrone class."""

Colour = tuple[float, float, float]

WHITE, SILVER, BLACK = (0.82, 0.82, 0.83), (0.52, 0.54, 0.56), (0.02, 0.02, 0.022)
GREY, RED, BLUE = (0.12, 0.13, 0.14), (0.32, 0.02, 0.02), (0.02, 0.06, 0.26)
CHAMPAGNE, GREEN, ORANGE = (0.55, 0.50, 0.38), (0.03, 0.14, 0.07), (0.55, 0.16, 0.02)

_CARS = (WHITE, WHITE, WHITE, WHITE, SILVER, SILVER, BLACK, BLACK, BLACK, GREY, GREY, RED, BLUE, CHAMPAGNE, GREEN)
_HEAVY = (WHITE, RED, BLUE, BLUE, GREEN, ORANGE)
_PALETTE: dict[str, tuple[Colour, ...]] = {
    "police": (WHITE,),
    "van": (WHITE, WHITE, WHITE, SILVER, GREY, BLUE),
    "truck": _HEAVY,
    "semi": _HEAVY,
    "bus": (WHITE, BLUE, GREEN, ORANGE),
    "motor": (BLACK, RED, WHITE, BLUE, GREY),
    "bicycle": (BLACK, BLUE, RED, SILVER),
    "tricycle": (BLUE, GREEN, RED),
    "awning-tricycle": (BLUE, RED, GREEN),
    "pedestrian": (BLACK, BLUE, RED, GREY, WHITE, CHAMPAGNE, GREEN),
}


def colour_of(id_: str, kind: str) -> Colour:
    """Body colour (linear RGB 0..1): the same id always gets the same one."""
    palette = _PALETTE.get(kind, _CARS)
    return palette[crc32(id_.encode()) % len(palette)]
