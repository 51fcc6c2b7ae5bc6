"""What telemetry shows once a command works."""

import math
from collections.abc import Callable

from gcs.fleet.schemas import DroneState

Seen = Callable[[DroneState], bool]
ARRIVED_M = 3.0
REACHED_DEG = 3.0


def in_mode(mode: str) -> Seen:
    """The flight mode is this one."""
    return lambda s: s.flight_mode == mode


def airborne(s: DroneState) -> bool:
    """It has left the ground."""
    return s.landed_state in ("TAKING_OFF", "IN_AIR")


def looks(pitch_deg: float) -> Seen:
    """The gimbal looks this far up or down."""
    return lambda s: s.gimbal is not None and abs(s.gimbal.pitch_deg - pitch_deg) < REACHED_DEG


def near(lat_deg: float, lon_deg: float) -> Seen:
    """It is above this place."""

    def seen(s: DroneState) -> bool:
        here = s.position
        if here is None or here.age_s > 1:
            return False
        return distance_m(here.lat_deg, here.lon_deg, lat_deg, lon_deg) < ARRIVED_M

    return seen


def distance_m(lat0_deg: float, lon0_deg: float, lat1_deg: float, lon1_deg: float) -> float:
    """Over the ground, equirectangular: good to a thousandth over a few kilometres."""
    north = math.radians(lat1_deg - lat0_deg)
    east = math.radians(lon1_deg - lon0_deg) * math.cos(math.radians((lat0_deg + lat1_deg) / 2))
    return 6_371_000.0 * math.hypot(north, east)
