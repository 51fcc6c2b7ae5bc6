"""Builds the network from its sources and the road map from the network: `python -m sim.world.build`."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import sumo
from numpy.typing import NDArray
from shapely.geometry import LineString

from sim.geo import Origin
from sim.world.roads import NET_FILE, NETWORK, Lane, load_lanes

ORIGIN = Origin(34.76, 113.70, 100.0)
ROAD_MAP = Path(__file__).parents[2] / "mission_plans" / "roads" / "zhongzhou.geojson"
SIMPLIFY_M = 0.005
"""How far a vertex may lie from the line between its neighbours to be left out."""


def build_net(net_file: Path = NET_FILE) -> None:
    """Runs netconvert on the sources. Raises RuntimeError with its messages when it fails."""
    sources = {
        "node": "zhongzhou.nod.xml",
        "edge": "zhongzhou.edg.xml",
        "connection": "zhongzhou.con.xml",
        "type": "zhongzhou.typ.xml",
    }
    command = [str(Path(sumo.SUMO_HOME) / "bin" / "netconvert")]
    command += [f"--{kind}-files={NETWORK / name}" for kind, name in sources.items()]
    command += [
        f"--output-file={net_file}",
        "--output.street-names=true",
        "--precision=3",
        "--offset.disable-normalization=true",  # the sources are in ENU metres already
        "--geometry.max-segment-length=0",
        "--no-turnarounds=true",
        "--junctions.corner-detail=8",
        "--junctions.internal-link-detail=8",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"netconvert failed: {done.stderr.strip()}")
    # The header holds the date and the paths of the machine that built it.
    text = net_file.read_text(encoding="utf-8")
    net_file.write_text(re.sub(r"<!-- generated on.*?-->\s*", "", text, count=1, flags=re.DOTALL), encoding="utf-8")


def road_map(lanes: Iterable[Lane], origin: Origin) -> dict[str, Any]:
    """The road map as a GeoJSON FeatureCollection: one LineString [lon, lat, z] per lane, z in metres above it."""
    return {
        "type": "FeatureCollection",
        "name": "zhongzhou",
        "origin": {"lat_deg": origin.lat_deg, "lon_deg": origin.lon_deg, "alt_m": origin.alt_m},
        "features": [_feature(lane, origin) for lane in lanes],
    }


def _feature(lane: Lane, origin: Origin) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": lane.id,
        "properties": {
            "id": lane.id,
            "road_id": lane.road.id,
            "road_name": lane.road.name,
            "lane_type": lane.lane_type,
            "lane_index": lane.index,
            "width_m": lane.width_m,
            "speed_limit_kmh": round(lane.speed_mps * 3.6),
            "direction": lane.direction,
            "junction": lane.junction,
            "allowed": lane.allowed,
            "banned": lane.banned,
            "windows": lane.windows,
            "chainage_start_m": round(lane.chainage_start_m, 2),
            "chainage_end_m": round(lane.chainage_end_m, 2),
            "marking_left": {"kind": lane.marking_left.kind, "width_m": lane.marking_left.width_m},
            "marking_right": {"kind": lane.marking_right.kind, "width_m": lane.marking_right.width_m},
        },
        "geometry": {"type": "LineString", "coordinates": _coordinates(lane.shape, origin)},
    }


def _coordinates(shape: NDArray[np.float64], origin: Origin) -> list[list[float]]:
    kept = LineString(shape).simplify(SIMPLIFY_M).coords
    return [[round(lon, 8), round(lat, 8), 0.0] for lat, lon in (origin.to_wgs84(x, y) for x, y in kept)]


def write_road_map(path: Path = ROAD_MAP) -> int:
    """Writes the road map of the built network, one feature a line; returns how many lanes it holds."""
    collection = road_map(load_lanes(), ORIGIN)
    features = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in collection["features"])
    head = json.dumps({k: v for k, v in collection.items() if k != "features"}, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{head[:-1]}, "features": [\n{features}\n]}}\n', encoding="utf-8")
    return len(collection["features"])


if __name__ == "__main__":
    build_net()
    count = write_road_map()
    print(f"{NET_FILE.name}: built; {ROAD_MAP.name}: {count} lanes", file=sys.stderr)
