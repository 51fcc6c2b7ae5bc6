"""A kill -9 between the confirmation and the end of the speech: visible, not spoken late, can be asked for again."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from gcs.db.base import Database
from gcs.incidents.service import Incidents
from gcs.loudspeaker.messages import MessageLibrary
from gcs.loudspeaker.service import Loudspeaker
from tests.incidents.parts import ORIGIN, describe_place, event
from tests.loudspeaker.conftest import Rooms
from tests.loudspeaker.speakers import DeskSpeaker

ROOT = Path(__file__).parents[2]


async def kill_at(step: str, folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, Path(__file__).with_name("warn_until_killed.py"), folder,
        stdout=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            while (line := await process.stdout.readline()).decode().strip() != step:
                assert line, f"it ended before {step}"
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize(
    ("step", "error"),
    [("download", "service restarted before speaking"), ("play", "service restarted while speaking")],
)
async def test_a_warning_cut_off_by_a_kill_is_failed_and_can_be_asked_for_again(
    step: str, error: str, tmp_path: Path
) -> None:
    await kill_at(step, tmp_path)

    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'patrol.db'}")
    incidents = Incidents(db, tmp_path, ORIGIN, describe_place)
    speaker = DeskSpeaker()
    loudspeaker = Loudspeaker(db, tmp_path, ORIGIN, incidents, lambda drone: speaker, MessageLibrary.load())
    try:
        await incidents.start()
        await loudspeaker.start()
        (incident,) = await incidents.find()
        assert incident.state == "confirmed"
        (cut,) = await loudspeaker.speeches_of(incident.id)
        assert (cut.state, cut.error, cut.by) == ("failed", error, "王芳")
        assert not speaker.played  # not by itself, minutes later

        again = await loudspeaker.warn(incident.id, "zh", "李娜")
        rooms = Rooms(db, incidents, loudspeaker, {1: speaker})
        done = await asyncio.wait_for(rooms.until_speech("done"), 20)
        assert done.id == again.id
    finally:
        await loudspeaker.stop()
        await db.close()


async def test_an_outcome_nobody_was_there_to_see_is_unknown(rooms: Rooms, tmp_path: Path) -> None:
    i = (await rooms.incidents.report(event())).incident_id
    await rooms.incidents.confirm(i, "王芳", "zh")
    await rooms.until_incident(lambda out: out.state == "warned")
    await rooms.loudspeaker.stop()

    incidents = Incidents(rooms.db, tmp_path, ORIGIN, describe_place)
    speaker = DeskSpeaker()
    restarted = Loudspeaker(rooms.db, tmp_path, ORIGIN, incidents, lambda drone: speaker, MessageLibrary.load())
    await restarted.start()
    out = await incidents.get(i)
    assert (out.state, out.outcome, out.log[-1].note) == ("warned", "unknown", "the service restarted while watching")
