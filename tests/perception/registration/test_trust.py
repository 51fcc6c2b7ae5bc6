"""When a pose may be believed, for how long, and what is told when it may not."""

import math

import numpy as np
import pytest

from gcs.perception.camera import PoseSigma, camera_at
from gcs.perception.judge import Judge
from gcs.perception.registration.features import WHITE_CHANNEL, Atlas
from gcs.perception.registration.follow import MAX_UNSEEN_S, Follower
from gcs.perception.registration.hidden import NO_PAINT_TOLD, covered, hide
from gcs.perception.registration.paint import paint_of
from gcs.perception.registration.view import LEVELS
from gcs.perception.sight import JITTER
from gcs.perception.types import Detection
from gcs.video.types import Frame
from tests.perception.road_scene import HEIGHT, WIDTH, telemetry_error

ALL_OF_IT = np.array([[0.0, 0.0, WIDTH, HEIGHT]])


@pytest.fixture(scope="module")
def image(renderer, road_scene) -> np.ndarray:
    return renderer.render(road_scene.sim_pose(0.0), road_scene.users(0.0))[:, :, ::-1].copy()


@pytest.fixture
def told(road_scene):
    return camera_at(road_scene.told_pose(0.0, 0.0, telemetry_error(3)), road_scene.road.origin, WIDTH, HEIGHT)


def test_what_road_users_hide_counts_neither_for_nor_against():
    rows = 16 + 8 + 4 + 2
    offset = np.array([[0, 16, 24, 28], [30, 46, 54, 58], [60, 76, 84, 88]])
    atlas = Atlas(np.full((3 * rows, 32), 255, np.uint8), offset, 32, 16)
    hide(atlas, np.array([[8.0, 4.0, 24.0, 12.0], [-50.0, -50.0, -1.0, -1.0]]))
    for level in range(LEVELS):
        white = atlas.pixels[offset[WHITE_CHANNEL, level] :][: 16 >> level, : 32 >> level]
        assert (white[4 >> level : 12 >> level, 8 >> level : 24 >> level] == NO_PAINT_TOLD).all()
        assert white[0, 0] == 255
    inside = covered(np.array([[10.0, 5.0], [10.0, 13.0], [np.nan, np.nan]]), np.array([[8.0, 4.0, 24.0, 12.0]]))
    assert inside.tolist() == [True, False, False]


def test_a_road_hidden_by_vehicles_is_not_believed_and_the_reason_told(road, image, told):
    follower = Follower(paint_of(road), PoseSigma(), JITTER)
    follower.predict(0.0)
    follower.learn(image, told, 0.0, ALL_OF_IT)
    assert not follower.locked
    assert follower.doubt == "too little paint is seen"
    assert (follower.bias == 0).all()


def test_paint_out_of_sight_is_searched_for_and_not_followed_blindly(road, image, told):
    follower = Follower(paint_of(road), PoseSigma(), JITTER)
    follower.predict(0.0)
    follower.learn(image, told, 0.0)
    assert follower.locked, follower.doubt
    follower.predict(MAX_UNSEEN_S - 0.1)
    assert follower.locked
    later = MAX_UNSEEN_S + 0.1
    follower.predict(later)
    assert not follower.locked
    assert "no paint" in follower.doubt
    follower.learn(image, told, later)
    assert follower.locked


def test_the_bound_never_falls_below_the_maps_own_error(road, image, told):
    follower = Follower(paint_of(road), PoseSigma(), JITTER)
    for i in range(4):
        follower.predict(0.6 * i)
        follower.learn(image, told, 0.6 * i)
    pixels = np.array([[u, v] for u in (300.0, 640.0, 980.0) for v in (200.0, 400.0, 650.0)])
    variance = np.linalg.eigvalsh(told.pose_covariance(pixels, follower.covariance))
    assert math.sqrt(variance.min()) >= 0.15


def test_a_scene_tells_whether_it_is_registered(road, road_scene, image):
    judge = Judge(1, road, lambda t: road_scene.told_pose(0.0, t, telemetry_error(3)))
    grey = np.full_like(image, 90)
    scene, trouble = judge.judge(Frame(grey, 1.0, 1), [])
    assert (scene.registered, trouble) == (False, "")
    assert judge.doubt
    scene, trouble = judge.judge(Frame(image, 20.0, 2), [Detection("car", 0.9, 10, 10, 60, 40)])
    assert (scene.registered, trouble, judge.doubt) == (True, "", "")
    blind = Judge(1, road, lambda t: None)
    assert not blind.judge(Frame(image, 1.0, 1), [])[0].registered


def test_plain_telemetry_names_no_lane_even_in_its_middle(road):
    """Its error is common to a whole picture: when 75 % inside were enough, 18 lanes of 18 were wrong."""
    lane = road.lanes["nb_3_1"]
    x, y = lane.line[len(lane.line) // 2 - 1 : len(lane.line) // 2 + 1].mean(axis=0)
    assert road.lane_at(x, y, PoseSigma().horizontal_m) is None
    assert road.lane_at(x, y, 0.3).lane_id == "nb_3_1"
