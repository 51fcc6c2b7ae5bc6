"""Confirms an incident with a warning and prints each step of the speech; the last second never ends."""

import asyncio
import sys
from pathlib import Path

from gcs.incidents.service import Incidents
from gcs.loudspeaker.messages import MessageLibrary
from gcs.loudspeaker.service import Loudspeaker
from tests.incidents.parts import ORIGIN, describe_place, event, new_database
from tests.loudspeaker.speakers import DeskSpeaker


async def main(folder: Path) -> None:
    db = await new_database(folder)
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
