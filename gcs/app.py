"""The composition root: makes the rooms, joins them, serves them."""

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, status
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

import gcs.fleet.api
import gcs.incidents.api
import gcs.live
import gcs.loudspeaker.api
import gcs.missions.api
import gcs.people.api
import gcs.video.api
from gcs.db.base import Database
from gcs.fleet.hub import Fleet
from gcs.incidents.lifecycle import OPEN_STATES
from gcs.incidents.place import Place
from gcs.incidents.service import Incidents
from gcs.live import DRONE_PERIOD_S, Live, as_message
from gcs.loudspeaker.drivers.mavlink import mavlink_speakers
from gcs.loudspeaker.messages import MessageLibrary
from gcs.loudspeaker.service import Loudspeaker
from gcs.missions.service import Missions
from gcs.people.api import require
from gcs.people.schemas import NewUser, Principal, Role
from gcs.people.service import People, UserExists, load_secret
from gcs.perception.camera import PoseSigma
from gcs.perception.detector import Detector
from gcs.perception.road_map import RoadMap
from gcs.rules.book import all_rules
from gcs.rules.thresholds import load_thresholds
from gcs.rules.types import Text
from gcs.seeing import Seeing
from gcs.settings import Settings
from gcs.video.service import Video

log = logging.getLogger(__name__)

DEMO_PEOPLE = {
    "operator": ("飞手 Demo", [Role.OPERATOR]),
    "dispatcher": ("指挥员 Demo", [Role.DISPATCHER]),
    "supervisor": ("值班长 Demo", [Role.SUPERVISOR, Role.OPERATOR, Role.DISPATCHER]),
}
DEMO_PASSWORD = "patrol-demo"

router = APIRouter(tags=["service"])


class PartHealth(BaseModel):
    """One part of the service."""

    state: Literal["ok", "degraded", "off"]
    detail: str = ""


class Health(BaseModel):
    """The whole service."""

    status: Literal["ok", "degraded"]
    version: str
    parts: dict[str, PartHealth]


def create_app(settings: Settings) -> FastAPI:
    """The service with everything wired; nothing starts before the server does."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _open(app, settings, stack)
            yield

    app = FastAPI(title="Patrol GCS", version=version("patrol-gcs"), lifespan=lifespan)
    for room in (gcs.people, gcs.fleet, gcs.missions, gcs.video, gcs.incidents, gcs.loudspeaker):
        app.include_router(room.api.router)
    app.include_router(gcs.live.router)
    app.include_router(router)
    _serve_console(app, settings.console_dir)
    return app


async def _open(app: FastAPI, settings: Settings, stack: AsyncExitStack) -> None:
    """Make and start the rooms in the order of the data path; they are stopped in the reverse order."""
    db = Database(settings.resolved_database_url)
    stack.push_async_callback(db.close)
    await db.migrate()
    people = People(db, load_secret(settings.data_dir), settings.token_minutes)
    if settings.demo_accounts:
        await _add_demo_people(people)
    road_map, road_problems = await asyncio.to_thread(RoadMap.load_folder, settings.plans_dir / "roads")
    for problem in road_problems:
        log.error("a road file was left out: %s", problem)

    thresholds = load_thresholds()

    fleet = Fleet(settings.links, db)
    missions = Missions(fleet, db, settings.plans_dir)
    video = Video(settings.data_dir)
    detector = Detector(settings.model, threads=settings.detector_threads)
    incidents = Incidents(db, settings.data_dir, road_map.origin, describe_place(road_map))
    library = MessageLibrary.load()
    loudspeaker = Loudspeaker(db, settings.data_dir, road_map.origin, incidents, mavlink_speakers(fleet), library)

    async def truth() -> list[dict[str, Any]]:
        return [
            *(as_message("drone", drone.state) for drone in fleet.drones.values()),
            *(as_message("incident", i) for i in await incidents.find(states=list(OPEN_STATES))),
            *(as_message("sortie", s) for s in missions.active()),
        ]

    live = Live(truth)
    seeing = Seeing(
        fleet=fleet,
        video=video,
        detector=detector,
        road_map=road_map,
        sigma=pose_sigma(settings),
        make_rules=lambda: all_rules(thresholds),
        missions=missions,
        incidents=incidents,
        loudspeaker=loudspeaker,
        live=live,
    )
    live.forward("drone", fleet.states, DRONE_PERIOD_S)
    live.forward("command", fleet.commands)
    live.forward("sortie", missions.sorties)
    live.forward("incident", incidents.changes)
    live.forward("speech", loudspeaker.speeches)
    stack.push_async_callback(live.stop)
    for room in (fleet, missions, video, detector, incidents, loudspeaker, seeing):
        await room.start()
        stack.push_async_callback(room.stop)
    for name, part in {
        "settings": settings, "db": db, "people": people, "road_map": road_map, "fleet": fleet, "missions": missions,
        "video": video, "detector": detector, "incidents": incidents, "loudspeaker": loudspeaker, "live": live,
        "seeing": seeing, "road_problems": road_problems,
    }.items():  # fmt: skip
        setattr(app.state, name, part)


def pose_sigma(settings: Settings) -> PoseSigma:
    """The error of the drones' telemetry, as this installation knows it."""
    angle = math.radians(settings.attitude_sigma_deg)
    position = settings.position_sigma_m
    return PoseSigma(position, position, angle, angle, angle)


def describe_place(road_map: RoadMap) -> Any:
    """(lane id, chainage) -> Place, by the road map. The result raises LookupError for an unknown lane."""

    def describe(lane_id: str, _chainage_m: float) -> Place:
        road = road_map.lanes[lane_id].feature.properties
        return Place(road.road_id, Text(road.road_name.zh, road.road_name.en), road.direction)

    return describe


async def _add_demo_people(people: People) -> None:
    for username, (name, roles) in DEMO_PEOPLE.items():
        try:
            await people.add(NewUser(username=username, name=name, roles=roles, password=DEMO_PASSWORD))
        except UserExists:
            continue


def _serve_console(app: FastAPI, folder: Path) -> None:
    """The built console at /, any other path that is no API giving its page."""
    folder = folder.resolve()
    if (folder / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=folder / "assets"))

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str) -> FileResponse:
        if path.startswith("api/"):
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no /{path}")
        file = (folder / path).resolve()
        if path and file.is_file() and file.is_relative_to(folder):
            return FileResponse(file)
        if not (folder / "index.html").is_file():
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "the console is not built: run `make console`")
        return FileResponse(folder / "index.html", headers={"Cache-Control": "no-cache"})


@router.get("/api/health")
async def health(request: Request) -> Health:
    """How each part is doing; open to anybody, for monitors."""
    state = request.app.state
    parts = {"database": await _database_health(state.db), "detector": _detector_health(state.detector)}
    if problems := state.road_problems:
        parts["roads"] = PartHealth(state="degraded", detail="; ".join(map(str, problems)))
    for link in state.fleet.links:
        parts[f"link {link.url}"] = PartHealth(state="ok" if link.open else "off", detail=link.detail)
    ok = all(part.state == "ok" for part in parts.values())
    return Health(status="ok" if ok else "degraded", version=request.app.version, parts=parts)


@router.get("/api/roads")
async def roads(request: Request, _: Annotated[Principal, Depends(require())]) -> dict[str, Any]:
    """The road map's lanes as GeoJSON (WGS-84), with the foreign member `origin`."""
    return dict(request.app.state.road_map.geojson)


class CameraWish(BaseModel):
    """Whether somebody wants to see a drone's camera while it is in no sortie."""

    on: bool


@router.post("/api/drones/{drone_id}/camera", status_code=status.HTTP_202_ACCEPTED)
async def want_camera(
    drone_id: int,
    wish: CameraWish,
    request: Request,
    _: Annotated[Principal, Depends(require(Role.OPERATOR, Role.SUPERVISOR))],
) -> CameraWish:
    """Turn a parked drone's camera on or off; in a sortie it is always on."""
    if drone_id not in request.app.state.fleet.drones:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"no drone {drone_id} was heard")
    request.app.state.seeing.want(drone_id, wish.on)
    return wish


async def _database_health(db: Database) -> PartHealth:
    try:
        await asyncio.wait_for(db.ping(), 2.0)
    except Exception as error:  # whatever the driver raises, the monitor gets its words
        return PartHealth(state="off", detail=str(error))
    return PartHealth(state="ok")


def _detector_health(detector: Detector) -> PartHealth:
    now = detector.health
    states: dict[str, Literal["ok", "degraded", "off"]] = {"ready": "ok", "starting": "degraded", "off": "off"}
    return PartHealth(state=states[now.state], detail=now.detail)
