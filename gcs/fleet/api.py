"""Drones over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, HTTPException, Request, status

from gcs.fleet.drone import Drone
from gcs.fleet.errors import Refused, UnknownDrone
from gcs.fleet.hub import Fleet
from gcs.fleet.schemas import (
    CommandRecord,
    CommandRequest,
    DroneState,
    GimbalRequest,
    GotoRequest,
    PlainRequest,
    TakeoffRequest,
)
from gcs.people.api import require
from gcs.people.schemas import Principal, Role

router = APIRouter(prefix="/api/drones", tags=["fleet"])

PLAIN: dict[str, Callable[[Drone, str, str], Awaitable[CommandRecord]]] = {
    "arm": Drone.arm,
    "hold": Drone.hold,
    "resume": Drone.resume,
    "return": Drone.return_to_launch,
    "land": Drone.land,
}


def fleet_of(request: Request) -> Fleet:
    """The fleet of this application."""
    return cast(Fleet, request.app.state.fleet)


def drone_of(system_id: int, fleet: Annotated[Fleet, Depends(fleet_of)]) -> Drone:
    """The drone named in the path, or 404."""
    try:
        return fleet.drone(system_id)
    except UnknownDrone as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from error


@router.get("", dependencies=[Depends(require())])
async def drones(fleet: Annotated[Fleet, Depends(fleet_of)]) -> list[DroneState]:
    """All drones heard since the service started."""
    return [fleet.drones[system_id].state for system_id in sorted(fleet.drones)]


@router.get("/{system_id}", dependencies=[Depends(require())])
async def drone(found: Annotated[Drone, Depends(drone_of)]) -> DroneState:
    """One drone."""
    return found.state


@router.post("/{system_id}/commands")
async def command(
    request: CommandRequest,
    person: Annotated[Principal, Depends(require(Role.OPERATOR, Role.SUPERVISOR))],
    found: Annotated[Drone, Depends(drone_of)],
) -> CommandRecord:
    """Send a command and wait for the drone's answer; 409 with the reason when it can't be sent."""
    try:
        return await _run(found, request, person.name)
    except Refused as error:
        raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from error


async def _run(found: Drone, request: Any, by: str) -> CommandRecord:
    match request:
        case TakeoffRequest(params=p, key=key):
            return await found.takeoff(p.alt_rel_m, by, key)
        case GotoRequest(params=p, key=key):
            return await found.goto(p.lat_deg, p.lon_deg, p.alt_rel_m, by, key)
        case GimbalRequest(params=p, key=key):
            return await found.point_gimbal(p.pitch_deg, p.yaw_deg, by, key, lock=p.lock)
        case PlainRequest(name=name, key=key):
            return await PLAIN[name](found, by, key)
    raise TypeError(f"no such command: {request!r}")
