import numpy as np
import pytest

from gcs.perception.camera import PoseSigma, camera_at
from gcs.perception.registration.follow import Follower
from gcs.perception.registration.paint import DASHED, SOLID, YELLOW, paint_of
from gcs.perception.registration.pose import corrected
from gcs.perception.registration.register import Prior, register
from gcs.perception.sight import JITTER
from tests.perception.road_scene import HEIGHT, WIDTH, telemetry_error

PRIOR = Prior(np.zeros(6), PoseSigma().covariance())


def picture(renderer, road_scene, t: float) -> np.ndarray:
    return renderer.render(road_scene.sim_pose(t), road_scene.users(t))[:, :, ::-1].copy()


def side_error(road_scene, camera, t: float) -> float:
    """Largest error across the road, in metres, of where the road users stand."""
    truth = road_scene.users(t)
    ground = np.array([[u.x_m, u.y_m, 0.0] for u in truth])
    true_camera = camera_at(road_scene.told_pose(t, 0.0, np.zeros(6)), road_scene.road.origin, WIDTH, HEIGHT)
    pixels = true_camera.project(ground)
    seen = ((pixels > 0) & (pixels < (WIDTH, HEIGHT))).all(axis=1)
    error = camera.to_ground(pixels[seen]) - ground[seen, :2]
    heading = np.array([u.heading_rad for u in truth])[seen]
    return float(np.abs(-np.sin(heading) * error[:, 0] + np.cos(heading) * error[:, 1]).max())


def test_the_maps_paint_is_laid_out_once(road):
    paint = paint_of(road)
    assert set(paint.kind) >= {SOLID, DASHED, YELLOW}
    assert np.linalg.norm(paint.tangents, axis=1) == pytest.approx(1.0)
    east = [p for p, k in zip(paint.points_m, paint.kind, strict=True) if k == DASHED]
    assert len({(round(p[0], 1), round(p[1], 1)) for p in east}) > 0.98 * len(east)


def test_wrong_telemetry_is_corrected_to_decimetres_across_the_road(renderer, road_scene):
    paint = paint_of(road_scene.road)
    raw, fixed = [], []
    for seed in range(4):
        t = 2.0 * seed
        told = camera_at(road_scene.told_pose(t, 0.0, telemetry_error(seed)), road_scene.road.origin, WIDTH, HEIGHT)
        found = register(picture(renderer, road_scene, t), told, paint, PRIOR, np.random.default_rng(seed))
        assert found is not None
        assert found.confident
        raw.append(side_error(road_scene, told, t))
        fixed.append(side_error(road_scene, corrected(told, found.theta), t))
    assert np.median(raw) > 1.0
    assert max(fixed) < 0.35


def test_a_picture_without_the_maps_road_is_not_believed(renderer, road_scene):
    paint, rng = paint_of(road_scene.road), np.random.default_rng(0)
    told = camera_at(road_scene.told_pose(0.0, 0.0, np.zeros(6)), road_scene.road.origin, WIDTH, HEIGHT)
    noise = rng.integers(60, 120, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    elsewhere = picture(renderer, road_scene, 0.0)[::-1].copy()
    for image in (noise, elsewhere, np.full_like(noise, 90)):
        found = register(image, told, paint, PRIOR, rng)
        assert found is None or not found.confident
    above_nothing = corrected(told, np.array([5000.0, 0, 0, 0, 0, 0]))
    assert register(noise, above_nothing, paint, PRIOR, rng) is None


def test_the_bias_is_followed_and_its_bound_grows_when_the_paint_is_out_of_sight(renderer, road_scene):
    follower = Follower(paint_of(road_scene.road), PoseSigma(), JITTER)
    error = telemetry_error(7)
    for i in range(3):
        t = 1.0 * i
        told = camera_at(road_scene.told_pose(t, t, error), road_scene.road.origin, WIDTH, HEIGHT)
        follower.predict(t)
        assert follower.due(t)
        follower.learn(picture(renderer, road_scene, t), told, t)
        assert follower.locked
        assert side_error(road_scene, corrected(told, follower.bias), t) < 0.5
        assert not follower.due(t + 0.5)
    pixels = np.array([[640.0, 400.0]])
    sharp = np.linalg.eigvalsh(told.pose_covariance(pixels, follower.covariance)[0])[0]
    follower.predict(30.0)
    blurred = np.linalg.eigvalsh(told.pose_covariance(pixels, follower.covariance)[0])[0]
    alone = np.linalg.eigvalsh(told.pose_covariance(pixels, PoseSigma().covariance())[0])[0]
    assert np.sqrt(sharp) < 0.35
    assert 2 * sharp < blurred < 1.2 * alone
    follower.predict(1000.0)
    assert not follower.locked
