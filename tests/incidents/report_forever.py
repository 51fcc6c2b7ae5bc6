"""Reports incidents as fast as it can and prints the id of each one announced, until it is killed."""

import asyncio
import sys
from itertools import count
from pathlib import Path

import numpy as np

from gcs.incidents.service import Incidents
from gcs.video.types import Frame
from tests.incidents.parts import ORIGIN, T0, describe_place, event, new_database


async def main(folder: Path) -> None:
    db = await new_database(folder)
    incidents = Incidents(db, folder, ORIGIN, describe_place)
    await incidents.start()
    with incidents.changes.subscribe() as changes:
        for n in count():
            frame = Frame(np.full((180, 320, 3), 90, np.uint8), t_capture_unix_s=T0 + n / 100, seq=n)
            await incidents.report(event(chainage_m=100.0 * n, t=n / 100), frame)
            print((await changes.get()).id, flush=True)


asyncio.run(main(Path(sys.argv[1])))
