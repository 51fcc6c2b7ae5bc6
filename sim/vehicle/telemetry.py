"""Telemetry messages about motion, built from the aircraft's state as PX4 fills them."""

import math
from dataclasses import dataclass
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.aircraft import Aircraft
from sim.vehicle.battery import GRAVITY, MASS_KG
from sim.vehicle.body import quaternion
from sim.vehicle.clock import Clock
from sim.vehicle.trajectory import Circle

HOVER_THROTTLE = 0.5
UNKNOWN_COVARIANCE = [math.nan] * 21


@dataclass(slots=True)
class View:
    """What telemetry is built from."""

    craft: Aircraft
    clock: Clock
    boot_s: float = 0.0
    """The clock's simulated time at which the aircraft booted."""

    @property
    def boot_ms(self) -> int:
        """Milliseconds since boot of the present state."""
        return int(self.craft.t_s * 1000.0)

    @property
    def boot_us(self) -> int:
        """Microseconds since boot of the present state."""
        return int(self.craft.t_s * 1e6)

    @property
    def unix_us(self) -> int:
        """Microseconds since 1970 of the present state."""
        return int(self.clock.unix_s(self.boot_s + self.craft.t_s) * 1e6)

    @property
    def now_ns(self) -> int:
        """Nanoseconds since boot at this moment, between steps too."""
        return int((self.clock.sim_s() - self.boot_s) * 1e9)


def attitude(view: View) -> Any:
    """ATTITUDE: Euler angles and body rates."""
    b = view.craft.body
    return mavlink.MAVLink_attitude_message(
        view.boot_ms, b.roll_rad, b.pitch_rad, b.yaw_rad, b.roll_rate_radps, b.pitch_rate_radps, b.yaw_rate_radps
    )


def attitude_quaternion(view: View) -> Any:
    """ATTITUDE_QUATERNION: body to NED, (w, x, y, z)."""
    b = view.craft.body
    w, x, y, z = quaternion(b.roll_rad, b.pitch_rad, b.yaw_rad)
    rates = (b.roll_rate_radps, b.pitch_rate_radps, b.yaw_rate_radps)
    return mavlink.MAVLink_attitude_quaternion_message(view.boot_ms, w, x, y, z, *rates)


def global_position(view: View) -> Any:
    """GLOBAL_POSITION_INT; none without a position estimate."""
    craft, b = view.craft, view.craft.body
    if not craft.position_ok:
        return None
    lat_deg, lon_deg = craft.to_global(b.north_m, b.east_m)
    return mavlink.MAVLink_global_position_int_message(
        view.boot_ms,
        round(lat_deg * 1e7),
        round(lon_deg * 1e7),
        round(craft.alt_amsl_m * 1000.0),
        round(craft.alt_rel_m * 1000.0),
        round(b.vn_mps * 100.0),
        round(b.ve_mps * 100.0),
        round(b.vd_mps * 100.0),
        _heading_cdeg(b.yaw_rad),
    )


def local_position(view: View) -> Any:
    """LOCAL_POSITION_NED about the boot position."""
    b = view.craft.body
    if not view.craft.position_ok:
        return None
    return mavlink.MAVLink_local_position_ned_message(
        view.boot_ms, b.north_m, b.east_m, b.down_m, b.vn_mps, b.ve_mps, b.vd_mps
    )


def gps_raw(view: View) -> Any:
    """GPS_RAW_INT of a good multi-band receiver, or of one without a fix."""
    craft, b = view.craft, view.craft.body
    if not craft.gps_fixed:
        return mavlink.MAVLink_gps_raw_int_message(view.boot_us, 0, 0, 0, 0, 9999, 9999, 0, 0, 0)
    lat_deg, lon_deg = craft.to_global(b.north_m, b.east_m)
    alt_mm = round(craft.alt_amsl_m * 1000.0)
    return mavlink.MAVLink_gps_raw_int_message(
        view.boot_us,
        mavlink.GPS_FIX_TYPE_3D_FIX,
        round(lat_deg * 1e7),
        round(lon_deg * 1e7),
        alt_mm,
        70,
        110,
        round(b.ground_speed_mps * 100.0),
        _heading_cdeg(math.atan2(b.ve_mps, b.vn_mps)),
        16,
        alt_ellipsoid=alt_mm,
        h_acc=900,
        v_acc=1500,
        vel_acc=300,
    )


def vfr_hud(view: View) -> Any:
    """VFR_HUD."""
    craft, b = view.craft, view.craft.body
    heading_deg = round(math.degrees(b.yaw_rad)) % 360
    throttle = round(100.0 * throttle_share(craft))
    speeds = (b.airspeed_mps, b.ground_speed_mps)
    return mavlink.MAVLink_vfr_hud_message(*speeds, heading_deg, throttle, craft.alt_amsl_m, -b.vd_mps)


def altitude(view: View) -> Any:
    """ALTITUDE; the ground is flat, so the clearance is the height."""
    craft = view.craft
    amsl_m, height_m = craft.alt_amsl_m, craft.body.height_m
    return mavlink.MAVLink_altitude_message(
        view.boot_us, amsl_m, amsl_m, height_m, craft.alt_rel_m, craft.start.alt_m, height_m
    )


def wind(view: View) -> Any:
    """WIND_COV: wind speed in NED as the estimator would give it (without gusts it is exact)."""
    w = view.craft.wind
    return mavlink.MAVLink_wind_cov_message(
        view.boot_us, w.north_mps, w.east_mps, 0.0, 0.1, 0.1, view.craft.alt_amsl_m, 0.5, 0.5
    )


def odometry(view: View) -> Any:
    """ODOMETRY: local NED pose, body-frame velocity."""
    craft, b = view.craft, view.craft.body
    if not craft.position_ok:
        return None
    w, x, y, z = quaternion(b.roll_rad, b.pitch_rad, b.yaw_rad)
    v_body = _to_body((w, x, y, z), (b.vn_mps, b.ve_mps, b.vd_mps))
    return mavlink.MAVLink_odometry_message(
        view.boot_us,
        mavlink.MAV_FRAME_LOCAL_NED,
        mavlink.MAV_FRAME_BODY_FRD,
        b.north_m,
        b.east_m,
        b.down_m,
        [w, x, y, z],
        *v_body,
        b.roll_rate_radps,
        b.pitch_rate_radps,
        b.yaw_rate_radps,
        UNKNOWN_COVARIANCE,
        UNKNOWN_COVARIANCE,
        estimator_type=mavlink.MAV_ESTIMATOR_TYPE_AUTOPILOT,
    )


def orbit_status(view: View) -> Any:
    """ORBIT_EXECUTION_STATUS while circling, else nothing."""
    craft, goal = view.craft, view.craft.goal
    if not isinstance(goal, Circle):
        return None
    lat_deg, lon_deg = craft.to_global(goal.north_m, goal.east_m)
    return mavlink.MAVLink_orbit_execution_status_message(
        view.boot_us,
        goal.radius_m,
        mavlink.MAV_FRAME_GLOBAL,
        round(lat_deg * 1e7),
        round(lon_deg * 1e7),
        craft.alt_of(goal.down_m),
    )


def throttle_share(craft: Aircraft) -> float:
    """Throttle 0..1, proportional to thrust; hover needs `HOVER_THROTTLE`."""
    if not craft.commander.armed:
        return 0.0
    if craft.landed:
        return 0.1
    b = craft.body
    thrust_n = MASS_KG * math.sqrt(b.an_mps2**2 + b.ae_mps2**2 + (GRAVITY - b.ad_mps2) ** 2)
    return min(1.0, HOVER_THROTTLE * thrust_n / (MASS_KG * GRAVITY))


def _to_body(q: tuple[float, float, float, float], v: tuple[float, float, float]) -> tuple[float, float, float]:
    """Rotate an NED vector into the body frame."""
    w, x, y, z = q
    return (
        (1 - 2 * (y * y + z * z)) * v[0] + 2 * (x * y + w * z) * v[1] + 2 * (x * z - w * y) * v[2],
        2 * (x * y - w * z) * v[0] + (1 - 2 * (x * x + z * z)) * v[1] + 2 * (y * z + w * x) * v[2],
        2 * (x * z + w * y) * v[0] + 2 * (y * z - w * x) * v[1] + (1 - 2 * (x * x + y * y)) * v[2],
    )


def _heading_cdeg(yaw_rad: float) -> int:
    return round(math.degrees(yaw_rad) * 100.0) % 36000
