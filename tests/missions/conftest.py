"""A drone, a fleet and the missions room on one database; the whole can be restarted."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gcs.db.base import Database
from gcs.fleet.drone import Drone
from gcs.fleet.hub import Fleet
from gcs.missions.service import Missions
from tests.fleet.parts import first_drone, fleet_on
from tests.missions.plans import plan, write


@dataclass
class Rooms:
    """One run of the service."""

    fleet: Fleet
    missions: Missions
    drone: Drone


OpenRooms = Callable[[int], AbstractAsyncContextManager[Rooms]]


@pytest.fixture
def plans_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "plans"
    folder.mkdir()
    write(folder, "square", plan())
    return folder


@pytest.fixture
def open_rooms(db: Database, plans_dir: Path) -> OpenRooms:
    @asynccontextmanager
    async def rooms(port: int) -> AsyncIterator[Rooms]:
        async with fleet_on(db, port) as fleet:
            missions = Missions(fleet, db, plans_dir)
            await missions.start()
            try:
                yield Rooms(fleet, missions, await first_drone(fleet))
            finally:
                await missions.stop()

    return rooms
