"""The vehicle's body: a point mass that chases the reference against wind and drag; attitude follows from thrust.

Frame: local NED metres, ground at down = 0. Thrust acts along the body's -z axis, so the attitude is read off the
specific force the controller asks for. Controller structure and gains are PX4's (P on position, PI on velocity).
"""

import math
from dataclasses import dataclass

from sim.vehicle.battery import AIR_DENSITY, GRAVITY, IDLE_MOTORS_W, MASS_KG, flight_power_w
from sim.vehicle.params import Params
from sim.vehicle.trajectory import Limits, Reference

DRAG_AREA_M2 = 0.06
"""Frontal area times drag coefficient."""
DRAG_PER_M = 0.5 * AIR_DENSITY * DRAG_AREA_M2 / MASS_KG
"""Drag deceleration is this times airspeed squared: rho CdA / 2m."""
FEEDBACK_MAX_MPS2 = 5.0


@dataclass(frozen=True, slots=True)
class Gains:
    """Position and velocity gains and the tilt limit."""

    pos_xy: float = 0.95
    vel_xy: float = 1.8
    int_xy: float = 0.4
    pos_z: float = 1.0
    vel_z: float = 4.0
    int_z: float = 2.0
    tilt_max_rad: float = math.radians(45.0)


def limits_from(params: Params) -> Limits:
    """The trajectory limits the parameters ask for."""
    return Limits(
        speed_mps=params["MPC_XY_VEL_MAX"],
        up_mps=min(params["MPC_Z_V_AUTO_UP"], params["MPC_Z_VEL_MAX_UP"]),
        down_mps=min(params["MPC_Z_V_AUTO_DN"], params["MPC_Z_VEL_MAX_DN"]),
        acc_hor_mps2=params["MPC_ACC_HOR"],
        acc_up_mps2=params["MPC_ACC_UP_MAX"],
        acc_down_mps2=params["MPC_ACC_DOWN_MAX"],
        jerk_mps3=params["MPC_JERK_AUTO"],
        yaw_rate_radps=math.radians(params["MPC_YAWRAUTO_MAX"]),
        yaw_acc_radps2=math.radians(params["MPC_YAWRAUTO_ACC"]),
    )


def gains_from(params: Params) -> Gains:
    """The controller gains the parameters ask for."""
    return Gains(
        pos_xy=params["MPC_XY_P"],
        vel_xy=params["MPC_XY_VEL_P_ACC"],
        int_xy=params["MPC_XY_VEL_I_ACC"],
        pos_z=params["MPC_Z_P"],
        vel_z=params["MPC_Z_VEL_P_ACC"],
        int_z=params["MPC_Z_VEL_I_ACC"],
        tilt_max_rad=math.radians(params["MPC_TILTMAX_AIR"]),
    )


@dataclass(slots=True)
class Body:
    """True motion. Angles are roll, pitch, yaw of the body (x forward, y right, z down) in NED."""

    north_m: float = 0.0
    east_m: float = 0.0
    down_m: float = 0.0
    vn_mps: float = 0.0
    ve_mps: float = 0.0
    vd_mps: float = 0.0
    an_mps2: float = 0.0
    ae_mps2: float = 0.0
    ad_mps2: float = 0.0
    roll_rad: float = 0.0
    pitch_rad: float = 0.0
    yaw_rad: float = 0.0
    roll_rate_radps: float = 0.0
    pitch_rate_radps: float = 0.0
    yaw_rate_radps: float = 0.0
    airspeed_mps: float = 0.0
    power_w: float = 0.0
    _int_n: float = 0.0
    _int_e: float = 0.0
    _int_d: float = 0.0

    @property
    def height_m(self) -> float:
        """Height above the ground."""
        return -self.down_m

    @property
    def ground_speed_mps(self) -> float:
        """Horizontal speed over the ground."""
        return math.hypot(self.vn_mps, self.ve_mps)

    def fly(
        self, ref: Reference, gains: Gains, wind: tuple[float, float], dt: float, position_known: bool = True
    ) -> None:
        """Advance by `dt` seconds with motors running. `wind` is (north, east) m/s.

        Without a known position there is no horizontal control: the vehicle stays level and drifts.
        """
        fn, fe, fd = self._wanted_force(ref, gains, dt, position_known)
        up = max(GRAVITY - fd, 0.2 * GRAVITY)  # propellers only push
        most = up * math.tan(gains.tilt_max_rad)
        side = math.hypot(fn, fe)
        if side > most:
            fn, fe = fn * most / side, fe * most / side
        drag_n, drag_e, drag_d = self._drag(wind)
        self._move(fn + drag_n, fe + drag_e, GRAVITY - up + drag_d, dt)
        self._tilt(fn, fe, up, ref, dt)
        thrust_n = MASS_KG * math.sqrt(fn * fn + fe * fe + up * up)
        drag_force_n = MASS_KG * math.sqrt(drag_n * drag_n + drag_e * drag_e + drag_d * drag_d)
        self.power_w = flight_power_w(thrust_n, self.airspeed_mps, -self.vd_mps, drag_force_n)

    def idle(self, armed: bool) -> None:
        """Stand on the ground."""
        self.vn_mps = self.ve_mps = self.vd_mps = 0.0
        self.an_mps2 = self.ae_mps2 = self.ad_mps2 = 0.0
        self.roll_rad = self.pitch_rad = 0.0
        self.roll_rate_radps = self.pitch_rate_radps = self.yaw_rate_radps = 0.0
        self.airspeed_mps = 0.0
        self._int_n = self._int_e = self._int_d = 0.0
        self.power_w = IDLE_MOTORS_W if armed else 0.0

    def fall(self, wind: tuple[float, float], dt: float) -> None:
        """Advance by `dt` seconds with motors stopped in the air."""
        drag_n, drag_e, drag_d = self._drag(wind)
        self._move(drag_n, drag_e, GRAVITY + drag_d, dt)
        self.power_w = 0.0

    def _wanted_force(self, ref: Reference, g: Gains, dt: float, position_known: bool) -> tuple[float, float, float]:
        """Acceleration asked of thrust beyond gravity (NED): feed-forward, feedback, own drag in still air."""
        evd = g.pos_z * (ref.down_m - self.down_m) + ref.vd_mps - self.vd_mps
        self._int_d = _clamp(self._int_d + g.int_z * evd * dt, FEEDBACK_MAX_MPS2)
        fd = ref.ad_mps2 + _clamp(g.vel_z * evd + self._int_d, FEEDBACK_MAX_MPS2)
        if not position_known:
            return 0.0, 0.0, fd
        evn = g.pos_xy * (ref.north_m - self.north_m) + ref.vn_mps - self.vn_mps
        eve = g.pos_xy * (ref.east_m - self.east_m) + ref.ve_mps - self.ve_mps
        self._int_n = _clamp(self._int_n + g.int_xy * evn * dt, FEEDBACK_MAX_MPS2)
        self._int_e = _clamp(self._int_e + g.int_xy * eve * dt, FEEDBACK_MAX_MPS2)
        speed = math.sqrt(ref.vn_mps**2 + ref.ve_mps**2 + ref.vd_mps**2)
        still_air = DRAG_PER_M * speed
        fn = ref.an_mps2 + _clamp(g.vel_xy * evn + self._int_n, FEEDBACK_MAX_MPS2) + still_air * ref.vn_mps
        fe = ref.ae_mps2 + _clamp(g.vel_xy * eve + self._int_e, FEEDBACK_MAX_MPS2) + still_air * ref.ve_mps
        return fn, fe, fd + still_air * ref.vd_mps

    def _drag(self, wind: tuple[float, float]) -> tuple[float, float, float]:
        an, ae, ad = self.vn_mps - wind[0], self.ve_mps - wind[1], self.vd_mps
        self.airspeed_mps = math.sqrt(an * an + ae * ae + ad * ad)
        k = -DRAG_PER_M * self.airspeed_mps
        return k * an, k * ae, k * ad

    def _move(self, an: float, ae: float, ad: float, dt: float) -> None:
        # the trapezium rule matches the reference's integration, so that without wind the two coincide
        self.north_m += self.vn_mps * dt + (self.an_mps2 / 3.0 + an / 6.0) * dt * dt
        self.east_m += self.ve_mps * dt + (self.ae_mps2 / 3.0 + ae / 6.0) * dt * dt
        self.down_m += self.vd_mps * dt + (self.ad_mps2 / 3.0 + ad / 6.0) * dt * dt
        self.vn_mps += (self.an_mps2 + an) / 2.0 * dt
        self.ve_mps += (self.ae_mps2 + ae) / 2.0 * dt
        self.vd_mps += (self.ad_mps2 + ad) / 2.0 * dt
        self.an_mps2, self.ae_mps2, self.ad_mps2 = an, ae, ad
        if self.down_m >= 0.0:  # the ground holds it
            self.down_m = 0.0
            self.vn_mps = self.ve_mps = 0.0
            self.vd_mps = min(self.vd_mps, 0.0)
            self.an_mps2 = self.ae_mps2 = 0.0
            self.ad_mps2 = min(self.ad_mps2, 0.0)

    def _tilt(self, fn: float, fe: float, up: float, ref: Reference, dt: float) -> None:
        """Roll and pitch that point thrust along (fn, fe, -up), at the reference's heading."""
        c, s = math.cos(ref.yaw_rad), math.sin(ref.yaw_rad)
        forward, right = c * fn + s * fe, -s * fn + c * fe
        if self.down_m == 0.0:
            forward = right = 0.0
        roll = math.asin(right / math.sqrt(forward * forward + right * right + up * up))
        pitch = -math.atan2(forward, up)
        roll_dot, pitch_dot, yaw_dot = (roll - self.roll_rad) / dt, (pitch - self.pitch_rad) / dt, ref.yaw_rate_radps
        sr, cr, sp, cp = math.sin(roll), math.cos(roll), math.sin(pitch), math.cos(pitch)
        self.roll_rate_radps = roll_dot - yaw_dot * sp
        self.pitch_rate_radps = pitch_dot * cr + yaw_dot * sr * cp
        self.yaw_rate_radps = -pitch_dot * sr + yaw_dot * cr * cp
        self.roll_rad, self.pitch_rad, self.yaw_rad = roll, pitch, ref.yaw_rad


def _clamp(value: float, most: float) -> float:
    return max(-most, min(most, value))


def quaternion(roll_rad: float, pitch_rad: float, yaw_rad: float) -> tuple[float, float, float, float]:
    """Unit quaternion (w, x, y, z) of the ZYX Euler angles: rotates body vectors into NED."""
    cr, sr = math.cos(roll_rad / 2.0), math.sin(roll_rad / 2.0)
    cp, sp = math.cos(pitch_rad / 2.0), math.sin(pitch_rad / 2.0)
    cy, sy = math.cos(yaw_rad / 2.0), math.sin(yaw_rad / 2.0)
    return (
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    )
