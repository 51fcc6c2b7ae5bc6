"""Real parts for the loudspeaker room."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gcs.db.base import Database
from gcs.incidents.schemas import IncidentOut
from gcs.incidents.service import Incidents
from gcs.loudspeaker.messages import MessageLibrary
from gcs.loudspeaker.outcome import Thresholds
from gcs.loudspeaker.schemas import SpeechOut
from gcs.loudspeaker.service import Loudspeaker
from tests.incidents.parts import ORIGIN, describe_place, new_database
from tests.loudspeaker.speakers import DeskSpeaker


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await new_database(tmp_path)
    yield database
    await database.close()


@pytest.fixture
async def incidents(db: Database, tmp_path: Path) -> AsyncIterator[Incidents]:
    room = Incidents(db, tmp_path, ORIGIN, describe_place)
    await room.start()
    yield room
    await room.stop()


@dataclass
class Rooms:
    """Incidents and loudspeaker, each drone with a speaker that stands on the desk."""

    db: Database
    incidents: Incidents
    loudspeaker: Loudspeaker
    speakers: dict[int, DeskSpeaker]

    async def until_speech(self, *states: str, incident_id: int = 1) -> SpeechOut:
        """The incident's newest speech, once it is in one of these states."""
        with self.loudspeaker.speeches.subscribe() as news:
            while True:
                speeches = await self.loudspeaker.speeches_of(incident_id)
                if speeches and speeches[-1].state in states:
                    return speeches[-1]
                await news.get()

    async def until_incident(self, ready: Callable[[IncidentOut], bool], incident_id: int = 1) -> IncidentOut:
        """The incident, once it is ready."""
        with self.incidents.changes.subscribe() as news:
            while not ready(out := await self.incidents.get(incident_id)):
                await news.get()
            return out


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips made by the real espeak-ng, once for all tests that only play them."""
    return tmp_path_factory.mktemp("speech")


@pytest.fixture
async def make_rooms(
    db: Database, incidents: Incidents, tmp_path: Path, spoken: Path
) -> AsyncIterator[Callable[..., Awaitable[Rooms]]]:
    made: list[Rooms] = []
    (tmp_path / "speech").symlink_to(spoken)

    async def make(thresholds: Thresholds | None = None) -> Rooms:
        speakers: dict[int, DeskSpeaker] = defaultdict(DeskSpeaker)
        room = Loudspeaker(db, tmp_path, ORIGIN, incidents, speakers.__getitem__, MessageLibrary.load(), thresholds)
        await room.start()
        made.append(Rooms(db, incidents, room, speakers))
        return made[-1]

    yield make
    for rooms in made:
        await rooms.loudspeaker.stop()


@pytest.fixture
async def rooms(make_rooms: Callable[..., Awaitable[Rooms]]) -> Rooms:
    return await make_rooms()
