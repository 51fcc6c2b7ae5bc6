"""Road users a few pixels long: blocks with the right proportions and colours."""

from sim.camera.models.materials import Material
from sim.camera.models.mesh import Builder, Mesh

M = Material
Block = tuple[float, float, float, float, float, Material, Material]
"""From and to along the length (0 at the nose), width, from and to in height (all as fractions), sides, top."""

CAR: tuple[Block, ...] = ((0.0, 1.0, 1.0, 0.12, 0.63, M.BODY, M.BODY), (0.22, 0.88, 0.84, 0.63, 1.0, M.GLASS, M.BODY))
VAN: tuple[Block, ...] = ((0.0, 1.0, 1.0, 0.10, 0.50, M.BODY, M.BODY), (0.10, 0.98, 0.92, 0.50, 1.0, M.GLASS, M.BODY))
PANEL_VAN: tuple[Block, ...] = (
    (0.0, 1.0, 1.0, 0.10, 0.50, M.BODY, M.BODY),
    (0.12, 0.36, 0.90, 0.50, 0.97, M.GLASS, M.BODY),
    (0.36, 0.98, 0.94, 0.50, 1.0, M.BODY, M.BODY),
)
POLICE: tuple[Block, ...] = (*CAR, (0.47, 0.53, 0.7, 1.0, 1.07, M.BEACON_BLUE, M.BEACON_BLUE))
BUS: tuple[Block, ...] = (
    (0.0, 1.0, 1.0, 0.12, 0.42, M.BODY, M.BODY),
    (0.0, 1.0, 0.99, 0.42, 0.78, M.GLASS, M.GLASS),
    (0.01, 0.99, 0.97, 0.78, 0.95, M.BODY, M.CEILING),
)


def lorry(cab: float, cab_height: float, load: Material, load_top: Material) -> tuple[Block, ...]:
    """A cab and a load; `cab` is its share of the length."""
    return (
        (0.0, cab, 0.95, 0.15, cab_height, M.BODY, M.BODY),
        (cab + 0.02, 1.0, 1.0, 0.28, 1.0, load, load_top),
        (0.1, 0.97, 0.8, 0.05, 0.28, M.TRIM, M.TRIM),
    )


TWO_WHEELER: tuple[Block, ...] = (
    (0.0, 1.0, 0.35, 0.02, 0.48, M.BODY, M.TRIM),
    (0.36, 0.66, 0.7, 0.48, 0.85, M.UPPER, M.UPPER),
    (0.38, 0.56, 0.3, 0.85, 1.0, M.HELMET, M.HELMET),
)
TRICYCLE: tuple[Block, ...] = (
    (0.45, 1.0, 1.0, 0.30, 0.60, M.BODY, M.LOAD),
    (0.0, 0.45, 0.3, 0.05, 0.50, M.BODY, M.BODY),
    (0.28, 0.45, 0.4, 0.45, 1.0, M.UPPER, M.TRIM),
)
AWNING_TRICYCLE: tuple[Block, ...] = (
    (0.1, 1.0, 1.0, 0.20, 0.52, M.BODY, M.BODY),
    (0.2, 0.98, 0.95, 0.52, 0.9, M.GLASS, M.GLASS),
    (0.15, 1.0, 1.0, 0.9, 1.0, M.TARP, M.TARP),
)
PEDESTRIAN: tuple[Block, ...] = (
    (0.30, 0.70, 0.5, 0.0, 0.48, M.LOWER, M.LOWER),
    (0.25, 0.75, 0.85, 0.48, 0.84, M.UPPER, M.UPPER),
    (0.36, 0.64, 0.3, 0.84, 1.0, M.TRIM, M.TRIM),
)


def blocks(parts: tuple[Block, ...], length_m: float, width_m: float, height_m: float) -> Mesh:
    """A model of upright blocks, centred, standing on the ground."""
    b = Builder()
    for start, end, width, low, high, sides, top in parts:
        x = (length_m * (0.5 - end), length_m * (0.5 - start))
        half = width * width_m / 2
        b.box(x, (-half, half), (low * height_m, high * height_m), sides, top=top, bottom=False)
    return b.mesh()
