"""PX4's parameters that this vehicle reads, with PX4's multicopter defaults.

Names and meanings: https://docs.px4.io/main/en/advanced_config/parameter_reference. Battery size and motor layout
are ours (`BAT1_*`), everything else is what a PX4 v1.15 SIH quadrotor (airframe 10040) boots with.
"""

import struct

Value = int | float

DEFAULTS: dict[str, Value] = {
    # identity
    "MAV_SYS_ID": 1,
    "MAV_COMP_ID": 1,
    "MAV_TYPE": 2,
    "SYS_AUTOSTART": 10040,
    "SYS_AUTOCONFIG": 0,
    "SYS_HAS_GPS": 1,
    "SYS_HAS_MAG": 1,
    "SYS_HAS_BARO": 1,
    "SYS_FAILURE_EN": 0,
    "CAL_ACC0_ID": 1310988,
    "CAL_GYRO0_ID": 1310988,
    "CAL_MAG0_ID": 197388,
    # arming and failsafe
    "COM_ARM_WO_GPS": 1,
    "COM_ARM_MIS_REQ": 0,
    "COM_DISARM_LAND": 2.0,
    "COM_DISARM_PRFLT": 10.0,
    "COM_DL_LOSS_T": 10,
    "COM_DLL_EXCEPT": 0,
    "COM_FAIL_ACT_T": 5.0,
    "COM_HOME_EN": 1,
    "COM_KILL_DISARM": 5.0,
    "COM_LOW_BAT_ACT": 0,
    "COM_RC_IN_MODE": 1,
    "COM_RC_LOSS_T": 0.5,
    "COM_RCL_EXCEPT": 0,
    "COM_SPOOLUP_TIME": 1.0,
    "COM_TAKEOFF_ACT": 0,
    "NAV_DLL_ACT": 0,
    "NAV_RCL_ACT": 2,
    # battery
    "BAT_LOW_THR": 0.15,
    "BAT_CRIT_THR": 0.07,
    "BAT_EMERGEN_THR": 0.05,
    "BAT1_CAPACITY": 12000.0,
    "BAT1_N_CELLS": 6,
    "BAT1_R_INTERNAL": 0.005,
    "BAT1_V_CHARGED": 4.05,
    "BAT1_V_EMPTY": 3.6,
    # fence
    "GF_ACTION": 2,
    "GF_MAX_HOR_DIST": 0.0,
    "GF_MAX_VER_DIST": 0.0,
    "GF_PREDICT": 0,
    "GF_SOURCE": 0,
    # navigation
    "MIS_DIST_1WP": 10000.0,
    "MIS_MNT_YAW_CTL": 0,
    "MIS_TAKEOFF_ALT": 2.5,
    "MIS_TKO_LAND_REQ": 0,
    "MIS_YAW_ERR": 12.0,
    "MIS_YAW_TMT": -1.0,
    "NAV_ACC_RAD": 2.0,
    "NAV_MC_ALT_RAD": 0.8,
    "RTL_CONE_ANG": 45,
    "RTL_DESCEND_ALT": 10.0,
    "RTL_LAND_DELAY": 0.0,
    "RTL_MIN_DIST": 10.0,
    "RTL_RETURN_ALT": 30.0,
    "RTL_TYPE": 0,
    # multicopter position control
    "MPC_ACC_DOWN_MAX": 3.0,
    "MPC_ACC_HOR": 3.0,
    "MPC_ACC_HOR_MAX": 5.0,
    "MPC_ACC_UP_MAX": 4.0,
    "MPC_JERK_AUTO": 4.0,
    "MPC_JERK_MAX": 8.0,
    "MPC_LAND_ALT1": 10.0,
    "MPC_LAND_ALT2": 5.0,
    "MPC_LAND_SPEED": 0.7,
    "MPC_TILTMAX_AIR": 45.0,
    "MPC_TKO_SPEED": 1.5,
    "MPC_XY_CRUISE": 5.0,
    "MPC_XY_P": 0.95,
    "MPC_XY_VEL_I_ACC": 0.4,
    "MPC_XY_VEL_MAX": 12.0,
    "MPC_XY_VEL_P_ACC": 1.8,
    "MPC_YAWRAUTO_ACC": 60.0,
    "MPC_YAWRAUTO_MAX": 45.0,
    "MPC_YAW_MODE": 0,
    "MPC_Z_P": 1.0,
    "MPC_Z_V_AUTO_DN": 1.5,
    "MPC_Z_V_AUTO_UP": 3.0,
    "MPC_Z_VEL_I_ACC": 2.0,
    "MPC_Z_VEL_MAX_DN": 1.5,
    "MPC_Z_VEL_MAX_UP": 3.0,
    "MPC_Z_VEL_P_ACC": 4.0,
    # landing
    "LNDMC_TRIG_TIME": 1.0,
    "LNDMC_Z_VEL_MAX": 0.25,
}


class Params:
    """The parameter store. A parameter keeps the type (int or float) of its default."""

    def __init__(self, overrides: dict[str, Value] | None = None) -> None:
        self.version = 0
        """Counts changes, so that readers may cache what they derive."""
        self._values: dict[str, Value] = dict(sorted(DEFAULTS.items()))
        for name, value in (overrides or {}).items():
            self.set(name, value)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> list[str]:
        """All names, in index order."""
        return list(self._values)

    def is_integer(self, name: str) -> bool:
        """Whether the parameter is PX4's INT32 (else it is FLOAT)."""
        return isinstance(self._values[name], int)

    def set(self, name: str, value: Value) -> None:
        """Store `value` in the parameter's own type. Raises KeyError naming an unknown parameter."""
        if name not in self._values:
            raise KeyError(f"unknown param: {name}")
        self._values[name] = int(value) if self.is_integer(name) else to_float32(value)
        self.version += 1


def to_float32(value: float) -> float:
    """The nearest value a float32 holds: what comes back over MAVLink must equal what is stored."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def encode_bytewise(value: Value) -> float:
    """PX4's PARAM_VALUE encoding: an int32's bits carried in the float field (`PARAM_ENCODE_BYTEWISE`)."""
    if isinstance(value, int):
        return float(struct.unpack("<f", struct.pack("<i", value))[0])
    return value


def decode_bytewise(wire: float, integer: bool) -> Value:
    """Inverse of `encode_bytewise`."""
    if integer:
        return int(struct.unpack("<i", struct.pack("<f", wire))[0])
    return wire
