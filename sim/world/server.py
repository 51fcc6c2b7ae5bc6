"""Runs a world in real time and serves its feed."""

import asyncio
import contextlib
import logging
import socket
import time
from collections import deque

from sim.world.messages import ErrorMessage, FeedError, HeardMessage, TruthEvent, parse_client, snapshot_line
from sim.world.pace import Pacer
from sim.world.traffic import STEP_S
from sim.world.world import World

log = logging.getLogger(__name__)

REPORT_S = 60.0
STOP_S = 2.0
MAX_WAITING = 1000
"""Messages other than snapshots a client may leave unread before it is cut off."""
WRITE_BUFFER = 1 << 16
"""Bytes unread in our process and again in the kernel: small, so that a slow client sees few old snapshots."""


class _Client:
    """One connection: the newest snapshot and the unread other messages wait here, never the world."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._waiting: deque[bytes] = deque()
        self._snapshot: bytes | None = None
        self._wake = asyncio.Event()
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WRITE_BUFFER)

    def show(self, snapshot: bytes) -> None:
        """Replaces the snapshot that waits."""
        self._snapshot = snapshot
        self._wake.set()

    def tell(self, line: bytes) -> None:
        """Queues a message that must not be lost; a client that reads none of them is cut off."""
        if len(self._waiting) >= MAX_WAITING:
            self.cut_off()
            return
        self._waiting.append(line)
        self._wake.set()

    def cut_off(self) -> None:
        """Ends the connection, unsent messages and all."""
        self._writer.transport.abort()

    async def write(self) -> None:
        """Sends what waits, as fast as the client reads."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._writer.write(self._waiting.popleft())
            if self._snapshot is not None:
                self._writer.write(self._snapshot)
                self._snapshot = None
            await self._writer.drain()


class FeedServer:
    """Steps the world at 10 Hz by the monotonic clock and tells every client what happens."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._clients: set[_Client] = set()
        self._handlers: set[asyncio.Task[None]] = set()
        self._open: dict[tuple[str, str], bytes] = {}
        """The truth events that started and have not ended, told to whoever connects."""

    async def serve(self, host: str, port: int, stop: asyncio.Event) -> None:
        """Runs until `stop` is set. Raises OSError when the port is taken."""
        server = await asyncio.start_server(self._connected, host, port)
        log.info("feed on %s:%d, seed %d: %s", host, port, self.world.seed, self.world.scenario.title)
        try:
            await self._run(stop)
        finally:
            server.close()
            for client in self._clients:
                client.cut_off()
            if self._handlers:
                await asyncio.wait(self._handlers, timeout=STOP_S)

    async def _run(self, stop: asyncio.Event) -> None:
        pacer = Pacer(STEP_S, time.monotonic())
        unix_of_monotonic = time.time() - time.monotonic()
        reported_s = time.monotonic()
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), max(0.001, pacer.wait_s(time.monotonic())))
                return
            self.step(pacer.due_s + unix_of_monotonic)
            pacer.stepped()
            if pacer.lost_s and time.monotonic() - reported_s >= REPORT_S:
                log.warning("the machine is too slow: %.1f s of the last minute were skipped", pacer.lost_s)
                pacer.lost_s, reported_s = 0.0, time.monotonic()

    def step(self, t_unix_s: float) -> None:
        """One step of the world, told to the clients as of this wall-clock time."""
        for truth in self.world.step():
            line = TruthEvent.of(truth, t_unix_s).line()
            if truth.phase == "start":
                self._open[truth.event, truth.user] = line
            else:
                self._open.pop((truth.event, truth.user), None)
            log.info("%s %s: %s on %s", truth.event, truth.phase, truth.user or "-", truth.lane_id)
            for client in self._clients:
                client.tell(line)
        if self._clients:
            line = snapshot_line(self.world.snapshot(t_unix_s))
            for client in self._clients:
                client.show(line)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = asyncio.current_task()
        assert handler is not None
        self._handlers.add(handler)
        client = _Client(writer)
        for line in self._open.values():
            client.tell(line)
        self._clients.add(client)
        writing = asyncio.create_task(client.write())
        reading = asyncio.create_task(self._read(client, reader))
        try:
            await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._clients.discard(client)
            self._handlers.discard(handler)
            for task in (writing, reading):
                task.cancel()
            await asyncio.gather(writing, reading, return_exceptions=True)
            writer.close()

    async def _read(self, client: _Client, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            try:
                message = parse_client(line)
            except FeedError as error:
                log.warning("message not used: %s", error)
                client.tell(ErrorMessage(message=str(error)).line())
                continue
            if isinstance(message, HeardMessage):
                log.info("heard at (%.0f, %.0f) within %.0f m", message.x_m, message.y_m, message.radius_m)
                self.world.heard(message.heard())
            elif not self.world.trigger(message.event):
                client.tell(ErrorMessage(message=f"event: nothing waits for the trigger {message.event!r}").line())
