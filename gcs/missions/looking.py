"""Keeping the camera on a place while a sortie is held for an alert."""

import asyncio
import math
from collections.abc import Callable

from gcs.fleet.drone import Drone
from gcs.fleet.errors import FleetError
from gcs.fleet.schemas import DroneState

CHECK_S = 1.5
OFF_DEG = 8.0
EARTH_RADIUS_M = 6371008.8


def pitch_to_deg(state: DroneState, lat_deg: float, lon_deg: float, alt_amsl_m: float) -> float | None:
    """Pitch (negative looks down) from the drone to a place; None while its position is unknown.

    On a sphere's tangent plane: good to a tenth of a degree over a kilometre.
    """
    at = state.position
    if at is None:
        return None
    north = math.radians(lat_deg - at.lat_deg) * EARTH_RADIUS_M
    east = math.radians(lon_deg - at.lon_deg) * EARTH_RADIUS_M * math.cos(math.radians(lat_deg))
    return -math.degrees(math.atan2(at.alt_amsl_m - alt_amsl_m, math.hypot(north, east)))


def looks_elsewhere(state: DroneState, lat_deg: float, lon_deg: float, alt_amsl_m: float) -> bool:
    """Whether the gimbal is known to point away from the place."""
    wanted = pitch_to_deg(state, lat_deg, lon_deg, alt_amsl_m)
    return wanted is not None and state.gimbal is not None and abs(state.gimbal.pitch_deg - wanted) > OFF_DEG


async def keep_looking(
    drone: Drone, lat_deg: float, lon_deg: float, alt_amsl_m: float, by: str, held: Callable[[], bool]
) -> None:
    """Point the gimbal at the place, and again whenever it was turned away, until `held()` says no.

    PX4 levels the gimbal when a mission is paused, some moments after it has acknowledged the pause.
    """
    aimed = False
    while held():
        if not aimed or looks_elsewhere(drone.state, lat_deg, lon_deg, alt_amsl_m):
            try:
                record = await drone.point_gimbal_at(lat_deg, lon_deg, alt_amsl_m, by)
                aimed = record.state == "accepted"
            except FleetError:  # it is in the command journal; the drone may be out of reach for a moment
                aimed = False
        await asyncio.sleep(CHECK_S)
