"""Stills: single pictures and series, kept as JPEG files."""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.payload.imager import Imager
from sim.payload.telemetry import Fix
from sim.payload.view import Exposure, View

log = logging.getLogger(__name__)

KEEP_FREE_BYTES = 200 * 1024 * 1024
"""The card counts as full below this."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One still; `fix` is None and `taken` False when it failed."""

    index: int
    exposure: Exposure
    fix: Fix | None
    file_name: str

    @property
    def taken(self) -> bool:
        """Whether there is a file."""
        return self.fix is not None


class Photographer:
    """Takes stills one after another; `report` is told of each, failed ones too."""

    def __init__(
        self,
        folder: Path,
        imager: Imager,
        view: View,
        expose: Callable[[float], Exposure],
        report: Callable[[Photo], None],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.count = 0
        self.interval_s = 0.0
        """Of the series being taken, 0 when none is."""
        self._imager = imager
        self._view = view
        self._expose = expose
        self._report = report
        self._series: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a picture or a series is being taken."""
        return self._series is not None and not self._series.done()

    def start(self, interval_s: float, count: int) -> None:
        """Takes `count` pictures (0: until `stop`), `interval_s` apart."""
        self.stop()
        self.interval_s = interval_s if count != 1 else 0.0
        self._series = asyncio.create_task(self._take_all(interval_s, count))

    def stop(self) -> None:
        """Ends a series."""
        self.interval_s = 0.0
        if self._series is not None:
            self._series.cancel()

    async def _take_all(self, interval_s: float, count: int) -> None:
        taken = 0
        due = time.monotonic()
        while count == 0 or taken < count:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due = max(due + interval_s, time.monotonic())
            await self._take()
            taken += 1
        self.interval_s = 0.0

    async def _take(self) -> None:
        exposure = self._expose(time.time())
        index = self.count
        self.count += 1
        name = f"IMG_{index:04d}.jpg"
        fix = None
        try:
            if shutil.disk_usage(self.folder).free < KEEP_FREE_BYTES:
                raise OSError("storage full")
            shot, where = await self._view.shot(exposure)
            await self._imager.photo(shot, self.folder / name)
            fix = where
        except (TimeoutError, LookupError, OSError) as error:
            log.warning("photo %d: %s", index, error or "no vehicle telemetry")
        self._report(Photo(index, exposure, fix, name))
