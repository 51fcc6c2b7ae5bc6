import copy
import json
import math
from pathlib import Path

import numpy as np
import pytest

from gcs.perception.road_file import RoadMapError
from gcs.perception.road_map import RoadMap

ROADS = Path(__file__).parents[2] / "mission_plans" / "roads"


def lane(id_: str, east_m: float, lane_type: str = "driving", width_m: float = 3.75) -> dict:
    """A lane that leads 500 m north, `east_m` of the origin."""
    lon = 113.70 + east_m / (111_320 * math.cos(math.radians(34.76)))
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[lon, 34.76, 0.0], [lon, 34.7645, 0.0]]},
        "properties": {
            "id": id_, "road_id": "avenue", "road_name": {"zh": "大道", "en": "Avenue"}, "lane_type": lane_type,
            "width_m": width_m, "direction": "northbound", "chainage_start_m": 1000.0, "chainage_end_m": 1500.0,
        },
    }  # fmt: skip


ROAD = {
    "type": "FeatureCollection",
    "origin": {"lat_deg": 34.76, "lon_deg": 113.70, "alt_m": 100.0},
    "features": [lane("fast", 0.0), lane("slow", 3.75), lane("edge", 7.375, "shoulder", 3.5)],
}


@pytest.fixture
def load(tmp_path):
    def load(data: object) -> RoadMap:
        path = tmp_path / "avenue.geojson"
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return RoadMap.load(path)

    return load


def test_a_place_in_the_middle_of_a_lane_is_found_with_offset_and_chainage(load):
    fix = load(ROAD).lane_at(7.0, 250.0, 0.3)
    assert fix is not None
    assert (fix.lane_id, fix.lane_type) == ("edge", "shoulder")
    assert fix.offset_m == pytest.approx(0.375, abs=0.02)
    assert fix.chainage_m == pytest.approx(1250, abs=1.5)
    assert fix.confidence > 0.99


def test_no_lane_is_named_when_the_error_reaches_over_its_borders(load):
    road = load(ROAD)
    assert road.lane_at(7.375, 250.0, 3.0) is None
    assert road.lane_at(5.7, 250.0, 0.5) is None
    assert road.lane_at(5.9, 250.0, 0.1) is not None
    assert road.lane_at(20.0, 250.0, 0.1) is None


def test_only_the_error_across_the_lane_counts(load):
    road = load(ROAD)
    assert road.lane_at(7.375, 250.0, np.diag([0.3, 8.0]) ** 2) is not None
    assert road.lane_at(7.375, 250.0, np.diag([8.0, 0.3]) ** 2) is None


def test_confidence_is_the_share_of_the_ellipse_between_the_borders(load):
    rng = np.random.default_rng(1)
    share = np.mean(np.abs(rng.normal(0.8, 1.0, 20_000)) < 1.75)
    fix = load(ROAD).lane_at(7.375 - 0.8, 250.0, 1.0, confident_share=0.5)
    assert fix is not None
    assert fix.confidence == pytest.approx(share, abs=0.01)


def test_direction_is_the_lanes_also_a_little_beside_the_road(load):
    road = load(ROAD)
    beside, far = road.directions_at(np.array([[10.0, 100.0], [30.0, 100.0]]))
    assert beside == pytest.approx(math.pi / 2, abs=1e-3)
    assert far is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["features"][1]["geometry"].update(coordinates=[]), "feature 1 (slow): geometry.coordinates"),
        (
            lambda d: d["features"][1]["geometry"].update(
                coordinates=[[113.7, 34.76], [113.702, 34.762], [113.702, 34.76], [113.7, 34.762]]
            ),
            "feature 1 (slow): geometry.coordinates: Value error, the line crosses itself",
        ),
        (lambda d: d["features"][2]["properties"].update(width_m=-1), "feature 2 (edge): properties.width_m"),
        (lambda d: d["features"][2]["properties"].update(width_m="wide"), "feature 2 (edge): properties.width_m"),
        (lambda d: d["features"][0]["properties"].update(lane_type="emergency"), "properties.lane_type"),
        (lambda d: d["features"][0]["properties"].pop("id"), "feature 0 (no id): properties.id"),
        (lambda d: d["features"][0]["properties"].update(id="slow"), "more than once: slow"),
        (lambda d: d["features"][0]["geometry"].update(coordinates=[[34.76, 113.7], [34.77, 113.7]]), "longitude"),
        (lambda d: d.pop("origin"), "avenue.geojson: origin: missing"),
        (lambda d: d["origin"].update(lat_deg=134), "origin.lat_deg"),
        (lambda d: d.update(features=[]), "features: no lanes"),
    ],
)
def test_a_wrong_map_is_refused_with_file_feature_and_field(load, change, told):
    data = copy.deepcopy(ROAD)
    change(data)
    with pytest.raises(RoadMapError) as refused:
        load(data)
    assert told in str(refused.value)
    assert "avenue.geojson" in str(refused.value)


def test_what_is_no_geojson_is_refused(load, tmp_path):
    with pytest.raises(RoadMapError, match=r"avenue\.geojson"):
        load("{not json")
    with pytest.raises(RoadMapError, match="FeatureCollection"):
        load([1])
    with pytest.raises(RoadMapError, match=r"gone\.geojson"):
        RoadMap.load(tmp_path / "gone.geojson")
    (tmp_path / "avenue.geojson").unlink()
    with pytest.raises(RoadMapError, match=r"no \*\.geojson"):
        RoadMap.load(tmp_path)


def test_all_problems_are_told_at_once(load):
    data = copy.deepcopy(ROAD)
    data["features"][0]["properties"]["width_m"] = 0
    data["features"][2]["properties"]["lane_type"] = "lawn"
    with pytest.raises(RoadMapError) as refused:
        load(data)
    assert len(str(refused.value).splitlines()) == 2


def test_the_projects_own_roads_load():
    road = RoadMap.load(ROADS)
    assert {lane.lane_type for lane in road.lanes.values()} >= {"driving", "shoulder", "sidewalk", "biking", "bus"}
    for one in road.lanes.values():
        middle = one.line[len(one.line) // 2 - 1 : len(one.line) // 2 + 1].mean(0)
        if not one.feature.properties.junction:
            fix = road.lane_at(*middle, 0.1)
            assert fix is not None
            assert fix.lane_id == one.id
    assert road.geojson["origin"]["lat_deg"] == 34.76


def test_a_broken_file_is_left_out_and_named_while_the_others_serve(load, tmp_path):
    load(ROAD)
    (tmp_path / "broken.geojson").write_text("{not json")
    again = copy.deepcopy(ROAD)
    (tmp_path / "copy.geojson").write_text(json.dumps(again))
    road, problems = RoadMap.load_folder(tmp_path)
    assert len(road.lanes) == len(ROAD["features"])
    assert ["broken.geojson" in str(p) or "copy.geojson" in str(p) for p in problems] == [True, True]


def test_without_any_sound_file_no_lane_is_named(tmp_path):
    road, problems = RoadMap.load_folder(tmp_path)
    assert road.lane_at(0.0, 0.0, 0.1) is None
    assert "no *.geojson" in str(problems[0])
