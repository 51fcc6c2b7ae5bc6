"""Smooth reference motion: where the vehicle means to be, limited in speed, acceleration and jerk.

Frame: local NED metres. The reference chases a velocity demanded by the present goal; the demand falls with the
distance left such that the vehicle can always stop (or slow to the goal's passing speed) within its limits.
"""

import math
from dataclasses import dataclass

VELOCITY_GAIN_PER_S = 3.0
"""How hard a small velocity error is closed; larger errors are limited by acceleration and jerk."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reference may do. SI units, all positive."""

    speed_mps: float = 12.0
    up_mps: float = 3.0
    down_mps: float = 1.5
    acc_hor_mps2: float = 3.0
    acc_up_mps2: float = 4.0
    acc_down_mps2: float = 3.0
    jerk_mps3: float = 4.0
    yaw_rate_radps: float = math.radians(45.0)
    yaw_acc_radps2: float = math.radians(60.0)


@dataclass(frozen=True, slots=True)
class Goto:
    """Fly to a point and stop there, or pass it at `pass_mps`."""

    north_m: float
    east_m: float
    down_m: float
    speed_mps: float
    pass_mps: float = 0.0
    line_from: tuple[float, float] | None = None
    """(north_m, east_m) of the leg's start: the reference converges on that line."""
    up_mps: float | None = None
    """Climb speed if slower than the limit (take-off)."""
    yaw_rad: float | None = None
    """Heading to take; None faces the direction of travel."""


@dataclass(frozen=True, slots=True)
class Sink:
    """Hold a point horizontally and move vertically at a fixed speed (landing)."""

    north_m: float
    east_m: float
    down_mps: float
    yaw_rad: float | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """Fly around a centre. Positive radius is clockwise seen from above."""

    north_m: float
    east_m: float
    down_m: float
    radius_m: float
    speed_mps: float
    face_centre: bool = True


Goal = Goto | Sink | Circle


@dataclass(slots=True)
class Reference:
    """The state of the reference: position, velocity, acceleration (NED) and heading."""

    north_m: float = 0.0
    east_m: float = 0.0
    down_m: float = 0.0
    vn_mps: float = 0.0
    ve_mps: float = 0.0
    vd_mps: float = 0.0
    an_mps2: float = 0.0
    ae_mps2: float = 0.0
    ad_mps2: float = 0.0
    yaw_rad: float = 0.0
    yaw_rate_radps: float = 0.0


@dataclass(frozen=True, slots=True)
class Demand:
    """Velocity wanted now (NED) and heading wanted (None: keep the present one)."""

    vn_mps: float
    ve_mps: float
    vd_mps: float
    yaw_rad: float | None


def speed_to_stop(distance_m: float, accel_mps2: float, jerk_mps3: float, final_mps: float = 0.0) -> float:
    """Highest speed from which `final_mps` can be reached within `distance_m`.

    Solves v^2 + v * 4 a^2 / j = 2 a d + vf^2: braking at `accel_mps2` after the delay 2 a / j that jerk costs.
    """
    b = 4.0 * accel_mps2 * accel_mps2 / jerk_mps3
    return 0.5 * (-b + math.sqrt(b * b + 4.0 * (2.0 * accel_mps2 * max(distance_m, 0.0) + final_mps * final_mps)))


def braking_distance(speed_mps: float, accel_mps2: float, jerk_mps3: float) -> float:
    """Distance to a full stop from a steady speed, metres: v^2 / 2a, plus v a / j for building up the braking."""
    return speed_mps * (speed_mps / (2.0 * accel_mps2) + accel_mps2 / jerk_mps3)


def corner_speed(
    before: tuple[float, float], corner: tuple[float, float], after: tuple[float, float], radius_m: float, accel: float
) -> float:
    """Speed (m/s) at which a corner may be flown inside its acceptance radius: sqrt(a r tan(alpha / 2)).

    `alpha` is the inner angle between the legs (pi is straight on, which has no limit). Points are (north_m, east_m).
    """
    ux, uy = before[0] - corner[0], before[1] - corner[1]
    wx, wy = after[0] - corner[0], after[1] - corner[1]
    if math.hypot(ux, uy) < 0.1 or math.hypot(wx, wy) < 0.1:
        return 0.0
    alpha = abs(math.atan2(ux * wy - uy * wx, ux * wx + uy * wy))
    if alpha > math.radians(179.0):
        return math.inf
    return math.sqrt(accel * radius_m * math.tan(alpha / 2.0))


def wrap_pi(angle_rad: float) -> float:
    """Angle in (-pi, pi]."""
    return math.pi - (math.pi - angle_rad) % (2.0 * math.pi)


def demand(goal: Goal, ref: Reference, limits: Limits) -> Demand:
    """The velocity and heading that lead from the reference's state to the goal."""
    if isinstance(goal, Goto):
        return _demand_goto(goal, ref, limits)
    if isinstance(goal, Sink):
        vn, ve = _towards(goal.north_m - ref.north_m, goal.east_m - ref.east_m, limits.speed_mps, 0.0, limits)
        return Demand(vn, ve, goal.down_mps, goal.yaw_rad)
    return _demand_circle(goal, ref, limits)


def follow(ref: Reference, want: Demand, limits: Limits, dt: float) -> None:
    """Advance the reference by `dt` seconds towards the demanded velocity and heading, within the limits."""
    en, ee = want.vn_mps - ref.vn_mps, want.ve_mps - ref.ve_mps
    error = math.hypot(en, ee)
    accel = _accel_for(error, limits.acc_hor_mps2, limits.jerk_mps3)
    scale = accel / error if error > 1e-9 else 0.0
    dan, dae = en * scale - ref.an_mps2, ee * scale - ref.ae_mps2
    change = math.hypot(dan, dae)
    most = limits.jerk_mps3 * dt
    if change > most:
        dan, dae = dan * most / change, dae * most / change
    ref.north_m, ref.vn_mps, ref.an_mps2 = _integrate(ref.north_m, ref.vn_mps, ref.an_mps2, dan, dt)
    ref.east_m, ref.ve_mps, ref.ae_mps2 = _integrate(ref.east_m, ref.ve_mps, ref.ae_mps2, dae, dt)

    ed = want.vd_mps - ref.vd_mps
    accel = math.copysign(_accel_for(abs(ed), _vertical_accel(ed, limits), limits.jerk_mps3), ed)
    dad = max(-most, min(most, accel - ref.ad_mps2))
    ref.down_m, ref.vd_mps, ref.ad_mps2 = _integrate(ref.down_m, ref.vd_mps, ref.ad_mps2, dad, dt)
    _turn(ref, want.yaw_rad, limits, dt)


def _demand_goto(goal: Goto, ref: Reference, limits: Limits) -> Demand:
    dn, de, dd = goal.north_m - ref.north_m, goal.east_m - ref.east_m, goal.down_m - ref.down_m
    distance, height = math.hypot(dn, de), abs(dd)
    vertical = limits.down_mps if dd > 0.0 else min(limits.up_mps, goal.up_mps or limits.up_mps)
    speed = min(goal.speed_mps, limits.speed_mps)
    total = math.hypot(distance, height)
    if total > 0.1 and distance > 0.5:  # climb along the leg: the slower axis sets the pace
        along = min(speed * total / distance, vertical * total / height if height > 1e-3 else math.inf)
        speed, vertical = along * distance / total, min(vertical, max(along * height / total, 0.3))
    vd = math.copysign(min(vertical, speed_to_stop(height, limits.acc_down_mps2, limits.jerk_mps3)), dd)
    aim_n, aim_e = _aim(goal, ref, dn, de, distance)
    limit = min(speed, speed_to_stop(distance, limits.acc_hor_mps2, limits.jerk_mps3, min(goal.pass_mps, speed)))
    norm = math.hypot(aim_n, aim_e)
    vn, ve = (aim_n * limit / norm, aim_e * limit / norm) if norm > 1e-9 else (0.0, 0.0)
    yaw = goal.yaw_rad
    if yaw is None and distance > 2.0:
        yaw = math.atan2(de, dn)
    return Demand(vn, ve, vd, yaw)


def _aim(goal: Goto, ref: Reference, dn: float, de: float, distance: float) -> tuple[float, float]:
    """Vector to the point to steer for: ahead on the leg's line, or the goal itself when near it."""
    if goal.line_from is None:
        return dn, de
    ln, le = goal.north_m - goal.line_from[0], goal.east_m - goal.line_from[1]
    length = math.hypot(ln, le)
    ahead = max(5.0, math.hypot(ref.vn_mps, ref.ve_mps) * 1.5)
    if length < 1.0 or distance < ahead:
        return dn, de
    ln, le = ln / length, le / length
    left = dn * ln + de * le  # along the line, from abeam of the vehicle to the goal
    if left < ahead:
        return dn, de
    return dn - ln * (left - ahead), de - le * (left - ahead)


def _demand_circle(goal: Circle, ref: Reference, limits: Limits) -> Demand:
    cn, ce = ref.north_m - goal.north_m, ref.east_m - goal.east_m
    distance = math.hypot(cn, ce)
    radius = max(abs(goal.radius_m), 1.0)
    un, ue = (cn / distance, ce / distance) if distance > 0.1 else (1.0, 0.0)
    # a circle asks for v^2 / r sideways: keep it within the horizontal acceleration
    speed = min(goal.speed_mps, limits.speed_mps, math.sqrt(0.8 * limits.acc_hor_mps2 * radius))
    inward = max(-speed, min(speed, 0.5 * (distance - radius)))
    tangent = math.copysign(math.sqrt(max(speed * speed - inward * inward, 0.0)), goal.radius_m)
    dd = goal.down_m - ref.down_m
    fastest = limits.down_mps if dd > 0.0 else limits.up_mps
    vd = math.copysign(min(fastest, speed_to_stop(abs(dd), limits.acc_down_mps2, limits.jerk_mps3)), dd)
    vn, ve = -un * inward - ue * tangent, -ue * inward + un * tangent
    return Demand(vn, ve, vd, math.atan2(-ue, -un) if goal.face_centre else math.atan2(ve, vn))


def _towards(dn: float, de: float, speed: float, final: float, limits: Limits) -> tuple[float, float]:
    distance = math.hypot(dn, de)
    if distance < 1e-9:
        return 0.0, 0.0
    limit = min(speed, speed_to_stop(distance, limits.acc_hor_mps2, limits.jerk_mps3, final))
    return dn * limit / distance, de * limit / distance


def _accel_for(error_mps: float, accel: float, jerk: float) -> float:
    """Acceleration that removes a velocity error without overshoot: linear near zero, then sqrt(2 j e)."""
    linear = jerk / (VELOCITY_GAIN_PER_S * VELOCITY_GAIN_PER_S)
    if error_mps < linear:
        return min(accel, VELOCITY_GAIN_PER_S * error_mps)
    return min(accel, math.sqrt(2.0 * jerk * (error_mps - linear / 2.0)))


def _vertical_accel(error_mps: float, limits: Limits) -> float:
    return limits.acc_down_mps2 if error_mps > 0.0 else limits.acc_up_mps2


def _integrate(p: float, v: float, a: float, da: float, dt: float) -> tuple[float, float, float]:
    return p + v * dt + (a / 2.0 + da / 6.0) * dt * dt, v + (a + da / 2.0) * dt, a + da


def _turn(ref: Reference, yaw_rad: float | None, limits: Limits, dt: float) -> None:
    error = wrap_pi(yaw_rad - ref.yaw_rad) if yaw_rad is not None else 0.0
    rate = math.copysign(
        min(limits.yaw_rate_radps, 2.0 * abs(error), math.sqrt(limits.yaw_acc_radps2 * abs(error))), error
    )
    most = limits.yaw_acc_radps2 * dt
    ref.yaw_rate_radps += max(-most, min(most, rate - ref.yaw_rate_radps))
    ref.yaw_rad = wrap_pi(ref.yaw_rad + ref.yaw_rate_radps * dt)
