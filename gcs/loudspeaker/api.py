"""Warnings over HTTP."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, status

from gcs.incidents.api import Handler, Reader, refusals
from gcs.loudspeaker.schemas import MessageOut, SpeechOut, WarnRequest
from gcs.loudspeaker.service import Loudspeaker
from gcs.people.api import require
from gcs.people.schemas import Principal, Role

router = APIRouter(prefix="/api", tags=["loudspeaker"])


def loudspeaker_of(request: Request) -> Loudspeaker:
    """The loudspeaker room of this application."""
    return cast(Loudspeaker, request.app.state.loudspeaker)


Silencer = Annotated[Principal, Depends(require(Role.OPERATOR, Role.DISPATCHER, Role.SUPERVISOR))]
Room = Annotated[Loudspeaker, Depends(loudspeaker_of)]


@router.get("/messages")
async def messages(room: Room, _: Reader) -> list[MessageOut]:
    """The message library."""
    return room.messages()


@router.get("/incidents/{incident_id}/speeches")
async def speeches(incident_id: int, room: Room, _: Reader) -> list[SpeechOut]:
    """What was said to this road user, oldest first."""
    with refusals():
        return await room.speeches_of(incident_id)


@router.post("/incidents/{incident_id}/speeches", status_code=status.HTTP_202_ACCEPTED)
async def warn(incident_id: int, body: WarnRequest, room: Room, person: Handler) -> SpeechOut:
    """Warn (again): the incident was confirmed, and nobody is being warned for it now."""
    with refusals():
        return await room.warn(incident_id, body.language, person.name)


@router.post("/speeches/{speech_id}/stop")
async def stop(speech_id: int, room: Room, person: Silencer) -> SpeechOut:
    """Silence: whoever flies the drone may ask for it too."""
    with refusals():
        return await room.stop_speech(speech_id, person.name)
