"""Pose and traffic belong to the instant of the exposure, and nothing is invented."""

import asyncio
import time

import numpy as np
import pytest
from pymavlink.dialects.v20 import common as mavlink

from sim.camera.look import Look
from sim.camera.projection import project
from sim.geo import Origin
from sim.payload.clock import PeerClock
from sim.payload.gimbal import Attitude, toward
from sim.payload.lens import Lens
from sim.payload.loudness import radius_m
from sim.payload.pose_error import PoseError, PoseErrorSize
from sim.payload.telemetry import Telemetry
from sim.payload.view import Exposure, View, moved
from sim.world.snapshot import RoadUserState, Snapshot

ORIGIN = Origin(34.76, 113.70, 100.0)


class Feed:
    def __init__(self, latest: Snapshot | None) -> None:
        self.latest = latest


def car(speed_mps: float = 20.0) -> RoadUserState:
    return RoadUserState("c", "sedan", "car", 0, 0, 0, 0, speed_mps, 4.5, 1.8, 1.5, "l", "driving", (1, 1, 1))


def position(boot_ms: int, lat_deg: float, alt_m: float = 180.0) -> object:
    return mavlink.MAVLink_global_position_int_message(
        boot_ms, round(lat_deg * 1e7), round(113.70 * 1e7), round(alt_m * 1e3), 80_000, 0, 0, 0, 0
    )


def view(telemetry: Telemetry, feed: Feed, error: str = "") -> View:
    lens = Lens(1280, 720, 65.0)
    return View(lens, telemetry, feed, ORIGIN, PoseError(PoseErrorSize.parse(error), 1), Look())


async def test_position_is_interpolated_to_the_exposure() -> None:
    telemetry, now = Telemetry(), time.time()
    telemetry.take(position(0, 34.7600), now)
    telemetry.take(position(100, 34.7602), now + 0.1)
    assert (await telemetry.at(now + 0.025)).lat_deg == pytest.approx(34.76005, abs=1e-8)


async def test_exposure_waits_for_telemetry_to_pass_it() -> None:
    telemetry, now = Telemetry(), time.time()
    telemetry.take(position(0, 34.76), now)
    waiting = asyncio.create_task(telemetry.at(now + 0.05))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    telemetry.take(position(100, 34.76), now + 0.1)
    assert (await waiting).t_unix_s == now + 0.05


async def test_no_pose_is_invented_when_telemetry_ends() -> None:
    telemetry, now = Telemetry(), time.time()
    telemetry.take(position(0, 34.76), now)
    with pytest.raises(TimeoutError):
        await telemetry.at(now + 0.05, timeout_s=0.05)


def test_stale_telemetry_is_no_position() -> None:
    telemetry = Telemetry()
    telemetry.take(position(0, 34.76), time.time() - 1.5)
    assert telemetry.latest() is None


def test_delayed_message_does_not_shift_the_vehicles_clock() -> None:
    clock = PeerClock()
    assert clock.to_unix_s(1000, 500.01) == pytest.approx(500.01)
    assert clock.to_unix_s(1100, 500.40) == pytest.approx(500.11)


async def test_traffic_is_moved_to_the_exposure_and_dropped_when_old() -> None:
    telemetry, now = Telemetry(), time.time()
    for boot_ms in (0, 100, 2000):
        telemetry.take(position(boot_ms, 34.76), now + boot_ms / 1000)
    level = Attitude(-0.5, 0.0, 0.0, 0.0)
    eye = view(telemetry, Feed(Snapshot(now, 0.0, (car(),))))
    fresh, _ = await eye.shot(Exposure(now + 0.08, level, 1000.0))
    old, _ = await eye.shot(Exposure(now + 1.5, level, 1000.0))
    assert fresh.users[0].x_m == pytest.approx(1.6)
    assert old.users == ()


async def test_point_the_gimbal_looks_at_is_in_the_pictures_centre() -> None:
    telemetry, now = Telemetry(), time.time()
    telemetry.take(position(0, 34.76), now)
    telemetry.take(position(100, 34.76), now + 0.1)
    target = np.array([60.0, 90.0, 0.0])
    pitch_rad, yaw_rad = toward(target[0], target[1], -80.0)
    shot, _ = await view(telemetry, Feed(None)).shot(Exposure(now + 0.05, Attitude(pitch_rad, yaw_rad, 0, 0), 1000.0))
    pixels, depth = project(shot.pose, np.stack([target, target + np.array([0, 0, 5.0])]), 1280, 720)
    assert depth[0] > 0
    assert pixels[0] == pytest.approx([640, 360], abs=0.1)
    assert pixels[1][1] < 360, "up in the world is up in the picture"


def test_standing_users_stay_where_they_are() -> None:
    assert moved([car(0.0)], 0.5)[0].x_m == 0


async def test_true_pose_strays_from_telemetry_only_when_asked() -> None:
    telemetry, now = Telemetry(), time.time()
    telemetry.take(position(0, 34.76), now)
    telemetry.take(position(100, 34.76), now + 0.1)
    exposure = Exposure(now + 0.05, Attitude(-0.5, 0.0, 0.0, 0.0), 1000.0)
    exact, _ = await view(telemetry, Feed(None)).shot(exposure)
    strayed, _ = await view(telemetry, Feed(None), "gps_m=1.5,att_deg=1").shot(exposure)
    assert exact.pose.position_enu_m == pytest.approx([0.0, 0.0, 80.0], abs=1e-3)
    assert 0.1 < np.linalg.norm(strayed.pose.position_enu_m - exact.pose.position_enu_m) < 10
    assert not np.allclose(strayed.pose.rotation, exact.pose.rotation, atol=1e-3)


def test_pose_error_is_slow_and_of_the_size_asked_for() -> None:
    error = PoseError(PoseErrorSize(gps_m=1.5), seed=3)
    samples = np.array([error.at(float(t))[0] for t in range(0, 60_000, 2)])
    assert samples.std() == pytest.approx(1.5, rel=0.1)
    assert np.abs(np.diff(samples, axis=0)).mean() < 0.5


@pytest.mark.parametrize("text", ["gps=1", "gps_m=x", "att_deg=-1"])
def test_pose_error_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        PoseErrorSize.parse(text)


def test_loudspeaker_reaches_less_far_from_higher_up_and_nowhere_from_too_high() -> None:
    assert radius_m(100, 0) == pytest.approx(141, abs=1)
    assert radius_m(100, 80) == pytest.approx(116, abs=1)
    assert radius_m(50, 80) == 0
    assert radius_m(0, 0) == 0
