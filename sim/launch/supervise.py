"""Child processes watched together: ready in order, one dead ends all, none is left behind."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from sim.children import die_with_parent

TAIL_LINES = 15
STOP_WAIT_S = 8.0


class PartError(Exception):
    """A part ended or did not get ready; the message holds its last lines."""


@dataclass
class Part:
    """One process. It is ready when a line of its output contains `ready_when`."""

    name: str
    argv: list[str]
    ready_when: str
    ready_within_s: float = 60.0
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None


class Running:
    """A started part."""

    def __init__(self, part: Part, process: asyncio.subprocess.Process) -> None:
        self.part = part
        self.process = process
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._ready = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, part: Part) -> "Running":
        """Raises OSError when it cannot be executed."""
        process = await asyncio.create_subprocess_exec(
            *part.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **part.environment},
            cwd=part.folder,
            start_new_session=True,  # Ctrl+C reaches us alone; we end the parts in order
            preexec_fn=die_with_parent,
        )
        return cls(part, process)

    async def ready(self) -> None:
        """Waits for it. Raises PartError when it ends first or takes too long."""
        ready = asyncio.create_task(self._ready.wait())
        try:
            async with asyncio.timeout(self.part.ready_within_s):
                await asyncio.wait({ready, self._reader}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise PartError(self._story(f"was not ready within {self.part.ready_within_s:.0f} s")) from None
        finally:
            ready.cancel()
        if not self._ready.is_set():
            await self.ended()

    async def ended(self) -> None:
        """Waits for its end, which is always an error while the simulation runs. Raises PartError."""
        code = await self.process.wait()
        await asyncio.wait({self._reader}, timeout=1.0)  # a child of its own may still hold the pipe
        raise PartError(self._story(f"ended with status {code}"))

    async def stop(self) -> None:
        """SIGTERM to it, then SIGKILL to whatever is left of its process group."""
        if self.process.returncode is None:
            self.process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), STOP_WAIT_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()
        await self._reader

    def _story(self, what: str) -> str:
        return "\n  ".join([f"{self.part.name} {what}; its last lines:", *self._tail])

    async def _read(self) -> None:
        """Passes its output on, line by line."""
        assert self.process.stdout is not None
        while line := await _line(self.process.stdout):
            text = line.decode(errors="replace").rstrip()
            self._tail.append(text)
            print(f"[{self.part.name}] {text}", file=sys.stderr, flush=True)
            if self.part.ready_when in text:
                self._ready.set()


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # longer than the stream's limit
        return b"(a very long line)\n"


class Supervisor:
    """Holds all parts of one simulation."""

    def __init__(self) -> None:
        self._running: list[Running] = []

    async def start(self, parts: list[Part]) -> None:
        """Starts parts side by side and waits until each is ready. Raises PartError or OSError."""
        started = [await self._start(part) for part in parts]
        for running in started:
            await running.ready()
            print(f"{running.part.name} ready", flush=True)

    async def _start(self, part: Part) -> Running:
        running = await Running.start(part)
        self._running.append(running)
        return running

    async def watch(self) -> None:
        """Until one part ends. Raises PartError."""
        waiting = [asyncio.create_task(running.ended()) for running in self._running]
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            done.pop().result()
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def stop(self) -> None:
        """Ends all parts."""
        await asyncio.gather(*(running.stop() for running in self._running))
