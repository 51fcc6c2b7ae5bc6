"""What must hold before a drone may be sent."""

from mavsdk.exceptions import MavsdkError

from gcs.fleet.drone import Drone
from gcs.fleet.errors import Refused
from gcs.fleet.plan import FlightPlan, LatLon
from gcs.fleet.schemas import DroneState
from gcs.missions.checks import inside_fence

MIN_BATTERY_PERCENT = 30.0
POSITION_FRESH_S = 2.0
FIXED = {"3D", "DGPS", "RTK float", "RTK fixed"}
FAILSAFES = {"NAV_DLL_ACT": 2, "COM_LOW_BAT_ACT": 3}
"""PX4 parameters that say what it does by itself when the ground's link is lost (2: return) and when the battery runs
low (3: return, then land); 0 means nothing."""


def problems(seen: DroneState, plan: FlightPlan, *, loaded: bool) -> list[str]:
    """Everything that keeps this drone from flying this plan now, the autopilot's own words included.

    Before the plan is `loaded`, an autopilot that arms only with a mission may miss it.
    """
    if not seen.live:
        return [f"the link is {seen.link.state} (last heard {seen.link.age_s:.1f} s ago)"]
    found: list[str] = []
    if seen.armed is not False:
        found.append("it is armed" if seen.armed else "it doesn't tell whether it is armed")
    if seen.landed_state != "ON_GROUND":
        found.append("it is flying" if seen.landed_state else "it doesn't tell whether it is on the ground")
    missing = [words for words in seen.health.missing if loaded or "mission" not in words.lower()]
    if not seen.health.armable and (missing or loaded):
        found.append(f"the autopilot would not arm: {'; '.join(missing)}")
    if seen.gps is None or seen.gps.fix not in FIXED:
        found.append(f"no GPS position (fix: {seen.gps.fix if seen.gps else 'unknown'})")
    if seen.home is None:
        found.append("its home position is not known")
    if seen.position is None or seen.position.age_s > POSITION_FRESH_S:
        found.append("its position is not known")
    elif not inside_fence(plan, LatLon(lat_deg=seen.position.lat_deg, lon_deg=seen.position.lon_deg)):
        found.append("it stands outside the plan's fence")
    remaining = seen.battery.remaining_percent if seen.battery else None
    if remaining is None:
        found.append("its battery's charge is not known")
    elif remaining < MIN_BATTERY_PERCENT:
        found.append(f"battery at {remaining:.0f} %, below {MIN_BATTERY_PERCENT:.0f} %")
    return found


async def set_failsafes(drone: Drone, by: str) -> list[str]:
    """Give every failsafe that does nothing an action; returns what was changed, for the log.

    Raises Refused when a parameter can't be read or set: what the drone would do by itself must be known.
    """
    changed: list[str] = []
    for name, action in FAILSAFES.items():
        try:
            value = await drone.get_param(name)
        except MavsdkError as error:
            raise Refused(f"the failsafe parameter {name} can't be read: {error}") from error
        if value == 0:
            record = await drone.set_param(name, action, by)
            if record.state != "accepted":
                raise Refused(f"the failsafe parameter {name} can't be set: {record.reason}")
            changed.append(f"{name} was 0 (no action), set to {action}")
    return changed
