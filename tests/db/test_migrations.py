import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import StatementError

from gcs.db.base import Base, Database, alembic_config
from gcs.people.models import User


def postgres_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server of our own on a Unix socket (it refuses to run as root: then as user postgres)."""
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server here (apt: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="patrol-pg-"))  # pytest's own folders are closed to user postgres
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> None:
        subprocess.run([*as_user, str(binaries / program), *arguments], check=True, capture_output=True, timeout=60)

    run("initdb", "-D", f"{folder}/data", "-U", "patrol", "--auth=trust", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")
    run("createdb", "-h", str(folder), "-U", "patrol", "patrol")
    yield f"postgresql+asyncpg://patrol@/patrol?host={folder}"
    run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    is_sqlite = request.param == "sqlite"
    url = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}" if is_sqlite else request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    await database.close()


async def test_migrations_make_exactly_the_tables_that_the_code_declares(empty: Database) -> None:
    await empty.migrate()

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with empty.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_twice_changes_nothing_and_keeps_rows(empty: Database) -> None:
    await empty.migrate()
    async with empty.session() as session:
        session.add(User(username=f"u{id(session)}", name="U", roles=[], password_hash="-"))
    await empty.migrate()
    async with empty.engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM users"))).scalar_one() >= 1


async def test_times_come_back_in_utc_whatever_zone_they_were_given_in(db: Database) -> None:
    moment = datetime(2026, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    async with db.session() as session:
        session.add(User(username="li", name="Li", roles=[], password_hash="-", created_at=moment))
    async with db.session() as session:
        user = await session.get(User, 1)
        assert user is not None
        assert user.created_at == moment
        assert user.created_at.tzinfo == UTC


async def test_a_time_without_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match=re.escape("naive datetime")):
        async with db.session() as session:
            session.add(User(username="li", name="Li", roles=[], password_hash="-", created_at=datetime(2026, 1, 1)))


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory.from_config(alembic_config("sqlite://")).get_heads()) == 1
