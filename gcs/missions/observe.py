"""What a sortie's state becomes by what telemetry shows. Pure."""

from gcs.fleet.schemas import DroneState
from gcs.missions.schemas import IN_FLIGHT, SortieState

BY_MODE: dict[str, SortieState] = {
    "Mission": "flying",
    "Takeoff": "flying",
    "Hold": "holding",
    "Return": "returning",
    "Land": "returning",
}
"""Other modes are a pilot's: the sortie counts as flying."""


def observe(now: SortieState, airborne: bool, seen: DroneState) -> tuple[SortieState, str] | None:
    """(new state, why), or None while nothing changes or too little is known.

    `airborne`: it has left the ground in this sortie. The end is taken from ground contact and disarmed motors:
    "mission finished" is unreliable when the last item is a return.
    """
    if seen.link.state == "lost":
        lost = now in IN_FLIGHT and now != "lost"
        return ("lost", "the link to the drone is lost") if lost else None
    if not seen.live or seen.armed is None or seen.landed_state is None or seen.flight_mode is None:
        return None
    grounded = seen.landed_state == "ON_GROUND"
    if grounded and not seen.armed:
        return ("landed", "landed, motors off") if airborne else ("aborted", "the motors stopped before it took off")
    if grounded and not airborne:
        return None
    state = BY_MODE.get(seen.flight_mode, "flying")
    if state == now:
        return None
    back = "the link is back, " if now == "lost" else ""
    return state, f"{back}flight mode {seen.flight_mode}"
