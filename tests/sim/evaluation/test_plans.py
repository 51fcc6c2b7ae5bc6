"""Any seed of any suite gives a flight that can be flown, always the same one; telemetry errs as it is told to."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.evaluate import parse_seeds
from sim.evaluation.noise import Telemetry, believed
from sim.evaluation.patrol import ROUTES, Patrol, track_of
from sim.evaluation.plan import AFTER_M, spot_at
from sim.evaluation.suites import UnknownSuite, names, plan_flight
from sim.geo import Origin
from sim.payload.pose_error import PoseErrorSize
from sim.world.roads import load_lanes

ORIGIN = Origin(34.76, 113.70, 100.0)
ODD_SEEDS = [0, 1, 2**31, 2**63 + 1, 10**30]
AHEAD = Patrol("northbound", 1500.0, 1, 8.0, 60.0, math.radians(45), 0.0)


@pytest.mark.parametrize("suite", names())
@pytest.mark.parametrize("seed", [*range(40), *ODD_SEEDS])
def test_every_seed_draws_a_patrol_over_the_road(suite: str, seed: int) -> None:
    plan = plan_flight(suite, seed)
    patrol = plan.patrol
    assert 40 <= patrol.height_m <= 90
    assert 35 <= math.degrees(patrol.depression_rad) <= 60
    assert 0 < patrol.speed_mps <= 12
    length_m = track_of(patrol.route).length_m
    assert all(0 < patrol.middle_m(t) < length_m for t in (0.0, plan.duration_s))
    again = plan_flight(suite, seed)
    assert replace(again, patrol=patrol) == plan
    assert again.patrol.view(7.0).position_m == pytest.approx(patrol.view(7.0).position_m)


@pytest.mark.parametrize("suite", names())
def test_events_are_set_where_the_camera_comes_by(suite: str) -> None:
    lanes = {lane.edge_id: lane for lane in load_lanes() if lane.index == 0}
    for seed in range(40):
        plan = plan_flight(suite, seed)
        for event in plan.scenario.events:
            lane = lanes[event.edge]
            assert AFTER_M <= event.pos_m < lane.length_m
            along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(lane.shape, axis=0).T))]
            at = np.array([np.interp(event.pos_m, along, lane.shape[:, i]) for i in range(2)])
            middles = [
                track_of(plan.patrol.route).at(plan.patrol.middle_m(t)) for t in np.arange(0, plan.duration_s, 0.5)
            ]
            assert min(np.hypot(*(middle - at)) for middle in middles) < 70.0


def test_no_spot_is_found_where_there_is_no_shoulder() -> None:
    gore = next(lane for lane in load_lanes() if lane.id == "nb_gore_on_2")
    s = min(range(3000), key=lambda s: np.hypot(*(track_of("northbound").at(s) - gore.shape[1])))
    assert spot_at(replace(AHEAD, start_m=float(s), speed_mps=0.0), 0.0) is None


def test_an_unknown_suite_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(UnknownSuite, match=r"no suite 'loud' \(there are: .*emergency_lane.*quiet"):
        plan_flight("loud", 1)


@pytest.mark.parametrize("text", ["", "a-b", "5-3", "-3", "1,2"])
def test_seeds_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="seeds"):
        parse_seeds(text)


def test_seeds_are_a_range_or_one() -> None:
    assert parse_seeds("3-5") == [3, 4, 5]
    assert parse_seeds("7") == [7]


@pytest.mark.parametrize("route", ROUTES)
def test_the_picture_middle_lies_on_the_route(route: str) -> None:
    patrol = replace(AHEAD, route=route, start_m=150.0, direction=-1, yaw_offset_rad=0.8)
    view = patrol.view(2.0)
    pose = view.camera(1280)
    x, y = track_of(route).at(patrol.middle_m(2.0))
    seen = pose.rotation @ (np.array([x, y, 0.0]) - pose.position_enu_m)
    # Sway moves it a little.
    assert np.abs(seen[:2] / seen[2] * pose.focal_px).max() < 40


def test_telemetry_without_errors_is_the_true_pose() -> None:
    exact = Telemetry(AHEAD.view, ORIGIN, PoseErrorSize(), np.random.default_rng(1)).pose_at(4.0)
    view = AHEAD.view(4.0)
    assert ORIGIN.to_enu(exact.lat_deg, exact.lon_deg) == pytest.approx(view.position_m[:2], abs=1e-6)
    assert exact.alt_amsl_m - 100.0 == pytest.approx(view.position_m[2])
    assert (exact.yaw_rad, exact.pitch_rad, exact.roll_rad) == (view.yaw_rad, view.pitch_rad, view.roll_rad)


def test_telemetry_errs_by_what_the_service_is_told_slowly() -> None:
    size = PoseErrorSize(gps_m=1.5, att_deg=1.0)
    still = replace(AHEAD, speed_mps=0.0)
    firsts, steps = [], []
    for seed in range(300):
        telemetry = Telemetry(still.view, ORIGIN, size, np.random.default_rng(seed))
        yaws = [telemetry.pose_at(t).yaw_rad - still.view(t).yaw_rad for t in (1.0, 1.2)]
        firsts.append(yaws[0])
        steps.append(yaws[1] - yaws[0])
    assert np.std(firsts) == pytest.approx(believed(size).yaw_rad, rel=0.15)
    assert np.std(steps) < 0.3 * believed(size).yaw_rad
