"""Incidents over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, cast

from fastapi import APIRouter, Depends, HTTPException, Query, Request, status
from fastapi.responses import FileResponse

from gcs.incidents.lifecycle import NotFound, Refused, State
from gcs.incidents.schemas import Confirmation, Dismissal, IncidentOut, Resolution
from gcs.incidents.service import Incidents
from gcs.people.api import require
from gcs.people.schemas import Principal, Role
from gcs.rules.types import EventType

router = APIRouter(prefix="/api/incidents", tags=["incidents"])

Reader = Annotated[Principal, Depends(require())]
Handler = Annotated[Principal, Depends(require(Role.DISPATCHER, Role.SUPERVISOR))]


def incidents_of(request: Request) -> Incidents:
    """The incidents room of this application."""
    return cast(Incidents, request.app.state.incidents)


Room = Annotated[Incidents, Depends(incidents_of)]


@contextmanager
def refusals() -> Iterator[None]:
    """404 for what does not exist, 409 for what cannot be done now, each with the reason in words."""
    try:
        yield
    except NotFound as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from error
    except Refused as error:
        raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from error


@router.get("")
async def find(
    room: Room,
    _: Reader,
    state: Annotated[list[State] | None, Query(description="May be given several times.")] = None,
    event_type: Annotated[list[EventType] | None, Query(description="May be given several times.")] = None,
    drone: int | None = None,
    before: Annotated[int | None, Query(description="Only incidents with a smaller id: the next page.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[IncidentOut]:
    """Incidents, newest first."""
    return await room.find(states=state, event_types=event_type, drone=drone, before=before, limit=limit)


@router.get("/{incident_id}")
async def get(incident_id: int, room: Room, _: Reader) -> IncidentOut:
    """One incident with its log."""
    with refusals():
        return await room.get(incident_id)


@router.get("/{incident_id}/still.jpg", response_class=FileResponse)
async def still(incident_id: int, room: Room, _: Reader) -> FileResponse:
    """The evidence still."""
    with refusals():
        path = await room.still(incident_id)
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "private, no-cache"})


@router.post("/{incident_id}/acknowledge")
async def acknowledge(incident_id: int, room: Room, person: Handler) -> IncidentOut:
    """Say that somebody looks at it."""
    with refusals():
        return await room.acknowledge(incident_id, person.name)


@router.post("/{incident_id}/confirm")
async def confirm(incident_id: int, body: Confirmation, room: Room, person: Handler) -> IncidentOut:
    """Say that it is real, and have the driver warned."""
    with refusals():
        return await room.confirm(incident_id, person.name, body.language, body.warn)


@router.post("/{incident_id}/dismiss")
async def dismiss(incident_id: int, body: Dismissal, room: Room, person: Handler) -> IncidentOut:
    """Say that it is not real, and why."""
    with refusals():
        return await room.dismiss(incident_id, person.name, body.reason)


@router.post("/{incident_id}/resolve")
async def resolve(incident_id: int, body: Resolution, room: Room, person: Handler) -> IncidentOut:
    """Say that it is over."""
    with refusals():
        return await room.resolve(incident_id, person.name, body.note)
