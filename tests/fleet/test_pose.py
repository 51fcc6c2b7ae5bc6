import math
from typing import Any

import pytest
from scipy.spatial.transform import Rotation

from gcs.fleet.mav import YAW_IN_EARTH_FRAME, YAW_IN_VEHICLE_FRAME
from gcs.fleet.peer import Message, Stamp
from gcs.fleet.pose import PoseHistory

T0 = 1_700_000_000.0
"""Unix time of the vehicle's boot; the payload booted 40 s later."""
PAYLOAD_BOOT = T0 + 40
DELAY = 0.08
LAT, LON = 34.76, 113.70


def message(name: str, component: int, t_s: float, **fields: Any) -> Message:
    """Sent at T0 + t_s, received DELAY later."""
    return Message(name, component, fields, Stamp(T0 + t_s + DELAY, t_s + DELAY))


def boot_ms(component: int, t_s: float) -> int:
    return round((t_s if component == 1 else t_s - 40) * 1000)


class Flight:
    """Telemetry of a drone that flies east at 10 m/s, turning, its gimbal pitching down."""

    def __init__(self, *, system_time: bool = True, gimbal_flags: int = YAW_IN_EARTH_FRAME) -> None:
        self.history = PoseHistory()
        self.system_time, self.flags = system_time, gimbal_flags

    def position(self, t_s: float, heading_deg: float = 90.0) -> None:
        east_deg = math.degrees(10 * (t_s - 100) / 6371000 / math.cos(math.radians(LAT)))
        self.history.on_position(
            message(
                "GLOBAL_POSITION_INT", 1, t_s, time_boot_ms=boot_ms(1, t_s), lat=round(LAT * 1e7),
                lon=round((LON + east_deg) * 1e7), alt=180_000, relative_alt=80_000, vx=0, vy=1000, vz=0,
                hdg=round(heading_deg * 100),
            )
        )  # fmt: skip

    def gimbal(self, t_s: float, pitch_deg: float, yaw_deg: float) -> None:
        q = Rotation.from_euler("ZYX", [yaw_deg, pitch_deg, 0], degrees=True).as_quat(scalar_first=True)
        self.history.on_gimbal(
            message(
                "GIMBAL_DEVICE_ATTITUDE_STATUS", 154, t_s, time_boot_ms=boot_ms(154, t_s), flags=self.flags, q=list(q)
            )
        )

    def clocks(self, t_s: float) -> None:
        for component in (1, 154):
            fields = {"time_unix_usec": round((T0 + t_s) * 1e6), "time_boot_ms": boot_ms(component, t_s)}
            self.history.on_system_time(message("SYSTEM_TIME", component, t_s, **fields))

    def fov(self, t_s: float, hfov_deg: float = 60.0) -> None:
        self.history.on_fov(message("CAMERA_FOV_STATUS", 100, t_s, hfov=hfov_deg))


@pytest.fixture
def flight() -> Flight:
    made = Flight()
    made.clocks(99.0)
    made.fov(99.5)
    for t_s, pitch in ((100.0, -40.0), (100.2, -50.0)):
        made.position(t_s)
        made.gimbal(t_s, pitch, 350.0 if pitch == -40 else 10.0)
    return made


def test_pose_between_two_samples_is_interpolated_on_the_senders_clocks(flight: Flight) -> None:
    pose = flight.history.pose(T0 + 100.1)
    assert pose is not None
    east_m = math.radians(pose.lon_deg - LON) * 6371000 * math.cos(math.radians(LAT))
    assert east_m == pytest.approx(1.0, abs=0.03)
    assert math.degrees(pose.pitch_rad) == pytest.approx(-45.3, abs=0.6)  # along the great circle, not the angles
    assert math.degrees(pose.yaw_rad) == pytest.approx(0.0, abs=1.0)  # across north, the short way
    assert math.degrees(pose.hfov_rad) == pytest.approx(60.0)
    assert (pose.alt_amsl_m, pose.age_s) == (180.0, 0.0)


def test_pose_just_beyond_the_last_sample_is_carried_on_by_velocity(flight: Flight) -> None:
    pose = flight.history.pose(T0 + 100.6)
    assert pose is not None
    east_m = math.radians(pose.lon_deg - LON) * 6371000 * math.cos(math.radians(LAT))
    assert east_m == pytest.approx(6.0, abs=0.05)
    assert pose.age_s == pytest.approx(0.4, abs=1e-3)


@pytest.mark.parametrize("t_s", [99.4, 100.8])
def test_no_pose_beyond_half_a_second_of_extrapolation(flight: Flight, t_s: float) -> None:
    assert flight.history.pose(T0 + t_s) is None


def test_no_pose_inside_a_gap_of_telemetry(flight: Flight) -> None:
    flight.position(105.0)
    flight.gimbal(105.0, -50.0, 0.0)
    assert flight.history.pose(T0 + 102.5) is None
    assert flight.history.pose(T0 + 104.9) is not None


def test_gimbal_yaw_from_the_nose_turns_with_the_vehicle() -> None:
    made = Flight(gimbal_flags=YAW_IN_VEHICLE_FRAME)
    made.clocks(99.0)
    made.fov(99.5)
    for t_s, heading in ((100.0, 350.0), (100.2, 30.0)):
        made.position(t_s, heading)
        made.gimbal(t_s, -45.0, 20.0)
    pose = made.history.pose(T0 + 100.1)
    assert pose is not None
    assert math.degrees(pose.yaw_rad) == pytest.approx(30.0, abs=0.1)
    assert math.degrees(pose.pitch_rad) == pytest.approx(-45.0, abs=0.1)


def test_without_system_time_the_least_delayed_message_sets_the_clock() -> None:
    made = Flight()
    made.fov(99.5)
    for t_s in (100.0, 100.2):
        made.position(t_s)
        made.gimbal(t_s, -45.0, 0.0)
    late = made.history.pose(T0 + DELAY + 100.1)
    assert late is not None
    assert late.age_s == 0.0


def test_a_clock_that_was_never_set_is_not_believed() -> None:
    made = Flight()
    made.fov(99.5)
    made.history.on_system_time(message("SYSTEM_TIME", 1, 99.0, time_unix_usec=0, time_boot_ms=99_000))
    made.position(100.0)
    made.gimbal(100.0, -45.0, 0.0)
    assert made.history.pose(T0 + DELAY + 100.0) is not None


def test_after_a_reboot_old_samples_are_forgotten(flight: Flight) -> None:
    flight.history.on_position(
        Message(
            "GLOBAL_POSITION_INT", 1,
            {"time_boot_ms": 500, "lat": 0, "lon": 0, "alt": 0, "relative_alt": 0, "vx": 0, "vy": 0, "vz": 0, "hdg": 0},
            Stamp(T0 + 110, 110),
        )
    )  # fmt: skip
    assert flight.history.pose(T0 + 100.1) is None


def test_unknown_field_of_view_means_no_pose() -> None:
    made = Flight()
    made.clocks(99.0)
    made.position(100.0)
    made.gimbal(100.0, -45.0, 0.0)
    assert made.history.pose(T0 + 100.0) is None
