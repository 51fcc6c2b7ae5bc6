"""Lorries and buses."""

import itertools

from sim.camera.models.materials import Material
from sim.camera.models.mesh import Builder, Mesh, Points, ring

BODY, GLASS, TRIM, CARGO = Material.BODY, Material.GLASS, Material.TRIM, Material.CARGO
CEILING = Material.CEILING
WHEEL_M = 0.5


def _cab(b: Builder, front: float, length: float, half: float, height: float, detailed: bool) -> None:
    back = front - length
    steps = 3 if detailed else 0
    levels = [
        ring(front - 0.04, back, half - 0.04, 0.15, 0.42, steps),
        ring(front, back, half - 0.01, 0.2, 0.9, steps),
        ring(front, back, half - 0.01, 0.2, height * 0.52, steps),
        ring(front - 0.10, back, half - 0.03, 0.2, height * 0.80, steps),
        ring(front - 0.22, back + 0.03, half - 0.06, 0.2, height * 0.93, steps),
        ring(front - 0.55, back + 0.1, half - 0.2, 0.2, height, steps),
    ]
    for i, (low, high) in enumerate(itertools.pairwise(levels)):
        b.loft(low, high, _glazing(low) if i == 2 else (TRIM if i == 0 else BODY))
    b.cap(levels[-1], BODY)
    for side in (1.0, -1.0):
        y = sorted((side * half * 0.62, side * half * 0.92))
        b.box((front - 0.1, front + 0.015), (y[0], y[1]), (0.62, 0.84), Material.HEADLAMP, bottom=False)
        if detailed:
            y = sorted((side * half * 0.93, side * half * 1.0))
            b.box((front - 0.12, front + 0.01), (y[0], y[1]), (0.62, 0.84), Material.INDICATOR, bottom=False)
            y = sorted((side * (half + 0.02), side * (half + 0.2)))
            b.box((front - 0.25, front - 0.1), (y[0], y[1]), (height * 0.58, height * 0.82), TRIM)
    if detailed:
        b.box((front - 0.05, front + 0.012), (-half * 0.5, half * 0.5), (0.95, height * 0.48), TRIM)
        b.box((front - 0.05, front + 0.02), (-0.22, 0.22), (0.5, 0.62), Material.PLATE)


def _glazing(loop: Points) -> list[Material]:
    """Windscreen and door windows; the rear wall of the cab is paint."""
    back = loop[:, 0].min()
    n = len(loop)
    front = loop[:, 0].max()
    middle = (front + back) / 2 - 0.25
    return [GLASS if (loop[i, 0] + loop[(i + 1) % n, 0]) / 2 > middle - 0.35 else BODY for i in range(n)]


def _chassis(b: Builder, front: float, back: float, half: float, axles: tuple[float, ...], detailed: bool) -> None:
    b.box((back + 0.1, front - 0.3), (-half * 0.42, half * 0.42), (0.6, 0.95), TRIM)
    for side in (1.0, -1.0):
        for x in axles:
            b.wheel(x, side * (half - 0.17), WHEEL_M, 0.15, 12 if detailed else 0)
        y = sorted((side * half * 0.6, side * half * 0.94))
        b.box((back - 0.01, back + 0.1), (y[0], y[1]), (0.75, 0.95), Material.TAILLAMP)
        if detailed:
            y = sorted((side * half * 0.5, side * half * 0.6))
            b.box((back - 0.01, back + 0.1), (y[0], y[1]), (0.75, 0.95), Material.INDICATOR)
            y = sorted((side * (half - 0.08), side * (half - 0.04)))
            b.box((min(axles) + 0.7, max(axles) - 0.7), (y[0], y[1]), (0.5, 0.85), Material.METAL)
    b.box((back - 0.02, back + 0.05), (-half * 0.95, half * 0.95), (0.55, 0.68), TRIM)


def box_truck(detailed: bool = True) -> Mesh:
    """A rigid lorry with a closed box."""
    length, half, height = 9.0, 1.25, 3.6
    b = Builder()
    front, back, cab = length / 2, -length / 2, 2.0
    _chassis(b, front, back, half, (front - 1.25, back + 2.3), detailed)
    _cab(b, front, cab, half - 0.06, 2.75, detailed)
    box_front = front - cab - 0.12
    b.box((back, box_front), (-half, half), (1.0, height), CARGO, top=Material.ROOF_UNIT)
    if detailed:
        _ribs(b, back, box_front, half, 1.0, height)
        b.box((box_front, box_front + 0.45), (-0.7, 0.7), (height - 0.95, height - 0.15), Material.ROOF_UNIT)
    return b.mesh()


def _ribs(b: Builder, back: float, front: float, half: float, low: float, high: float) -> None:
    """Edges of a box body: rails around it and the seam of its rear doors."""
    for side in (1.0, -1.0):
        y = sorted((side * (half - 0.02), side * (half + 0.015)))
        b.box((back, front), (y[0], y[1]), (low, low + 0.12), Material.METAL)
        b.box((back, front), (y[0], y[1]), (high - 0.1, high + 0.015), Material.METAL)
    b.box((back - 0.015, back), (-0.03, 0.03), (low, high), TRIM)


def flatbed_truck(detailed: bool = True) -> Mesh:
    """A stake-bed lorry with goods under a tarpaulin."""
    length, half, height = 9.0, 1.25, 3.2
    b = Builder()
    front, back, cab = length / 2, -length / 2, 2.0
    _chassis(b, front, back, half, (front - 1.25, back + 2.3), detailed)
    _cab(b, front, cab, half - 0.06, 2.75, detailed)
    bed_front = front - cab - 0.15
    b.box((back, bed_front), (-half, half), (1.0, 1.15), Material.METAL, top=Material.BED)
    _walls(b, back, bed_front, half, 1.15, 1.75, BODY)
    steps = 2 if detailed else 0
    low = ring(bed_front - 0.25, back + 0.9, half - 0.12, 0.1, 1.15, steps)
    mid = ring(bed_front - 0.30, back + 1.0, half - 0.16, 0.2, height - 0.45, steps)
    top = ring(bed_front - 0.9, back + 1.7, half - 0.45, 0.3, height, steps)
    b.loft(low, mid, Material.TARP)
    b.loft(mid, top, Material.TARP)
    b.cap(top, Material.TARP)
    return b.mesh()


def dump_truck(detailed: bool = True) -> Mesh:
    """A three-axle tipper heaped with earth."""
    length, half, height = 8.6, 1.25, 3.2
    b = Builder()
    front, back, cab = length / 2, -length / 2, 1.95
    _chassis(b, front, back, half, (front - 1.3, back + 2.6, back + 1.25), detailed)
    _cab(b, front, cab, half - 0.06, 2.9, detailed)
    bed_front = front - cab - 0.2
    b.box((back, bed_front), (-half, half), (1.05, 1.2), BODY, top=Material.BED)
    _walls(b, back, bed_front, half, 1.2, 2.7, BODY)
    b.box((bed_front - 0.1, bed_front + 0.5), (-half, half), (2.7, 2.8), BODY)
    low = ring(bed_front - 0.15, back + 0.15, half - 0.1, 0.05, 2.25, 2)
    mid = ring(bed_front - 1.0, back + 1.0, half - 0.45, 0.3, 2.8, 2)
    b.loft(low, mid, Material.LOAD)
    top = ring(bed_front - 2.2, back + 2.2, 0.2, 0.1, height, 2)
    b.loft(mid, top, Material.LOAD)
    b.cap(top, Material.LOAD)
    if detailed:
        for side in (1.0, -1.0):
            for k in range(5):
                x = back + 0.4 + k * (bed_front - back - 0.8) / 4
                y = sorted((side * half, side * (half + 0.05)))
                b.box((x - 0.05, x + 0.05), (y[0], y[1]), (1.2, 2.7), BODY)
    return b.mesh()


def _walls(b: Builder, back: float, front: float, half: float, low: float, high: float, material: Material) -> None:
    """Four sides of an open bed."""
    t = 0.06
    b.box((back, front), (half - t, half), (low, high), material)
    b.box((back, front), (-half, t - half), (low, high), material)
    b.box((back, back + t), (-half, half), (low, high), material)
    b.box((front - t, front), (-half, half), (low, high + 0.3), material)


def semi(detailed: bool = True) -> Mesh:
    """A tractor unit with a three-axle box trailer."""
    length, half, height = 16.5, 1.275, 3.95
    b = Builder()
    front, back, cab = length / 2, -length / 2, 2.3
    _chassis(b, front, back, half, (front - 1.4, front - 4.6, back + 4.2, back + 2.9, back + 1.6), detailed)
    _cab(b, front, cab, half - 0.03, 3.3, detailed)
    b.box((front - cab, front - cab + 0.9), (-half * 0.8, half * 0.8), (3.2, 3.8), BODY)
    box_front = front - cab - 0.55
    b.box((back, box_front), (-half, half), (1.15, height), CARGO, top=Material.ROOF_UNIT)
    if detailed:
        _ribs(b, back, box_front, half, 1.15, height)
    return b.mesh()


def bus(detailed: bool = True) -> Mesh:
    """A twelve-metre bus."""
    length, half, height = 12.0, 1.275, 3.3
    b = Builder()
    front, back = length / 2, -length / 2
    steps = 3 if detailed else 0
    levels = [
        ring(front - 0.05, back + 0.05, half - 0.02, 0.2, 0.32, steps),
        ring(front, back, half, 0.25, 0.6, steps),
        ring(front, back, half, 0.25, 1.35, steps),
        ring(front - 0.08, back + 0.04, half - 0.02, 0.25, 2.55, steps),
        ring(front - 0.12, back + 0.06, half - 0.03, 0.25, height - 0.28, steps),
        ring(front - 0.25, back + 0.15, half - 0.12, 0.3, height - 0.22, steps),
        ring(front - 0.4, back + 0.3, half - 0.4, 0.3, height - 0.18, steps),
    ]
    for i, (low, high) in enumerate(itertools.pairwise(levels)):
        b.loft(low, high, (TRIM, BODY, GLASS, BODY, BODY, CEILING)[i])
    b.cap(levels[-1], CEILING)
    b.box((-3.0, 0.2), (-0.8, 0.8), (height - 0.2, height), Material.ROOF_UNIT, bottom=False)
    b.box((2.4, 3.3), (-0.45, 0.45), (height - 0.2, height - 0.08), Material.ROOF_UNIT, bottom=False)
    for side in (1.0, -1.0):
        for x in (front - 2.7, back + 3.3):
            b.wheel(x, side * (half - 0.15), WHEEL_M, 0.15, 12 if detailed else 0)
        y = sorted((side * half * 0.6, side * half * 0.9))
        b.box((front - 0.2, front + 0.01), (y[0], y[1]), (0.65, 0.85), Material.HEADLAMP)
        b.box((back - 0.01, back + 0.2), (y[0], y[1]), (0.9, 1.2), Material.TAILLAMP)
        if detailed:
            b.box((back - 0.012, back + 0.2), (y[0], y[1]), (0.75, 0.88), Material.INDICATOR)
            face = sorted((side * (half - 0.03), side * (half + 0.006)))
            for k in range(1, 7):
                x = front - 1.1 - k * 1.5
                b.box((x - 0.05, x + 0.05), (face[0], face[1]), (1.35, 2.55), BODY)
            b.box((back + 0.3, front - 0.4), (face[0], face[1]), (0.62, 0.80), Material.LIVERY)
            mirror = sorted((side * half, side * (half + 0.22)))
            b.box((front - 0.02, front + 0.2), (mirror[0], mirror[1]), (2.0, 2.5), TRIM)
    b.box((back - 0.01, back + 0.1), (-half * 0.8, half * 0.8), (1.45, 1.55), TRIM)
    return b.mesh()
