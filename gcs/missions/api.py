"""Plans and sorties over HTTP."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, HTTPException, Request, status

from gcs.fleet.errors import Refused, UnknownDrone
from gcs.missions.schemas import PlanOut, SortieOut, SortieRequest
from gcs.missions.service import Missions, NotFound
from gcs.people.api import require
from gcs.people.schemas import Principal, Role

router = APIRouter(prefix="/api", tags=["missions"])

Flyer = Annotated[Principal, Depends(require(Role.OPERATOR, Role.SUPERVISOR))]


def missions_of(request: Request) -> Missions:
    """The missions room of this application."""
    return cast(Missions, request.app.state.missions)


Room = Annotated[Missions, Depends(missions_of)]


@router.get("/plans", dependencies=[Depends(require())])
def plans(missions: Room) -> list[PlanOut]:
    """Every plan file, the broken ones with what is wrong (run in a thread: it reads files)."""
    return missions.plans()


@router.get("/sorties", dependencies=[Depends(require())])
async def sorties(missions: Room) -> list[SortieOut]:
    """The last 200, newest first."""
    return await missions.recent()


@router.get("/sorties/{sortie_id}", dependencies=[Depends(require())])
async def sortie(sortie_id: int, missions: Room) -> SortieOut:
    """One sortie."""
    try:
        return await missions.sortie(sortie_id)
    except NotFound as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from error


@router.post("/sorties", status_code=status.HTTP_201_CREATED)
async def start_sortie(request: SortieRequest, missions: Room, person: Flyer) -> SortieOut:
    """Send a drone; 409 with every reason when it can't be sent."""
    try:
        return await missions.start_sortie(request, person.name)
    except (NotFound, UnknownDrone) as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from error
    except Refused as error:
        raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from error


@router.post("/sorties/{sortie_id}/return")
async def return_sortie(sortie_id: int, missions: Room, person: Flyer) -> SortieOut:
    """Call it back; 409 with the reason when it can't be."""
    try:
        return await missions.return_sortie(sortie_id, person.name)
    except NotFound as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from error
    except Refused as error:
        raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from error
