"""The video loop: exposures on the frame clock, developed one after another, never queued."""

import asyncio
import logging
import time
from collections.abc import Callable

from sim.payload.imager import Imager
from sim.payload.view import Exposure, View

log = logging.getLogger(__name__)

REPORT_S = 30.0


class Video:
    """Streams while `wanted`. `expose` opens the shutter at an instant; `say` tells what is lost or back."""

    def __init__(
        self,
        imager: Imager,
        view: View,
        expose: Callable[[float], Exposure],
        say: Callable[[str], None],
        fps: float,
    ) -> None:
        self.wanted = False
        self.fps = fps
        self.frames = 0
        self.skipped = 0
        self._imager = imager
        self._view = view
        self._expose = expose
        self._say = say
        self._blind = False
        self._empty_road = False
        self._next: asyncio.Queue[Exposure] = asyncio.Queue(1)
        self._busy_s = 0.0
        self._reported = time.monotonic()

    @property
    def running(self) -> bool:
        """Whether pictures really leave."""
        return self.wanted and not self._blind

    async def run(self) -> None:
        """Until cancelled. Raises RuntimeError when the camera's process died."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._shutter())
            tasks.create_task(self._develop())

    async def _shutter(self) -> None:
        """Opens on a fixed grid of instants. A picture that waits when the next is taken is given up for it."""
        period = 1 / self.fps
        while True:
            now = time.time()
            await asyncio.sleep(period - now % period)
            if not self.wanted:
                continue
            if self._next.full():
                self._next.get_nowait()
                self.skipped += 1
            self._next.put_nowait(self._expose(time.time()))

    async def _develop(self) -> None:
        while True:
            exposure = await self._next.get()
            if not self.wanted:
                continue
            try:
                shot, _ = await self._view.shot(exposure)
            except (TimeoutError, LookupError):
                self._set_blind(True)
                continue
            self._set_blind(False)
            self._set_empty_road(not self._view.traffic_is_fresh())
            self._busy_s += await self._imager.stream(shot)
            self.frames += 1
            self._report()

    def _set_blind(self, blind: bool) -> None:
        if blind != self._blind:
            self._blind = blind
            self._say("Camera: no vehicle telemetry, video stopped" if blind else "Camera: video runs again")

    def _set_empty_road(self, empty: bool) -> None:
        if empty != self._empty_road:
            self._empty_road = empty
            self._say("Camera: traffic feed lost, scenery only" if empty else "Camera: traffic feed is back")

    def _report(self) -> None:
        elapsed = time.monotonic() - self._reported
        if elapsed >= REPORT_S and self.frames:
            per_frame_ms = self._busy_s / self.frames * 1000
            log.info("%.1f frames/s, %.0f ms each, %d skipped", self.frames / elapsed, per_frame_ms, self.skipped)
            self.frames = self.skipped = 0
            self._busy_s, self._reported = 0.0, time.monotonic()
