import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.geo import Origin
from gcs.perception.camera import AboveHorizon, Camera, CameraError, PoseSigma, camera_at, rotation
from gcs.perception.types import CameraPose

ORIGIN = Origin(34.76, 113.70, 100.0)


def pose(**changes: float) -> CameraPose:
    values = {
        "t_unix_s": 0.0, "lat_deg": 34.76, "lon_deg": 113.70, "alt_amsl_m": 180.0, "yaw_rad": 0.0,
        "pitch_rad": math.radians(-45), "roll_rad": 0.0, "hfov_rad": math.radians(60),
    }  # fmt: skip
    return CameraPose(**(values | changes))


def camera(**changes: float) -> Camera:
    return camera_at(pose(**changes), ORIGIN, 1280, 720)


def test_the_picture_centre_looks_as_far_as_the_camera_is_high_at_45_degrees():
    assert camera().ground_point(640, 360) == pytest.approx((0.0, 80.0), abs=1e-6)
    assert camera(yaw_rad=math.pi / 2).ground_point(640, 360) == pytest.approx((80.0, 0.0), abs=1e-6)
    assert camera(pitch_rad=-math.pi / 2).ground_point(640, 360) == pytest.approx((0.0, 0.0), abs=1e-6)


def test_right_in_the_picture_is_east_when_looking_north_and_up_is_far():
    x, y = camera().ground_point(900, 200)
    assert x > 0
    assert y > 80


@given(
    st.floats(-3.1, 3.1), st.floats(-1.5, -0.3), st.floats(-0.3, 0.3), st.floats(0, 1280), st.floats(300, 720),
)  # fmt: skip
def test_projecting_a_ground_point_gives_back_its_pixel(yaw, pitch, roll, u, v):
    seen = camera(yaw_rad=yaw, pitch_rad=pitch, roll_rad=roll)
    ground = seen.to_ground(np.array([[u, v]]))[0]
    if not np.isnan(ground).any():
        assert seen.project(np.array([*ground, 0.0])) == pytest.approx([u, v], abs=1e-4)


def test_rays_at_or_above_the_horizon_are_told_apart():
    level = camera(pitch_rad=0.0)
    assert np.isnan(level.to_ground(np.array([[640.0, 100.0], [640.0, 360.0]]))).all()
    assert not np.isnan(level.to_ground(np.array([[640.0, 500.0]]))).any()
    with pytest.raises(AboveHorizon, match="640, 100"):
        level.ground_point(640, 100)


@pytest.mark.parametrize(
    ("field", "value"),
    [("hfov_rad", 0.0), ("hfov_rad", math.pi), ("pitch_rad", math.nan), ("alt_amsl_m", 99.0), ("lat_deg", math.inf)],
)
def test_a_pose_that_gives_no_camera_is_refused_by_name(field, value):
    with pytest.raises(CameraError, match=field):
        camera(**{field: value})


def test_jacobians_agree_with_finite_differences():
    base = pose(yaw_rad=0.7)
    seen = camera_at(base, ORIGIN, 1280, 720)
    pixels = np.array([[300.0, 500.0], [1000.0, 250.0]])
    step = 1e-5
    analytic = seen.pose_jacobian(pixels)
    for k in range(3):
        moved = Camera(seen.position_m + step * np.eye(3)[k], seen.rotation, seen.focal_px, 1280, 720)
        assert (moved.to_ground(pixels) - seen.to_ground(pixels)) / step == pytest.approx(analytic[:, :, k], rel=1e-4)
    for k, turn in enumerate([(step, 0, 0), (0, step, 0), (0, 0, step)]):
        attitude = rotation(0.7 + turn[0], -math.pi / 4 + turn[1], turn[2])
        turned = Camera(seen.position_m, attitude, seen.focal_px, 1280, 720)
        change = (turned.to_ground(pixels) - seen.to_ground(pixels)) / step
        assert change == pytest.approx(analytic[:, :, 3 + k], rel=1e-3, abs=1e-2)
    for k in range(2):
        change = (seen.to_ground(pixels + step * np.eye(2)[k]) - seen.to_ground(pixels)) / step
        assert change == pytest.approx(seen.pixel_jacobian(pixels)[:, :, k], rel=1e-4)


def test_one_degree_at_80_m_and_45_degrees_is_2_8_m_along_range():
    only_pitch = PoseSigma(0, 0, 0, math.radians(1), 0, 0)
    covariance = camera().pose_covariance(np.array([[640.0, 360.0]]), only_pitch.covariance())[0]
    assert math.sqrt(covariance[1, 1]) == pytest.approx(80 * math.radians(1) / math.sin(math.pi / 4) ** 2, rel=1e-6)
    assert covariance[0, 0] == pytest.approx(0, abs=1e-9)


def test_the_footprint_is_cut_before_the_horizon_and_empty_for_sky():
    assert camera(pitch_rad=-math.pi / 2).footprint().shape == (4, 2)
    far = camera(pitch_rad=math.radians(-10)).footprint(max_depth_m=500.0)
    assert len(far) == 4
    assert np.linalg.norm(far, axis=1).max() < 650
    assert camera(pitch_rad=math.radians(60)).footprint().shape == (0, 2)
