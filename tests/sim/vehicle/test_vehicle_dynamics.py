"""Motion stays within its limits, tracks its goals and feels the wind."""

import math
from itertools import pairwise

import pytest
from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.aircraft import DT_S
from sim.vehicle.battery import flight_power_w
from sim.vehicle.modes import NavState
from sim.vehicle.trajectory import Goto, Limits, Reference, braking_distance, corner_speed, demand, follow
from sim.vehicle.wind import Wind


def record(pilot):
    """(t, n, e, d, vn, ve, vd, yaw) of the true motion at every step."""
    rows = []
    b = pilot.craft.body

    def sample():
        rows.append((b.north_m, b.east_m, b.down_m, b.vn_mps, b.ve_mps, b.vd_mps, b.yaw_rad))

    pilot.watch = sample
    return rows


def derivative(values):
    return [(b - a) / DT_S for a, b in pairwise(values)]


@pytest.fixture(scope="module")
def flown(pilot, at, do):
    """A mission with a corner, a climb and a change of speed, flown in still air at 12 m/s."""
    p = pilot(MPC_XY_CRUISE=12.0)
    rows = record(p)
    wp = mavlink.MAV_CMD_NAV_WAYPOINT
    p.mission(
        at(0, mavlink.MAV_CMD_NAV_TAKEOFF, 0, 0, 20),
        at(1, wp, 150, 0, 20),
        at(2, wp, 150, 150, 35),
        do(3, mavlink.MAV_CMD_DO_CHANGE_SPEED, 1, 6),
        at(4, wp, 0, 150, 20, (2.0,)),
    )
    assert p.arm(NavState.MISSION)
    assert p.run(180, lambda: p.craft.mission.finished)
    assert p.reached == [0, 1, 2, 3, 4]
    return p, rows


def test_speed_acceleration_and_jerk_stay_within_the_parameters(flown):
    p, rows = flown
    limits = p.craft.limits
    vn, ve, vd = ([row[i] for row in rows] for i in (3, 4, 5))
    assert max(map(math.hypot, vn, ve)) <= limits.speed_mps + 0.01
    assert max(map(math.hypot, vn, ve)) > 11.9, "the long leg should be flown at full speed"
    assert min(vd) >= -limits.up_mps - 0.01
    assert max(vd) <= limits.down_mps + 0.01
    airborne = slice(int(6 / DT_S), None)  # after lift-off, where the ground's reaction ends
    an, ae, ad = (derivative(v[airborne]) for v in (vn, ve, vd))
    assert max(map(math.hypot, an, ae)) <= limits.acc_hor_mps2 * 1.02
    assert max(map(math.hypot, an, ae)) > 0.95 * limits.acc_hor_mps2, "full braking should be used"
    assert max(map(abs, ad)) <= limits.acc_up_mps2 * 1.02
    assert max(map(math.hypot, derivative(an), derivative(ae))) <= limits.jerk_mps3 * 1.1


def test_velocity_is_the_derivative_of_position(flown):
    _, rows = flown
    for axis in range(3):
        moved = derivative([row[axis] for row in rows])
        mean = [(a + b) / 2 for a, b in pairwise(row[axis + 3] for row in rows)]
        assert max(abs(m - v) for m, v in zip(moved, mean, strict=True)) < 0.02


def test_yaw_turns_no_faster_than_mpc_yawrauto_max(flown):
    p, rows = flown
    turns = [math.remainder(b - a, 2 * math.pi) / DT_S for a, b in pairwise(row[6] for row in rows)]
    assert 0.9 * p.craft.limits.yaw_rate_radps < max(map(abs, turns)) <= p.craft.limits.yaw_rate_radps * 1.01


def test_changed_speed_holds_for_the_rest_of_the_mission(flown):
    _, rows = flown
    last_leg = [math.hypot(r[3], r[4]) for r in rows if r[1] > 100 and 20 < r[0] < 100]
    assert max(last_leg) == pytest.approx(6.0, abs=0.05)


def test_vehicle_stops_at_its_goal_without_overshoot(pilot):
    p = pilot()
    p.climb(20)
    north_m = []
    p.watch = lambda: north_m.append(p.craft.body.north_m)
    p.craft.navigator.hold.reposition(Goto(100.0, 0.0, -20.0, 12.0))
    p.run(30)
    assert max(north_m) < 100.05
    assert north_m[-1] == pytest.approx(100.0, abs=0.05)


def test_steady_wind_is_leaned_into_and_gusts_push(pilot):
    p = pilot(Wind(mean_mps=8.0, from_rad=0.0, seed=4))
    p.climb(20)
    track = []
    p.watch = lambda: track.append((p.craft.body.north_m, p.craft.body.pitch_rad, p.craft.body.power_w))
    p.run(30)
    settled = track[len(track) // 2 :]
    away = [abs(n) for n, _, _ in settled]
    assert 0.02 < max(away) < 1.0, "gusts should move it, but not far"
    lean_deg = math.degrees(sum(pitch for _, pitch, _ in settled) / len(settled))
    assert -12.0 < lean_deg < -1.0, "nose (north) down into a north wind"


def test_gusts_repeat_with_their_seed():
    def blow(seed):
        wind = Wind(5.0, 0.0, seed=seed)
        for _ in range(100):
            wind.step(0.01)
        return wind.north_mps

    assert blow(1) == blow(1) != blow(2)


def test_forward_flight_banks_by_acceleration(pilot):
    p = pilot()
    p.climb(20)
    p.craft.ref.yaw_rad = 0.0
    pitch_deg = []
    p.watch = lambda: pitch_deg.append(math.degrees(p.craft.body.pitch_rad))
    p.craft.navigator.hold.reposition(Goto(200.0, 0.0, -20.0, 12.0, yaw_rad=0.0))
    p.run(25)
    assert -26.0 < min(pitch_deg) < -math.degrees(math.atan2(3.0, 9.8)), "3 m/s2 and the drag at speed"
    assert max(pitch_deg) > 8.0, "braking raises the nose"


def test_killed_motors_let_it_fall(pilot):
    p = pilot()
    p.climb(30)
    assert p.craft.commander.disarm("test", forced=True)
    assert p.run(10, lambda: p.craft.landed)
    assert p.craft.body.height_m == 0.0


@pytest.mark.parametrize("speed_mps", [1.0, 5.0, 12.0])
def test_braking_stops_within_the_braking_distance(speed_mps):
    limits, ref = Limits(), Reference(vn_mps=speed_mps)
    distance_m = braking_distance(speed_mps, limits.acc_hor_mps2, limits.jerk_mps3)
    goal = Goto(distance_m, 0.0, 0.0, 12.0)
    farthest_m = 0.0
    for _ in range(2500):
        follow(ref, demand(goal, ref, limits), limits, DT_S)
        farthest_m = max(farthest_m, ref.north_m)
    assert ref.north_m == pytest.approx(distance_m, abs=0.01)
    assert farthest_m <= distance_m + 0.01


def test_sharper_corners_are_slower():
    def at_angle(deg):
        after = (100 + 50 * math.cos(math.radians(deg)), 50 * math.sin(math.radians(deg)))
        return corner_speed((0, 0), (100, 0), after, 2.0, 3.0)

    assert at_angle(0) == math.inf
    assert at_angle(10) > at_angle(45) > at_angle(90) > at_angle(170)
    assert at_angle(90) == pytest.approx(math.sqrt(3.0 * 2.0))


def test_climbing_costs_and_slow_forward_flight_saves_power():
    hover = flight_power_w(39.2, 0.0, 0.0, 0.0)
    assert 350 < hover < 500
    assert flight_power_w(39.2, 0.0, 3.0, 0.0) > hover + 150
    assert flight_power_w(39.2, 6.0, 0.0, 1.0) < hover
    assert flight_power_w(42.0, 18.0, 0.0, 12.0) > hover
