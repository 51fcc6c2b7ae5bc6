"""People, two-wheelers and three-wheelers."""

from sim.camera.models.materials import Material
from sim.camera.models.mesh import Builder, Mesh, ring

BODY, GLASS, TRIM, METAL = Material.BODY, Material.GLASS, Material.TRIM, Material.METAL
SKIN, UPPER, LOWER = Material.SKIN, Material.UPPER, Material.LOWER


def pedestrian(detailed: bool = True) -> Mesh:
    """A person in mid-stride, 0.5 x 0.5 x 1.7 m."""
    b = Builder()
    sides = 7 if detailed else 3
    b.tube((0.18, 0.09, 0.04), (0.0, 0.09, 0.85), 0.085, LOWER, sides)
    b.tube((-0.18, -0.09, 0.04), (0.0, -0.09, 0.85), 0.085, LOWER, sides)
    b.box((0.1, 0.28), (0.04, 0.14), (0.0, 0.08), TRIM)
    b.box((-0.24, -0.06), (-0.14, -0.04), (0.0, 0.08), TRIM)
    _torso(b, 0.0, 0.80, 0.0, detailed)
    b.tube((0.0, 0.22, 1.38), (-0.16, 0.24, 0.85), 0.05, UPPER, sides)
    b.tube((0.0, -0.22, 1.38), (0.16, -0.24, 0.85), 0.05, UPPER, sides)
    _head(b, 0.02, 1.56, helmet=False, detailed=detailed)
    return b.mesh()


def _torso(b: Builder, x: float, z: float, lean: float, detailed: bool) -> None:
    steps = 2 if detailed else 0
    hips = ring(x + 0.13, x - 0.13, 0.17, 0.09, z, steps)
    chest = ring(x + lean * 0.7 + 0.14, x + lean * 0.7 - 0.13, 0.22, 0.1, z + 0.42, steps)
    neck = ring(x + lean + 0.07, x + lean - 0.07, 0.1, 0.05, z + 0.64, steps)
    b.loft(hips, chest, UPPER)
    b.loft(chest, neck, UPPER)
    b.cap(neck, UPPER)
    b.cap(hips, LOWER, flip=True)


def _head(b: Builder, x: float, z: float, helmet: bool, detailed: bool) -> None:
    sides, rings = (8, 5) if detailed else (4, 2)
    b.ball((x, 0, z), (0.105, 0.09, 0.13), SKIN, sides, rings)
    b.ball((x - 0.015, 0, z + 0.03), (0.125, 0.112, 0.125), Material.HELMET if helmet else TRIM, sides, rings)


def _rider(
    b: Builder,
    seat_x: float,
    seat_z: float,
    bar_x: float,
    bar_z: float,
    foot_x: float,
    foot_z: float,
    helmet: bool,
    detailed: bool,
) -> None:
    """Someone sitting astride, hands on the handlebar."""
    sides = 6 if detailed else 3
    lean = 0.16
    _torso(b, seat_x, seat_z, lean, detailed)
    shoulder_z = seat_z + 0.56
    for side in (1.0, -1.0):
        knee = (seat_x + 0.42, side * 0.17, seat_z - 0.06)
        b.tube((seat_x, side * 0.10, seat_z + 0.02), knee, 0.085, LOWER, sides)
        b.tube(knee, (foot_x, side * 0.14, foot_z), 0.065, LOWER, sides)
        b.box(
            (foot_x - 0.08, foot_x + 0.16),
            (side * 0.14 - 0.05, side * 0.14 + 0.05),
            (foot_z - 0.06, foot_z + 0.03),
            TRIM,
        )
        b.tube((seat_x + lean * 0.8, side * 0.23, shoulder_z), (bar_x, side * 0.26, bar_z), 0.05, UPPER, sides)
    _head(b, seat_x + lean + 0.04, seat_z + 0.78, helmet, detailed)


def motor(detailed: bool = True) -> Mesh:
    """A motor scooter with its rider, 1.9 x 0.72 x 1.65 m."""
    b = Builder()
    sides = 12 if detailed else 0
    b.wheel(0.66, 0, 0.27, 0.06, sides)
    b.wheel(-0.66, 0, 0.27, 0.06, sides)
    b.box((-0.9, -0.05), (-0.17, 0.17), (0.42, 0.76), BODY, top=TRIM)
    b.box((-0.1, 0.45), (-0.14, 0.14), (0.28, 0.36), TRIM)
    b.box((0.42, 0.56), (-0.2, 0.2), (0.34, 0.98), BODY)
    b.box((0.5, 0.86), (-0.08, 0.08), (0.5, 0.60), BODY)
    b.tube((0.66, 0, 0.3), (0.45, 0, 1.02), 0.04, METAL, 5)
    b.tube((0.42, -0.34, 1.03), (0.42, 0.34, 1.03), 0.025, TRIM, 5)
    b.box((0.55, 0.63), (-0.09, 0.09), (0.80, 0.93), Material.HEADLAMP)
    b.box((-0.95, -0.88), (-0.1, 0.1), (0.6, 0.7), Material.TAILLAMP)
    if detailed:
        b.box((-0.95, -0.6), (-0.19, 0.19), (0.78, 1.08), TRIM)
    _rider(b, -0.15, 0.78, 0.40, 1.05, 0.28, 0.42, True, detailed)
    return b.mesh()


def bicycle(detailed: bool = True) -> Mesh:
    """A bicycle with its rider, 1.7 x 0.6 x 1.7 m."""
    b = Builder()
    for x in (0.53, -0.53):
        b.wheel(x, 0, 0.33, 0.022, 14 if detailed else 0)
    for a, c in (
        ((-0.53, 0, 0.33), (-0.2, 0, 0.86)),
        ((-0.2, 0, 0.86), (-0.08, 0, 0.32)),
        ((-0.08, 0, 0.32), (0.40, 0, 0.84)),
        ((-0.2, 0, 0.8), (0.40, 0, 0.84)),
        ((0.53, 0, 0.33), (0.38, 0, 1.0)),
        ((-0.53, 0, 0.33), (-0.08, 0, 0.32)),
    ):
        b.tube(a, c, 0.024, BODY, 5 if detailed else 3)
    b.tube((0.36, -0.28, 1.02), (0.36, 0.28, 1.02), 0.018, TRIM, 5)
    b.box((-0.32, -0.06), (-0.08, 0.08), (0.86, 0.92), TRIM)
    if detailed:
        b.box((0.46, 0.72), (-0.16, 0.16), (0.72, 0.96), METAL)
    _rider(b, -0.20, 0.90, 0.34, 1.04, 0.02, 0.30, False, detailed)
    return b.mesh()


def tricycle(detailed: bool = True) -> Mesh:
    """An open cargo tricycle with its driver, 2.9 x 1.2 x 1.6 m."""
    b = Builder()
    _three_wheels(b, detailed)
    b.box((-1.45, 0.12), (-0.6, 0.6), (0.52, 0.60), BODY, top=Material.BED)
    for side in (1.0, -1.0):
        y = sorted((side * 0.57, side * 0.6))
        b.box((-1.45, 0.12), (y[0], y[1]), (0.60, 0.92), BODY)
    b.box((-1.45, -1.41), (-0.6, 0.6), (0.60, 0.92), BODY)
    b.box((0.08, 0.12), (-0.6, 0.6), (0.60, 1.0), BODY)
    b.box((-1.2, -0.3), (-0.45, 0.45), (0.60, 0.86), Material.LOAD)
    _rider(b, 0.32, 0.70, 0.86, 1.02, 0.80, 0.40, False, detailed)
    return b.mesh()


def awning_tricycle(detailed: bool = True) -> Mesh:
    """A passenger tricycle under a canopy with glazed front, 2.9 x 1.2 x 1.8 m."""
    b = Builder()
    _three_wheels(b, detailed)
    b.box((-1.4, 1.0), (-0.58, 0.58), (0.34, 0.42), TRIM)
    steps = 2 if detailed else 0
    low = ring(1.15, -1.42, 0.58, 0.2, 0.40, steps)
    belt = ring(1.10, -1.42, 0.6, 0.2, 0.95, steps)
    eave = ring(0.75, -1.36, 0.57, 0.15, 1.62, steps)
    b.loft(low, belt, BODY)
    b.loft(belt, eave, GLASS)
    for x in (-1.37, -0.35, 0.55):
        for side in (1.0, -1.0):
            b.tube((x, side * 0.60, 0.95), (x - 0.02, side * 0.575, 1.62), 0.035, BODY, 4)
    roof_low = ring(0.95, -1.45, 0.6, 0.15, 1.62, steps)
    roof = ring(0.80, -1.35, 0.5, 0.2, 1.80, steps)
    b.loft(roof_low, roof, Material.TARP)
    b.cap(roof, Material.TARP)
    b.cap(roof_low, TRIM, flip=True)
    b.box((1.05, 1.14), (-0.12, 0.12), (0.70, 0.86), Material.HEADLAMP)
    return b.mesh()


def _three_wheels(b: Builder, detailed: bool) -> None:
    sides = 12 if detailed else 0
    b.wheel(1.15, 0, 0.27, 0.055, sides)
    for side in (1.0, -1.0):
        b.wheel(-0.85, side * 0.5, 0.27, 0.07, sides)
    b.box((0.95, 1.3), (-0.09, 0.09), (0.50, 0.60), BODY)
    b.tube((1.15, 0, 0.3), (0.9, 0, 1.0), 0.04, METAL, 5)
    b.tube((0.88, -0.36, 1.02), (0.88, 0.36, 1.02), 0.025, TRIM, 5)
    b.box((0.05, 0.5), (-0.18, 0.18), (0.36, 0.70), TRIM)
    b.box((-1.47, -1.43), (-0.55, -0.35), (0.62, 0.74), Material.TAILLAMP)
    b.box((-1.47, -1.43), (0.35, 0.55), (0.62, 0.74), Material.TAILLAMP)
