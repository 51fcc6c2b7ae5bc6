"""From armed to airborne, as PX4 does it."""

import asyncio
import time
from contextlib import suppress

from gcs.fleet.drone import Drone
from gcs.fleet.errors import Refused
from gcs.fleet.schemas import CommandRecord, DroneState

TAKEOFF_S = 40.0
ARM_TRIES, ARM_AGAIN_S = 3, 1.5
MODE_TRIES, MODE_TRY_S = 4, 1.5
"""Within the 10 s after which PX4 disarms on the ground."""


def accepted(record: CommandRecord) -> None:
    """Raises Refused unless the drone accepted the command."""
    if record.state != "accepted":
        raise Refused(f"{record.name} {record.state.replace('_', ' ')}: {record.reason}")


async def arm(drone: Drone, by: str) -> None:
    """Start the motors. Raises Refused with the autopilot's words.

    A denial is asked again: once told to act on a lost link, PX4 wants to have heard the ground station first.
    """
    record = await drone.arm(by)
    for _ in range(ARM_TRIES - 1):
        if record.state != "denied":
            break
        await asyncio.sleep(ARM_AGAIN_S)
        record = await drone.arm(by)
    accepted(record)


async def enter_mission(drone: Drone, by: str) -> None:
    """Have the armed drone enter its mission mode. Raises Refused with the autopilot's words.

    PX4 takes a moment to judge a new mission, and until then acknowledges the mode but stays out of it; entering it
    before arming doesn't help, as PX4 leaves it on arming.
    """
    began_s = time.time()
    for _ in range(MODE_TRIES):
        await drone.start_mission(by)
        with suppress(TimeoutError):
            await drone.until(lambda s: s.flight_mode == "Mission" and s.armed is True, MODE_TRY_S)
            return
    words = drone.telemetry.texts_since(began_s)
    raise Refused("; ".join(["it did not enter the mission mode", *dict.fromkeys(words)]))


async def leave_ground(drone: Drone) -> None:
    """Wait until it is in the air. Raises Refused when it stays on the ground, or can't be heard any more."""

    def settled(s: DroneState) -> bool:
        return s.armed is False or s.link.state == "lost" or s.landed_state in ("IN_AIR", "TAKING_OFF")

    began_s = time.time()
    try:
        seen = await drone.until(settled, TAKEOFF_S)
    except TimeoutError:
        raise Refused(f"it did not take off within {TAKEOFF_S:.0f} s") from None
    if seen.link.state == "lost":
        raise Refused("the link was lost during takeoff")
    if seen.armed is False:
        words = [text.text for text in seen.status_texts if text.t_unix_s >= began_s]
        raise Refused("; ".join(["the motors stopped before it took off", *words[-2:]]))


def stands(seen: DroneState) -> bool:
    """Known to be on the ground."""
    return seen.link.state != "lost" and seen.landed_state == "ON_GROUND"
