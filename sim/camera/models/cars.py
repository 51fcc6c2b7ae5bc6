"""Cars from a side profile: sedan, hatch, suv, van and the police's sedan.

A body is a row of cross-sections from nose to tail. Between two of them the roof strip is paint on bonnet, roof and
boot, and glass where the roof line climbs or falls; the side strip above the belt is glass, or paint at a pillar.
"""

import numpy as np

from sim.camera.models.materials import Material
from sim.camera.models.mesh import Builder, Mesh, Points
from sim.camera.models.profiles import SEDAN, Profile, Station

BODY, GLASS, TRIM = Material.BODY, Material.GLASS, Material.TRIM


ALL_CORNERS = list(range(12))
FEW_CORNERS = [1, 3, 4, 7, 8, 10]

PANEL_VAN_SIDES = (0.37, 0.60)  # a delivery van has no windows behind the first pillar


def _section(p: Profile, s: Station) -> Points:
    """(12, 3) one closed cross-section, counter-clockwise seen from the front."""
    x = p.length_m * (0.5 - s.at)
    half = p.width_m / 2
    belt, wide = s.belt * p.height_m, s.belt_width * half
    roof = max(s.roof * p.height_m, belt + 0.004)
    top = (s.roof_width or s.belt_width * 0.86) * half
    low = p.clearance * p.height_m
    right = [
        (wide * 0.90, low),
        (min(wide * 1.02, half), p.sill * p.height_m),
        (min(wide * 1.03, half), belt - 0.10 * p.height_m),
        (wide, belt),
        (top, roof - 0.02),
        (top * 0.86, roof),
    ]
    left = [(-y, z) for y, z in reversed(right)]
    return np.array([[x, y, z] for y, z in right + left])


def car(p: Profile, detailed: bool = True, panel_van: bool = False) -> Mesh:
    """A passenger car or van."""
    b = Builder()
    stations = p.stations if detailed else _coarse(p.stations)
    corners = ALL_CORNERS if detailed else FEW_CORNERS
    sections = [_section(p, s)[corners] for s in stations]
    for s, front, back in zip(stations, sections, sections[1:], strict=False):
        glazed = s.roof > s.belt + 0.02 or s.screen
        blind = s.pillar or (panel_van and s.at >= PANEL_VAN_SIDES[0])
        side = GLASS if glazed and not blind else BODY
        roof = GLASS if s.screen and not (panel_van and s.at > 0.5) else BODY
        strips = [TRIM, BODY, BODY, side, BODY, roof, BODY, side, BODY, BODY, TRIM, TRIM]
        b.loft(back, front, [strips[i] for i in corners] if detailed else [BODY, side, roof, side, BODY, TRIM])
    b.cap(sections[0], BODY)
    b.cap(sections[-1], BODY, flip=True)
    _lamps(b, p, detailed)
    half = p.width_m / 2
    for axle in p.axles:
        x = p.length_m * (0.5 - axle)
        for side_y in (1.0, -1.0):
            b.wheel(x, side_y * (half - 0.105), p.wheel_radius_m, 0.11, 10 if detailed else 0)
            if detailed:
                _arch(b, x, side_y * (half + 0.003), p.wheel_radius_m * 1.17, p.wheel_radius_m)
    if detailed:
        _trimmings(b, p)
    return b.mesh()


def _coarse(stations: tuple[Station, ...]) -> tuple[Station, ...]:
    """Ends, screens and the highest roof only."""
    keep = [s for i, s in enumerate(stations) if s.screen or i in (0, len(stations) - 1)]
    for i, s in enumerate(stations[:-1]):
        if s.screen:
            keep.append(stations[i + 1])
    return tuple(sorted(set(keep), key=lambda s: s.at))


def _lamps(b: Builder, p: Profile, detailed: bool) -> None:
    half, front, back = p.width_m / 2, p.length_m / 2, -p.length_m / 2
    z = p.height_m
    for side in (1.0, -1.0):
        y = sorted((side * half * 0.50, side * half * 0.88))
        b.box((front - 0.30, front - 0.035), (y[0], y[1]), (0.40 * z, 0.485 * z), Material.HEADLAMP, bottom=False)
        y = sorted((side * half * 0.55, side * half * 0.93))
        b.box((back + 0.012, back + 0.25), (y[0], y[1]), (0.50 * z, 0.60 * z), Material.TAILLAMP, bottom=False)
        for x in ((front - 0.28, front - 0.14), (back + 0.09, back + 0.2)) if detailed else ():
            y = sorted((side * half * 0.86, side * half * 0.945))
            b.box(x, (y[0], y[1]), (0.46 * z, 0.51 * z), Material.INDICATOR)


def _arch(b: Builder, x: float, y: float, radius: float, axle_z: float) -> None:
    """The dark opening around a wheel, laid on the flank."""
    angle = np.linspace(np.radians(-15), np.radians(195), 10)
    rim = np.stack([x + radius * np.cos(angle), np.full(10, y), axle_z + radius * np.sin(angle)], axis=1)
    b.cap(rim, Material.ARCH, flip=y > 0)


def _trimmings(b: Builder, p: Profile) -> None:
    half, front, back, z = p.width_m / 2, p.length_m / 2, -p.length_m / 2, p.height_m
    b.box((front - 0.2, front - 0.005), (-half * 0.44, half * 0.44), (0.27 * z, 0.41 * z), TRIM)
    b.box((front - 0.1, front + 0.004), (-0.22, 0.22), (0.24 * z, 0.30 * z), Material.PLATE)
    b.box((back - 0.004, back + 0.2), (-0.22, 0.22), (0.42 * z, 0.49 * z), Material.PLATE)
    screen = next(s for s in p.stations if s.screen)
    x = front - p.length_m * (screen.at + 0.045)
    for side in (1.0, -1.0):
        y = sorted((side * (half - 0.03), side * (half + 0.14)))
        b.box((x - 0.12, x), (y[0], y[1]), (screen.belt * z + 0.02, screen.belt * z + 0.14), BODY)


def police(detailed: bool = True) -> Mesh:
    """A white sedan with the blue band of the traffic police and a red and blue light bar."""
    base = car(SEDAN, detailed)
    b = Builder()
    half, z, length = SEDAN.width_m / 2, SEDAN.height_m, SEDAN.length_m
    for side in (1.0, -1.0):
        y = side * (half + 0.004)
        a, c = (-length * 0.42, y, 0.36 * z), (length * 0.33, y, 0.47 * z)
        ring = np.array([a, (c[0], y, a[2]), c, (a[0], y, c[2])])
        b.face(ring if side < 0 else ring[::-1], Material.LIVERY)
    bonnet = np.array([[1.30, 0.42, 0.935], [1.30, -0.42, 0.935], [1.60, -0.42, 0.898], [1.60, 0.42, 0.898]])
    b.face(bonnet, Material.LIVERY)
    b.box((-0.12, 0.12), (0.12, 0.62), (z, z + 0.11), Material.BEACON_RED)
    b.box((-0.12, 0.12), (-0.62, -0.12), (z, z + 0.11), Material.BEACON_BLUE)
    b.box((-0.1, 0.1), (-0.12, 0.12), (z, z + 0.09), Material.METAL)
    extra = b.mesh()
    return Mesh(
        np.vstack([base.vertices, extra.vertices]),
        np.concatenate([base.indices, extra.indices + np.uint32(len(base.vertices))]),
    )
