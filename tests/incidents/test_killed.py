"""A kill -9 loses no incident that was announced."""

import asyncio
import os
import sys
from pathlib import Path

import cv2

from gcs.db.base import Database
from gcs.incidents.service import Incidents
from tests.incidents.parts import ORIGIN, describe_place

ROOT = Path(__file__).parents[2]


async def test_every_incident_announced_before_a_kill_is_in_the_database(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, Path(__file__).with_name("report_forever.py"), tmp_path,
        stdout=asyncio.subprocess.PIPE, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    announced = [int(await asyncio.wait_for(process.stdout.readline(), 20)) for _ in range(25)]
    process.kill()
    announced += [int(line) for line in (await asyncio.wait_for(process.stdout.read(), 5)).split()]
    await process.wait()

    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'patrol.db'}")
    incidents = Incidents(db, tmp_path, ORIGIN, describe_place)
    await incidents.start()
    try:
        stored = {out.id: out for out in await incidents.find(limit=500)}
        assert set(announced) <= set(stored)
        for incident_id in announced:
            assert stored[incident_id].log[0].action == "reported"
            assert cv2.imread(str(await incidents.still(incident_id))) is not None
    finally:
        await db.close()
