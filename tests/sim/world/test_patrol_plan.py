"""The patrol flies where its camera sees the spot of the shoulder scenarios, inside its fence."""

import json
from itertools import pairwise
from math import atan2, dist, radians, tan
from typing import Any

import numpy as np
from shapely.geometry import Point, Polygon

from sim.camera.pose import look
from sim.world.build import ORIGIN, ROAD_MAP
from sim.world.roads import load_lanes
from sim.world.scenario import load_scenario

PLAN: dict[str, Any] = json.loads((ROAD_MAP.parents[1] / "zhongzhou_patrol.plan").read_text(encoding="utf-8"))
ITEMS: list[dict[str, Any]] = PLAN["mission"]["items"]
WAYPOINTS = [ORIGIN.to_enu(*item["params"][4:6]) for item in ITEMS if item["command"] == 16]
FOCAL_PX = 640 / tan(radians(65 / 2))


def spot() -> np.ndarray[Any, Any]:
    event = load_scenario("shoulder_stop").events[0]
    shape = next(lane.shape for lane in load_lanes() if lane.id == f"{event.edge}_0")
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(shape, axis=0), axis=1))]
    return np.array([*(np.interp(event.pos_m, along, shape[:, i]) for i in (0, 1)), 0.7])


def test_plan_takes_off_points_the_camera_down_and_returns() -> None:
    assert ITEMS[0]["command"] == 22
    assert [i["params"][0] for i in ITEMS if i["command"] == 1000] == [-45]
    assert ITEMS[-1]["command"] == 20
    assert all(i["Altitude"] == 60 for i in ITEMS if i["command"] in (16, 22))
    assert [i["doJumpId"] for i in ITEMS] == list(range(1, len(ITEMS) + 1))


def test_route_and_homes_are_inside_the_fence_with_50_m_to_spare() -> None:
    fence = Polygon([ORIGIN.to_enu(*p) for p in PLAN["geoFence"]["polygons"][0]["polygon"]])
    homes = [ORIGIN.to_enu(h.lat_deg, h.lon_deg) for h in load_scenario("shoulder_stop").homes]
    for place in [*WAYPOINTS, *homes]:
        assert fence.contains(Point(place))
        assert fence.exterior.distance(Point(place)) > 50.0


def test_homes_are_15_m_apart_and_60_m_off_the_carriageway() -> None:
    a, b = (ORIGIN.to_enu(h.lat_deg, h.lon_deg) for h in load_scenario("shoulder_stop").homes)
    assert 14.0 < dist(a, b) < 17.0
    edge = next(lane for lane in load_lanes() if lane.id == "nb_3_0").border("right")
    assert 55.0 < min(dist(a, p) for p in edge) < 75.0


def test_camera_sees_the_spot_for_half_a_minute_at_5_mps_with_the_hold() -> None:
    car = spot()
    seen_s = sum(i["params"][0] for i in ITEMS if i["command"] == 16)
    for start, end in pairwise(WAYPOINTS):
        rotation = look(atan2(end[0] - start[0], end[1] - start[1]), radians(-45))
        for way_m in np.arange(0.0, dist(start, end), 1.0):
            camera = np.array([*(np.array(start) + (np.array(end) - start) * way_m / dist(start, end)), 60.0])
            x, y, z = rotation @ (car - camera)
            if abs(FOCAL_PX * x / z) < 640 and abs(FOCAL_PX * y / z) < 360:
                seen_s += 1.0 / 5.0
    assert seen_s > 30.0
