"""Fixtures for every room."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import gcs.fleet.models
import gcs.incidents.models
import gcs.loudspeaker.models
import gcs.missions.models
import gcs.people.models  # noqa: F401  (every room's tables are known to the database)
from gcs.db.base import Database

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference data that is not part of the project."""
    folder = Path(os.environ.get("PATROL_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder} (set PATROL_SHARED)")
    return folder


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh, migrated SQLite database."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    await database.migrate()
    yield database
    await database.close()
