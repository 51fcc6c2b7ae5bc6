"""The committed road map is the committed net, in WGS-84."""

import json
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import LineString, Point

from sim.geo import Origin
from sim.world.build import ORIGIN, ROAD_MAP, build_net, road_map
from sim.world.roads import DASHED, NET_FILE, NO_MARKING, SOLID, YELLOW, load_lanes

LANES = {lane.id: lane for lane in load_lanes()}


def test_every_lane_is_within_5_cm_of_the_net_after_the_round_trip() -> None:
    collection = json.loads(ROAD_MAP.read_text(encoding="utf-8"))
    origin = Origin(**collection["origin"])
    assert origin == ORIGIN
    features = {f["properties"]["id"]: f for f in collection["features"]}
    assert features.keys() == LANES.keys()
    for lane_id, lane in LANES.items():
        back = LineString([origin.to_enu(lat, lon) for lon, lat, _ in features[lane_id]["geometry"]["coordinates"]])
        line = LineString(lane.shape)
        assert max(line.distance(Point(p)) for p in back.coords) < 0.05, lane_id
        assert max(back.distance(Point(p)) for p in line.coords) < 0.05, lane_id


def test_committed_map_is_what_the_net_exports() -> None:
    assert json.loads(ROAD_MAP.read_text(encoding="utf-8")) == json.loads(json.dumps(road_map(LANES.values(), ORIGIN)))


def test_committed_net_is_what_its_sources_build(tmp_path: Path) -> None:
    built = tmp_path / "built.net.xml"
    build_net(built)
    assert built.read_text(encoding="utf-8") == NET_FILE.read_text(encoding="utf-8")


def test_expressway_has_three_lanes_and_a_shoulder_each_way() -> None:
    for edge, direction in (("nb_3", "northbound"), ("sb_2", "southbound")):
        lanes = [LANES[f"{edge}_{i}"] for i in range(4)]
        assert [lane.lane_type for lane in lanes] == ["shoulder", "driving", "driving", "driving"]
        assert [lane.width_m for lane in lanes] == [3.5, 3.75, 3.75, 3.75]
        assert {lane.direction for lane in lanes} == {direction}
        assert [(lane.marking_right, lane.marking_left) for lane in lanes] == [
            (NO_MARKING, SOLID),
            (SOLID, DASHED),
            (DASHED, DASHED),
            (DASHED, YELLOW),
        ]
        assert "car" in lanes[0].banned
        assert {"motor", "bicycle", "pedestrian"} <= set(lanes[1].banned)
        assert "truck" in lanes[3].banned


def test_chainage_grows_northward_on_both_carriageways() -> None:
    north, south = LANES["nb_3_1"], LANES["sb_2_1"]
    assert north.chainage_start_m < north.chainage_end_m
    assert south.chainage_start_m > south.chainage_end_m
    length_m = float(np.linalg.norm(np.diff(north.shape, axis=0), axis=1).sum())
    assert north.chainage_end_m - north.chainage_start_m == pytest.approx(length_m, rel=0.01)


def test_trucks_are_banned_from_weilai_road_and_only_buses_may_use_the_bus_lane() -> None:
    assert "truck" in LANES["weilai_n_out_2"].banned
    bus = LANES["nongye_out_2"]
    assert bus.lane_type == "bus"
    assert bus.allowed == ["bus"]
    assert "car" in bus.windows[0]["allows"]
