from math import degrees, pi, radians

import pytest

from sim.payload.gimbal import PITCH_RATE_RADPS, Gimbal, pitch_yaw_of, toward


def settle(gimbal: Gimbal, nose_rad: float, start_s: float, seconds: float = 6.0) -> tuple[float, float]:
    attitude = None
    for n in range(int(seconds * 20) + 1):
        attitude = gimbal.advance(start_s + n / 20, nose_rad)
    assert attitude is not None
    return degrees(attitude.pitch_rad), degrees(attitude.yaw_rad)


def test_axis_turns_no_faster_than_its_motor() -> None:
    gimbal = Gimbal()
    gimbal.advance(0.0, 0.0)
    gimbal.point(radians(-90), 0.0, yaw_lock=False)
    after = gimbal.advance(0.5, 0.0)
    assert after.pitch_rad == pytest.approx(-PITCH_RATE_RADPS * 0.5)
    assert after.pitch_rate_radps == pytest.approx(-PITCH_RATE_RADPS)


def test_following_gimbal_turns_with_the_nose_and_locked_one_does_not() -> None:
    following, locked = Gimbal(), Gimbal()
    following.point(radians(-30), radians(20), yaw_lock=False)
    locked.point(radians(-30), radians(20), yaw_lock=True)
    for gimbal, expected in ((following, 110.0), (locked, 20.0)):
        settle(gimbal, 0.0, 0.0)
        assert settle(gimbal, radians(90), 10.0) == pytest.approx((-30.0, expected))


def test_change_of_frame_does_not_move_the_picture() -> None:
    gimbal = Gimbal()
    gimbal.point(radians(-30), radians(40), yaw_lock=False)
    before = settle(gimbal, radians(60), 0.0)
    gimbal.point(float("nan"), float("nan"), yaw_lock=True)
    assert settle(gimbal, radians(60), 10.0) == pytest.approx(before)


def test_gimbal_takes_the_short_way_round() -> None:
    gimbal = Gimbal()
    gimbal.point(0.0, radians(170), yaw_lock=True)
    settle(gimbal, 0.0, 0.0)
    gimbal.point(0.0, radians(-170), yaw_lock=True)
    assert degrees(gimbal.advance(6.1, 0.0).yaw_rad) > 170


def test_asking_for_an_earlier_instant_moves_nothing() -> None:
    gimbal = Gimbal()
    gimbal.advance(10.0, 0.0)
    gimbal.point(radians(-20), 0.0, yaw_lock=False)
    now = gimbal.advance(10.1, 0.0)
    assert gimbal.advance(10.05, 0.0) == now


def test_tracked_point_is_kept_in_view() -> None:
    gimbal = Gimbal()
    gimbal.track(lambda: toward(100.0, 0.0, -100.0))
    assert settle(gimbal, radians(200), 0.0) == pytest.approx((-45.0, 90.0))


def test_quaternion_round_trip() -> None:
    gimbal = Gimbal()
    gimbal.point(radians(-50), radians(120), yaw_lock=True)
    settle(gimbal, 0.0, 0.0)
    assert pitch_yaw_of(gimbal.advance(7.0, 0.0).quaternion()) == pytest.approx((radians(-50), 2 * pi / 3))
