"""Guard rails and medians: what runs along the road."""

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.camera.scene import lines
from sim.camera.scene.geometry import Rgb, Surface
from sim.camera.scene.lines import Line
from sim.camera.scene.roads import Roads

STEEL: Rgb = (0.42, 0.44, 0.45)
CONCRETE: Rgb = (0.45, 0.44, 0.42)
HEDGE: Rgb = (0.045, 0.095, 0.028)
GRASS: Rgb = (0.12, 0.16, 0.055)
POST: Rgb = (0.30, 0.31, 0.32)
RAIL_OFFSET_M = 0.75
POST_STEP_M = 4.0


def pieces_off_road(line: Line, roads: Roads, clear_m: float) -> list[Line]:
    """The parts of a line that keep a distance from all paved ground."""
    if lines.length(line) < 1.0:
        return []
    fine = lines.dense(line, 4.0)
    ok = roads.distance(fine) >= clear_m
    starts = np.flatnonzero(np.diff(np.r_[False, ok, False].astype(int)) == 1)
    ends = np.flatnonzero(np.diff(np.r_[False, ok, False].astype(int)) == -1)
    return [fine[a:b] for a, b in zip(starts, ends, strict=True) if b - a >= 2]


def guard_rails(roads: Roads, solid: Surface) -> None:
    """Steel W-beam rails with a post every four metres, right of every fast road."""
    for edge in roads.open_edges:
        if not edge.fast:
            continue
        for piece in pieces_off_road(lines.offset(edge.right_border, -RAIL_OFFSET_M), roads, RAIL_OFFSET_M - 0.15):
            rail(solid, piece)


def rail(solid: Surface, line: Line) -> None:
    """A steel rail along a line."""
    band = lines.dense(line[np.unique(np.r_[0 : len(line) : 4, len(line) - 1])], 20.0)
    for side in (band, band[::-1]):
        solid.wall(side, -0.05, 0.43, 0.75, STEEL)
    solid.strip(band, -0.05, 0.05, STEEL, z_m=0.75)
    at, heading = lines.spaced(line, POST_STEP_M)
    solid.boxes(np.c_[at, np.zeros(len(at))], np.tile([0.05, 0.07, 0.70], (len(at), 1)), heading, POST, top=False)


def medians(roads: Roads, solid: Surface, soft: Surface) -> None:
    """Between opposite carriageways: a kerbed bed with a hedge, and rails where the road is fast."""
    for line, gap, fast in median_lines(roads):
        half = gap / 2 - 0.5
        if half < 0.3:
            _concrete_wall(solid, line)
            continue
        bed = min(half, 4.0)
        soft.strip(line, -bed, bed, GRASS, z_m=0.10)
        for side in (line, line[::-1]):
            solid.wall(side, -bed, 0.0, 0.13, CONCRETE)
            solid.strip(side, -bed - 0.001, -bed + 0.18, CONCRETE, z_m=0.13)
        _hedge(soft, line, min(0.6, bed * 0.55))
        if fast and half > 1.0:
            for side in (line, line[::-1]):
                rail(solid, lines.offset(side, -bed + 0.5))


def _concrete_wall(solid: Surface, line: Line) -> None:
    for side in (line, line[::-1]):
        solid.wall(side, -0.22, 0.0, 0.3, CONCRETE)
        solid.wall(side, -0.12, 0.3, 0.85, CONCRETE)
    solid.strip(line, -0.22, 0.22, CONCRETE, z_m=0.3)
    solid.strip(line, -0.12, 0.12, CONCRETE, z_m=0.85)


def _hedge(soft: Surface, line: Line, half: float) -> None:
    """A clipped row of shrubs, uneven like real ones."""
    rng = np.random.default_rng(int(abs(line[0, 0]) * 7 + abs(line[0, 1])))
    points = lines.dense(line, 2.5)
    n = lines.normals(points)
    width = half * rng.uniform(0.75, 1.15, len(points))
    top = rng.uniform(1.0, 1.45, len(points))
    shade = rng.uniform(0.8, 1.25, len(points) - 1)
    foot_r, foot_l = (
        np.c_[points - n * width[:, None], np.full(len(points), 0.1)],
        np.c_[points + n * width[:, None], np.full(len(points), 0.1)],
    )
    top_r, top_l = np.c_[points - n * width[:, None] * 0.7, top], np.c_[points + n * width[:, None] * 0.7, top]
    colour = np.array(HEDGE) * shade[:, None]
    for a, b in ((foot_r, top_r), (top_r, top_l), (top_l, foot_l)):
        corners = np.stack([a[:-1], a[1:], b[1:], b[:-1]], axis=1)
        soft.quads(corners, corners[:, :, :2] * 1.0, colour)


def median_lines(roads: Roads, widest_m: float = 22.0) -> list[tuple[Line, float, bool]]:
    """Centre line, gap and speed class of the ground between opposite carriageways, each stretch once."""
    borders = {edge.id: edge.left_border for edge in roads.open_edges if edge.lanes[-1].lane_type != "sidewalk"}
    tree = shapely.STRtree([shapely.LineString(b) for b in borders.values()])
    names = list(borders)
    by_id = {edge.id: edge for edge in roads.open_edges}
    out = []
    for name, border in borders.items():
        if lines.length(border) < 1.0:
            continue
        fine = lines.dense(border, 10.0)
        centre, gap = _middle(fine, name, borders, tree, names, widest_m)
        ok = ~np.isnan(gap)
        runs = np.flatnonzero(np.diff(np.r_[False, ok, False].astype(int)))
        for a, b in zip(runs[::2], runs[1::2], strict=True):
            if b - a >= 3:
                for piece in pieces_off_road(centre[a:b], roads, min(0.4, float(np.min(gap[a:b])) / 2 - 0.1)):
                    out.append((piece, float(np.min(gap[a:b])), by_id[name].fast))
    return out


def _middle(
    fine: Line, name: str, borders: dict[str, Line], tree: shapely.STRtree, names: list[str], widest_m: float
) -> tuple[Line, NDArray[np.float64]]:
    """Points half way to the opposite border and the gap there; NaN where there is none, or the other draws it."""
    n = lines.normals(fine)
    centre, gap = np.full_like(fine, np.nan), np.full(len(fine), np.nan)
    for i, (p, left) in enumerate(zip(fine, n, strict=True)):
        ray = shapely.LineString([p + left * 0.05, p + left * widest_m])
        best = None
        for j in tree.query(ray, predicate="intersects"):
            other = names[j]
            if other == name:
                continue
            hit = ray.intersection(tree.geometries[j])
            d = float(shapely.distance(shapely.Point(p), hit))
            if best is None or d < best[0]:
                best = (d, other)
        if best is None or best[1] < name or best[0] < 0.5:
            continue
        other_line = borders[best[1]]
        q = p + left * best[0]
        k = int(np.argmin(((other_line - q) ** 2).sum(axis=1)))
        direction = other_line[min(k + 1, len(other_line) - 1)] - other_line[max(k - 1, 0)]
        if direction[0] * left[1] - direction[1] * left[0] < 0:  # opposite traffic has this border on its own left too
            centre[i], gap[i] = (p + q) / 2, best[0]
    return centre, gap
