"""Taking turns: each drone performs one speech at a time, and a bounded line waits for it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

WAITING = 4
"""Speeches that may wait for one drone; a warning that comes later than that warns nobody."""


class Turns:
    """`perform` is run for each speech in turn, in a task that can be cancelled."""

    def __init__(self, perform: Callable[[int], Coroutine[Any, Any, None]]) -> None:
        self._perform = perform
        self._lines: dict[int, asyncio.Queue[int]] = {}
        self._workers: list[asyncio.Task[None]] = []
        self._now: dict[int, asyncio.Task[None]] = {}

    def full(self, drone: int) -> bool:
        """Whether nobody may join this drone's line."""
        return drone in self._lines and self._lines[drone].full()

    def join(self, drone: int, speech_id: int) -> bool:
        """Join the line; False when it is full."""
        if self.full(drone):
            return False
        if drone not in self._lines:
            self._lines[drone] = asyncio.Queue(WAITING)
            self._workers.append(asyncio.create_task(self._work(self._lines[drone])))
        self._lines[drone].put_nowait(speech_id)
        return True

    async def cut_short(self, speech_id: int) -> bool:
        """Cancel the speech if it is being performed, and wait until it is over; False when it isn't its turn."""
        task = self._now.get(speech_id)
        if task is None:
            return False
        task.cancel()
        await asyncio.wait([task])
        return True

    async def stop(self) -> None:
        """End all lines; speeches under way are cancelled."""
        for task in (*self._workers, *self._now.values()):
            task.cancel()
        await asyncio.gather(*self._workers, *self._now.values(), return_exceptions=True)
        self._workers.clear()
        self._lines.clear()

    async def _work(self, line: "asyncio.Queue[int]") -> None:
        while True:
            speech_id = await line.get()
            task = self._now[speech_id] = asyncio.create_task(self._perform(speech_id))
            task.add_done_callback(lambda done, which=speech_id: self._finished(which, done))  # type: ignore[misc]
            await asyncio.wait([task])

    def _finished(self, speech_id: int, task: "asyncio.Task[None]") -> None:
        self._now.pop(speech_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("speech %d: %s", speech_id, error, exc_info=error)
