"""Confirms an incident with a warning and prints each step of the speech; the last second never ends."""

import asyncio
import sys
from pathlib import Path

from gcs.db.base import Base, Database
from gcs.incidents.service import Incidents
from gcs.loudspeaker.messages import MessageLibrary
from gcs.loudspeaker.service import Loudspeaker
from tests.incidents.parts import ORIGIN, describe_place, event
from tests.loudspeaker.speakers import DeskSpeaker


async def main(folder: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{folder / 'patrol.db'}")
    async with db.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    incidents = Incidents(db, folder, ORIGIN, describe_place)
    await incidents.start()
    speaker = DeskSpeaker()
    speaker.may_end.clear()
    loudspeaker = Loudspeaker(db, folder, ORIGIN, incidents, lambda drone: speaker, MessageLibrary.load())
    await loudspeaker.start()
    with loudspeaker.speeches.subscribe() as news:
        report = await incidents.report(event())
        await incidents.confirm(report.incident_id, "王芳", "zh")
        async for speech in news:
            print(speech.state, flush=True)


asyncio.run(main(Path(sys.argv[1])))
