"""The whole static scene, ready to upload."""

from dataclasses import dataclass
from pathlib import Path

from sim.camera.scene import buildings, masts, paving, roads, roadside, surroundings
from sim.camera.scene.buildings import Block
from sim.camera.scene.geometry import Surface, Tiles
from sim.camera.scene.surroundings import Trees

TILE_M = 120.0
LAND_TILE_M = 500.0


@dataclass(frozen=True)
class StaticScene:
    """Tiled triangles by material class, and trees to instance."""

    paint: Tiles
    lanes: Tiles
    aprons: Tiles
    """Paved ground without wheel tracks."""
    solid: Tiles
    """Rails, kerbs, lamps, plant on roofs: one colour a face."""
    soft: Tiles
    """Hedges and planted beds."""
    walls: Tiles
    """Buildings."""
    land: Tiles
    trees: Trees
    blocks: tuple[Block, ...]

    @staticmethod
    def load(net_path: Path | str, seed: int = 1) -> "StaticScene":
        """Builds the scene around a SUMO network; the same seed gives the same trees and buildings.

        Raises FileNotFoundError when the network is missing, ValueError when it holds no lanes.
        """
        net = roads.load(net_path)
        paint, lanes, aprons, solid, soft, walls, land = (Surface() for _ in range(7))
        points, headings = surroundings.anchors(net)
        blocks = buildings.blocks(net, points, headings, seed)
        surroundings.land(net, land)
        surroundings.fields(net, land, seed)
        buildings.build(blocks, walls, solid, aprons, seed)
        paving.asphalt(net, lanes, aprons)
        paving.paint(net, paint)
        roadside.guard_rails(net, solid)
        roadside.medians(net, solid, soft)
        masts.lamps(net, solid)
        masts.gantries(net, solid)
        return StaticScene(
            paint.tiles(TILE_M),
            lanes.tiles(TILE_M),
            aprons.tiles(TILE_M),
            solid.tiles(TILE_M),
            soft.tiles(TILE_M),
            walls.tiles(TILE_M),
            land.tiles(LAND_TILE_M),
            surroundings.trees(net, blocks, seed),
            tuple(blocks),
        )
