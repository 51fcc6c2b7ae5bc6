"""Arming, modes, missions, return, failsafes: the aircraft without I/O."""

import math

import pytest
from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.commands import Command, Commands
from sim.vehicle.failsafe import Action
from sim.vehicle.modes import NavState
from sim.vehicle.plan import FENCE, RALLY
from sim.vehicle.rtl import return_altitude
from sim.vehicle.trajectory import Goto

WP, TAKEOFF, LAND = mavlink.MAV_CMD_NAV_WAYPOINT, mavlink.MAV_CMD_NAV_TAKEOFF, mavlink.MAV_CMD_NAV_LAND
RTL = mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH
NAN = math.nan


def send(pilot, command, *p):
    """Send a command; the MAV_RESULT."""
    params = (*p, *(NAN,) * (7 - len(p)))
    return Commands(pilot.craft).execute(Command(command, params))


def fence(at, half_m):
    corner = mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION
    square = [(-half_m, -half_m), (half_m, -half_m), (half_m, half_m), (-half_m, half_m)]
    return [at(i, corner, n, e, 0, (4.0,)) for i, (n, e) in enumerate(square)]


# arming


def test_arming_without_gps_names_the_reason(pilot):
    p = pilot(SYS_FAILURE_EN=1)
    assert send(p, mavlink.MAV_CMD_INJECT_FAILURE, 4, 1) == mavlink.MAV_RESULT_ACCEPTED
    p.run(6)
    assert send(p, mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1) == mavlink.MAV_RESULT_TEMPORARILY_REJECTED
    p.run(0.1)
    assert "Preflight Fail: GPS fix too low" in p.texts
    assert "Preflight Fail: Navigation error: No valid global position estimate" in p.texts


def test_arming_before_the_first_fix_is_refused_for_want_of_home(pilot):
    p = pilot()
    p.craft.home = None
    assert not p.arm()
    assert p.texts == ["Preflight Fail: Home position not set"]


def test_critical_battery_forbids_arming_and_low_battery_warns(pilot):
    p = pilot()
    p.craft.battery.remaining = 0.12
    p.run(0.5)
    assert "Low battery" in p.texts
    assert p.arm()
    p.craft.commander.disarm("test")
    p.craft.battery.remaining = 0.06
    p.run(0.5)
    assert not p.arm()
    assert "Preflight Fail: Critical battery" in p.texts


def test_forced_arming_from_outside_still_runs_the_checks(pilot):
    p = pilot()
    p.craft.home = None
    assert send(p, mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1, 21196) == mavlink.MAV_RESULT_TEMPORARILY_REJECTED


def test_disarming_in_the_air_needs_the_magic_number(pilot):
    p = pilot()
    p.climb(10)
    assert send(p, mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 0) == mavlink.MAV_RESULT_TEMPORARILY_REJECTED
    p.run(0.1)
    assert "Disarming denied: not landed" in p.texts
    assert send(p, mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 0, 21196) == mavlink.MAV_RESULT_ACCEPTED


def test_takeoff_while_disarmed_changes_the_mode_but_leaves_the_ground_only_once_armed(pilot):
    p = pilot()
    assert send(p, mavlink.MAV_CMD_NAV_TAKEOFF) == mavlink.MAV_RESULT_ACCEPTED
    p.run(5)
    assert p.state is NavState.TAKEOFF
    assert p.craft.body.height_m == 0.0
    assert send(p, mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1) == mavlink.MAV_RESULT_ACCEPTED
    assert p.run(20, lambda: p.state is NavState.HOLD)
    assert p.craft.body.height_m == pytest.approx(2.5, abs=0.5)


def test_armed_vehicle_that_does_not_take_off_disarms(pilot):
    p = pilot()
    assert p.arm()
    assert p.run(11, lambda: not p.craft.commander.armed)
    assert "Disarmed by auto preflight disarming" in p.texts


def test_arming_in_land_mode_is_refused(pilot):
    p = pilot()
    assert not p.arm(NavState.LAND)
    assert "Preflight Fail: Mode not suitable for arming" in p.texts


def test_termination_is_only_for_armed_vehicles(pilot):
    p = pilot()
    assert send(p, mavlink.MAV_CMD_DO_FLIGHTTERMINATION, 1) == mavlink.MAV_RESULT_DENIED
    p.climb(10)
    assert send(p, mavlink.MAV_CMD_DO_FLIGHTTERMINATION, 1) == mavlink.MAV_RESULT_ACCEPTED
    assert p.run(3, lambda: p.craft.body.height_m == 0.0), "it falls"
    assert p.run(6, lambda: not p.craft.commander.armed)
    assert not p.craft.commander.request_mode(NavState.HOLD), "there is no way out of termination"


# landing and return


def test_landing_slows_near_the_ground_and_disarms(pilot):
    p = pilot()
    p.climb(15)
    sinks = []
    p.watch = lambda: sinks.append((p.craft.body.height_m, p.craft.body.vd_mps))
    assert send(p, LAND) == mavlink.MAV_RESULT_ACCEPTED
    assert p.run(40, lambda: not p.craft.commander.armed)
    assert max(v for _, v in sinks) == pytest.approx(1.5, abs=0.05)
    assert max(v for h, v in sinks if 0.1 < h < 4) == pytest.approx(0.7, abs=0.1)
    assert p.texts[-2:] == ["Landing detected", "Disarmed by landing"]


@pytest.mark.parametrize(
    ("distance_m", "height_m", "expected_m"),
    [
        (200.0, 12.0, 30.0),  # far: RTL_RETURN_ALT
        (200.0, 55.0, 55.0),  # already higher: stays
        (8.0, 3.0, 8.0),  # in the cone of 45 degrees
        (3.0, 1.0, 4.0),  # at least twice the acceptance radius
        (1.0, 10.0, 10.0),  # never lower than it is
    ],
)
def test_return_altitude_follows_the_cone(distance_m, height_m, expected_m):
    params = {"RTL_RETURN_ALT": 30.0, "RTL_CONE_ANG": 45.0, "RTL_MIN_DIST": 10.0, "NAV_ACC_RAD": 2.0}
    assert return_altitude(distance_m, height_m, params) == pytest.approx(expected_m)


def test_return_climbs_then_flies_home_and_lands(pilot):
    p = pilot()
    p.climb(10)
    send(p, mavlink.MAV_CMD_DO_REPOSITION, -1, 1, 0, NAN, *p.craft.to_global(80, 0), NAN)
    assert p.run(40, lambda: p.craft.body.north_m > 79)
    track = []
    p.watch = lambda: track.append((p.craft.body.north_m, p.craft.body.height_m))
    assert send(p, RTL) == mavlink.MAV_RESULT_ACCEPTED
    assert p.run(120, lambda: not p.craft.commander.armed)
    assert all(height > 28 for north, height in track if 5 < north < 70)
    assert math.hypot(p.craft.body.north_m, p.craft.body.east_m) < 0.3
    assert any(text.startswith("RTL: start return at 130 m") for text in p.texts)
    assert p.state is NavState.HOLD


def test_return_prefers_a_nearer_rally_point(pilot, at):
    p = pilot()
    p.craft.set_plan(RALLY, [at(0, mavlink.MAV_CMD_NAV_RALLY_POINT, 100, 0, 0)], -1)
    p.climb(10)
    send(p, mavlink.MAV_CMD_DO_REPOSITION, -1, 1, 0, NAN, *p.craft.to_global(80, 0), NAN)
    p.run(40, lambda: p.craft.body.north_m > 79)
    send(p, RTL)
    assert p.run(120, lambda: not p.craft.commander.armed)
    assert p.craft.body.north_m == pytest.approx(100.0, abs=0.5)


# missions


def test_mission_runs_jumps_delays_and_payload_items_and_ends_in_hold(pilot, at, do):
    p = pilot()
    p.mission(
        at(0, TAKEOFF, 0, 0, 10),
        at(1, WP, 20, 0, 10),
        do(2, mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW, -45, 0),
        do(3, mavlink.MAV_CMD_IMAGE_START_CAPTURE, 0, 2, 1),
        at(4, WP, 20, 10, 10),
        do(5, mavlink.MAV_CMD_DO_JUMP, 1, 1),
        do(6, mavlink.MAV_CMD_NAV_DELAY, 3),
        at(7, mavlink.MAV_CMD_NAV_LOITER_TIME, 0, 0, 10, (4.0, 0.0, 0.0, 0.0)),
    )
    assert p.arm(NavState.MISSION)
    assert p.run(120, lambda: p.craft.mission.finished)
    assert p.reached == [0, 1, 2, 3, 4, 1, 2, 3, 4, 6, 7]
    p.run(0.2)
    assert p.state is NavState.HOLD
    assert p.craft.mission.reached_seq == -1, "PX4 stops repeating MISSION_ITEM_REACHED once out of the mission"
    assert "Mission finished, loitering" in p.texts
    assert [c.command for c in p.payload].count(mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW) == 2
    assert p.payload[0].params[0] == -45
    assert p.payload[-1].command == mavlink.MAV_CMD_IMAGE_STOP_CAPTURE, "capturing ends with the mission"


def test_pause_and_resume_continue_at_the_same_item_with_gimbal_and_speed(pilot, at, do):
    p = pilot()
    p.mission(
        at(0, TAKEOFF, 0, 0, 10),
        do(1, mavlink.MAV_CMD_DO_CHANGE_SPEED, 1, 3),
        do(2, mavlink.MAV_CMD_DO_MOUNT_CONTROL, -60),
        at(3, WP, 60, 0, 10),
    )
    p.arm(NavState.MISSION)
    assert p.run(40, lambda: p.craft.body.north_m > 20)
    assert p.craft.commander.request_mode(NavState.HOLD)
    p.run(10)
    assert p.craft.body.ground_speed_mps < 0.05
    assert p.craft.mission.index == 3
    p.payload.clear()
    p.craft.commander.request_mode(NavState.MISSION)
    p.run(3)
    assert [c.command for c in p.payload] == [mavlink.MAV_CMD_DO_MOUNT_CONTROL]
    assert p.craft.cruise_mps == 3.0
    assert p.run(40, lambda: p.craft.mission.finished)


def test_mission_ending_with_return_lands_and_starts_over_next_time(pilot, at, do):
    p = pilot()
    p.mission(at(0, TAKEOFF, 0, 0, 10), at(1, WP, 15, 0, 10), do(2, RTL))
    p.arm(NavState.MISSION)
    assert p.run(120, lambda: not p.craft.commander.armed)
    assert p.reached == [0, 1], "PX4 does not report the return item as reached"
    assert p.craft.mission.index == 2
    p.reached.clear()
    assert p.arm(NavState.MISSION)
    assert p.run(60, lambda: p.reached == [0, 1])


def test_land_item_lands_at_its_place_and_finishes(pilot, at):
    p = pilot()
    p.mission(at(0, TAKEOFF, 0, 0, 10), at(1, LAND, 25, 5, 0))
    p.arm(NavState.MISSION)
    assert p.run(90, lambda: not p.craft.commander.armed)
    assert p.craft.body.north_m == pytest.approx(25, abs=0.5)
    assert "Mission finished, landed" in p.texts


def test_region_of_interest_turns_the_vehicle_and_goes_to_the_gimbal(pilot, at):
    p = pilot()
    p.mission(
        at(0, TAKEOFF, 0, 0, 10), at(1, mavlink.MAV_CMD_DO_SET_ROI_LOCATION, 30, 60, 0), at(2, WP, 60, 0, 10, (3.0,))
    )
    p.arm(NavState.MISSION)
    assert p.run(60, lambda: 2 in p.reached)
    b = p.craft.body
    assert math.remainder(b.yaw_rad - math.atan2(60 - b.east_m, 30 - b.north_m), 2 * math.pi) == pytest.approx(
        0, abs=0.1
    )
    assert p.payload[0].command == mavlink.MAV_CMD_DO_SET_ROI_LOCATION
    assert p.payload[0].params[4:] == pytest.approx((*p.craft.to_global(30, 60), 100.0))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda at, do: [at(0, TAKEOFF, 0, 0, 2)], "Mission rejected: Takeoff altitude too low!"),
        (
            lambda at, do: [at(0, WP, 5, 0, 10), at(1, TAKEOFF, 0, 0, 20)],
            "Mission rejected: takeoff not first waypoint item",
        ),
        (lambda at, do: [at(0, LAND, 5, 0, 0)], "Mission rejected: starts with landing"),
        (lambda at, do: [at(0, WP, 20000.5, 0, 10)], "First waypoint too far away: 20000m, 10000 max"),
        (
            lambda at, do: [do(0, mavlink.MAV_CMD_CONDITION_DELAY, 5)],
            "Mission rejected: item 1: unsupported cmd: 112",
        ),
    ],
)
def test_infeasible_mission_is_refused_with_the_reason(pilot, at, do, make, text):
    p = pilot()
    p.mission(*make(at, do))
    assert text in p.texts
    assert send(p, mavlink.MAV_CMD_MISSION_START, -1) == mavlink.MAV_RESULT_DENIED
    p.run(0.1)
    assert "Mission start denied! No valid mission" in p.texts


def test_route_outside_the_fence_is_refused_until_the_fence_allows_it(pilot, at):
    p = pilot()
    p.craft.set_plan(FENCE, fence(at, 50), -1)
    p.mission(at(0, TAKEOFF, 0, 0, 10), at(1, WP, 80, 0, 10))
    assert "Geofence violation for waypoint 2" in p.texts
    assert not p.arm(NavState.MISSION)
    assert "Preflight Fail: No valid mission available" in p.texts
    p.craft.set_plan(FENCE, fence(at, 100), -1)
    assert p.craft.mission_valid
    assert p.arm(NavState.MISSION)


def test_fence_that_excludes_home_is_ignored_with_a_warning(pilot, at):
    p = pilot()
    circle = at(0, mavlink.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION, 0, 0, 0, (30.0,))
    p.craft.set_plan(FENCE, [circle], -1)
    p.run(0.1)
    assert "Geofence invalid, doesn't contain Home position" in p.texts
    assert p.arm()


# failsafes


@pytest.mark.parametrize(
    ("action", "state"), [(1, NavState.HOLD), (2, NavState.HOLD), (3, NavState.RETURN), (5, NavState.LAND)]
)
def test_fence_breach_acts_by_gf_action(pilot, at, action, state):
    p = pilot(GF_ACTION=action, COM_FAIL_ACT_T=0.0)
    p.climb(10)
    p.craft.set_plan(FENCE, fence(at, 30), -1)
    p.craft.navigator.hold.reposition(Goto(60.0, 0.0, -10.0, 5.0))
    p.run(10, lambda: "Geofence: approaching or outside geofence" in p.texts)
    p.run(6)
    assert p.state is state
    if action == 1:
        assert p.craft.body.north_m > 45, "a warning does not stop it"
    if action == 2:
        assert p.craft.body.north_m < 40


def test_reposition_without_a_place_stops_the_vehicle(pilot):
    p = pilot()
    p.climb(10)
    send(p, mavlink.MAV_CMD_DO_REPOSITION, -1, 1, 0, NAN, *p.craft.to_global(90, 0), NAN)
    p.run(10)
    moving_m = p.craft.body.north_m
    assert send(p, mavlink.MAV_CMD_DO_REPOSITION, -1, 1) == mavlink.MAV_RESULT_ACCEPTED
    p.run(8)
    assert p.craft.body.ground_speed_mps < 0.05
    assert moving_m < p.craft.body.north_m < moving_m + 15


def test_reposition_outside_the_fence_is_not_flown(pilot, at):
    p = pilot()
    p.craft.set_plan(FENCE, fence(at, 30), -1)
    p.climb(10)
    send(p, mavlink.MAV_CMD_DO_REPOSITION, -1, 1, 0, NAN, *p.craft.to_global(90, 0), NAN)
    p.run(8)
    assert "Reposition is outside geofence" in p.texts
    assert abs(p.craft.body.north_m) < 0.5


def test_lost_ground_station_returns_after_holding_and_the_operator_can_take_over(pilot):
    p = pilot(NAV_DLL_ACT=2)
    p.craft.commander.gcs_heard()
    p.climb(10)
    p.craft.commander.gcs_heard()
    assert p.run(12, lambda: "Connection to ground station lost" in p.texts)
    assert p.run(1, lambda: "Failsafe activated, entering Hold for 5 seconds" in p.texts)
    assert p.state is NavState.HOLD
    assert p.run(6, lambda: p.state is NavState.RETURN)
    assert p.craft.commander.failsafe.action is Action.RETURN
    p.craft.commander.gcs_heard()
    p.run(1)
    assert p.state is NavState.RETURN, "regaining the link alone does not end the return"
    assert p.craft.commander.request_mode(NavState.HOLD)
    p.run(1)
    assert p.state is NavState.HOLD
    assert "GCS connection regained" in p.texts


def test_lost_ground_station_does_nothing_by_default(pilot):
    p = pilot()
    p.craft.commander.gcs_heard()
    p.climb(10)
    p.run(15)
    assert p.state is NavState.HOLD
    assert p.craft.commander.failsafe.action is Action.NONE


@pytest.mark.parametrize(
    ("setting", "remaining", "state"),
    [
        (0, 0.06, NavState.HOLD),
        (2, 0.06, NavState.LAND),
        (3, 0.06, NavState.RETURN),
        (3, 0.04, NavState.LAND),
    ],
)
def test_low_battery_acts_by_com_low_bat_act(pilot, setting, remaining, state):
    p = pilot(COM_LOW_BAT_ACT=setting)
    p.climb(15)
    p.craft.battery.remaining = remaining
    p.run(7)
    assert p.state is state
    assert "Failsafe activated" in " ".join(p.texts)


def test_lost_gps_in_flight_ends_in_a_blind_descent(pilot):
    p = pilot(SYS_FAILURE_EN=1)
    p.climb(10)
    send(p, mavlink.MAV_CMD_INJECT_FAILURE, 4, 1)
    assert p.run(12, lambda: p.state is NavState.DESCEND)
    assert p.run(40, lambda: not p.craft.commander.armed)


def test_failure_injection_needs_its_parameter(pilot):
    assert send(pilot(), mavlink.MAV_CMD_INJECT_FAILURE, 4, 1) == mavlink.MAV_RESULT_DENIED


# orbit


def test_orbit_circles_its_centre_facing_it(pilot):
    p = pilot()
    p.climb(15)
    assert (
        send(p, mavlink.MAV_CMD_DO_ORBIT, 20, 4, 0, NAN, *p.craft.to_global(20, 0), 115) == mavlink.MAV_RESULT_ACCEPTED
    )
    p.run(20)
    seen = []
    p.watch = lambda: seen.append((math.dist((20, 0), (b.north_m, b.east_m)), b.yaw_rad, b.north_m, b.east_m))
    b = p.craft.body
    p.run(20)
    assert all(19 < radius < 22 for radius, *_ in seen)
    assert all(
        abs(math.remainder(yaw - math.atan2(-east, 20 - north), 2 * math.pi)) < 0.3 for _, yaw, north, east in seen
    )
    assert p.state is NavState.ORBIT
