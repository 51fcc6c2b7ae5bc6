"""Real parts for the incidents room: a SQLite file, a data directory, and what rules would say."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from gcs.db.base import Database
from gcs.incidents.service import Incidents
from gcs.video.types import Frame
from tests.incidents.parts import ORIGIN, describe_place, new_database


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


@pytest.fixture
def frame() -> Frame:
    return Frame(np.full((360, 640, 3), 90, np.uint8), t_capture_unix_s=1_780_000_000.25, seq=1)
