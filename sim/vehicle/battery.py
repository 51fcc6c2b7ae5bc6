"""Battery and power: how long the vehicle can fly."""

import math
from dataclasses import dataclass
from enum import IntEnum

from sim.vehicle.params import Params

AIR_DENSITY = 1.225
GRAVITY = 9.80665
MASS_KG = 4.0
DISC_AREA_M2 = 0.456
"""Four 15-inch propellers."""
EFFICIENCY = 0.55
"""Figure of merit times motor and controller efficiency."""
AVIONICS_W = 18.0
IDLE_MOTORS_W = 40.0


class BatteryLevel(IntEnum):
    """PX4's battery warnings, in rising order."""

    NONE = 0
    LOW = 1
    CRITICAL = 2
    EMERGENCY = 3


def flight_power_w(thrust_n: float, airspeed_mps: float, climb_mps: float, drag_n: float) -> float:
    """Electrical power in flight, watts: momentum theory.

    Induced velocity in forward flight (Glauert): v_i = T / (2 rho A sqrt(V^2 + v_i^2)), solved for v_i; the power is
    T (v_i + climb) + drag * V over the efficiency, plus avionics. In hover v_i = sqrt(T / (2 rho A)). Descending
    returns nothing: power never falls below half the induced part.
    """
    hover = thrust_n / (2.0 * AIR_DENSITY * DISC_AREA_M2)
    squared = airspeed_mps * airspeed_mps
    induced = math.sqrt(max(0.0, -squared / 2.0 + math.sqrt(squared * squared / 4.0 + hover * hover)))
    useful = thrust_n * max(induced + climb_mps, 0.5 * induced) + drag_n * airspeed_mps
    return useful / EFFICIENCY + AVIONICS_W


@dataclass(slots=True)
class Battery:
    """State of charge, voltage and current of one LiPo pack (linear open-circuit voltage, internal resistance)."""

    params: Params
    remaining: float = 1.0
    """State of charge, 0..1."""
    consumed_mah: float = 0.0
    current_a: float = 0.0
    voltage_v: float = 25.0
    power_w: float = AVIONICS_W
    average_w: float = 0.0
    """Power in flight smoothed over 20 s, for the time estimate; hover power before the first flight."""

    def __post_init__(self) -> None:
        self.average_w = flight_power_w(MASS_KG * GRAVITY, 0.0, 0.0, 0.0)

    def draw(self, power_w: float, dt: float) -> None:
        """Take `power_w` watts for `dt` seconds."""
        cells = int(self.params["BAT1_N_CELLS"])
        empty, full = self.params["BAT1_V_EMPTY"], self.params["BAT1_V_CHARGED"]
        open_v = cells * (empty + (full - empty) * self.remaining)
        resistance = cells * self.params["BAT1_R_INTERNAL"]
        self.power_w = power_w
        if power_w > 2.0 * IDLE_MOTORS_W:
            self.average_w += (power_w - self.average_w) * min(1.0, dt / 20.0)
        self.current_a = power_w / max(self.voltage_v, 1.0)
        self.voltage_v = open_v - self.current_a * resistance
        used_mah = self.current_a * dt / 3.6
        self.consumed_mah += used_mah
        self.remaining = max(0.0, self.remaining - used_mah / self.params["BAT1_CAPACITY"])

    @property
    def time_remaining_s(self) -> float:
        """Seconds until empty at the recent power."""
        energy_wh = self.remaining * self.params["BAT1_CAPACITY"] / 1000.0 * self.voltage_v
        return energy_wh * 3600.0 / max(self.average_w, 1.0)

    def level(self) -> BatteryLevel:
        """The level by BAT_LOW_THR, BAT_CRIT_THR and BAT_EMERGEN_THR."""
        if self.remaining < self.params["BAT_EMERGEN_THR"]:
            return BatteryLevel.EMERGENCY
        if self.remaining < self.params["BAT_CRIT_THR"]:
            return BatteryLevel.CRITICAL
        if self.remaining < self.params["BAT_LOW_THR"]:
            return BatteryLevel.LOW
        return BatteryLevel.NONE
