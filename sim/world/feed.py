"""The client side of the feed, for cameras, payloads and tests."""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any

from sim.world.messages import TruthEvent, WorldMessage, parse_world
from sim.world.snapshot import Snapshot

log = logging.getLogger(__name__)

RETRY_S = 0.5
LINE_LIMIT = 1 << 22
"""Bytes of the longest line read: a snapshot of about ten thousand users."""
MAX_UNREAD = 100
"""Messages an iterator may leave unread; then the oldest snapshot goes."""
MAX_TRUTH = 10_000


class FeedClient:
    """Follows a world's feed and reconnects by itself. Use as `async with FeedClient(host, port) as feed`."""

    def __init__(self, host: str = "127.0.0.1", port: int = 14700) -> None:
        self._address = (host, port)
        self._writer: asyncio.StreamWriter | None = None
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._readers: set[_Unread] = set()
        self._received_s = 0.0
        self._latest: Snapshot | None = None
        self.truth: deque[TruthEvent] = deque(maxlen=MAX_TRUTH)
        """Truth events so far, each once."""

    async def __aenter__(self) -> "FeedClient":
        self._task = asyncio.create_task(self._follow(), name="feed-client")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def connected(self) -> bool:
        """Whether the feed is there."""
        return self._connected.is_set()

    @property
    def latest(self) -> Snapshot | None:
        """The newest snapshot; None before the first and while the feed is gone. See `age_s`."""
        return self._latest

    @property
    def age_s(self) -> float:
        """Seconds since `latest` arrived; infinite when there is none."""
        return time.monotonic() - self._received_s if self._latest else float("inf")

    async def snapshot(self, timeout_s: float = 10.0) -> Snapshot:
        """The next snapshot to arrive. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            async for message in self:
                if isinstance(message, Snapshot):
                    return message
        raise AssertionError("the feed's iterator does not end")

    async def send(self, message: Mapping[str, Any], timeout_s: float = 5.0) -> None:
        """Sends `heard` or `trigger`, waiting for the connection. Raises TimeoutError or ConnectionError."""
        async with asyncio.timeout(timeout_s):
            await self._connected.wait()
            writer = self._writer
            if writer is None:
                raise ConnectionError("the feed has just gone")
            writer.write(json.dumps(message).encode() + b"\n")
            await writer.drain()

    async def __aiter__(self) -> AsyncIterator[WorldMessage]:
        """Snapshots, truth events and errors as they arrive. A slow reader loses old snapshots, nothing else."""
        unread = _Unread()
        self._readers.add(unread)
        try:
            while True:
                yield await unread.take()
        finally:
            self._readers.discard(unread)

    async def _follow(self) -> None:
        while True:
            try:
                await self._read_all()
            except OSError:
                pass  # not there yet, or gone: `connected` says so
            except ValueError as error:
                log.warning("feed dropped: %s", error)
            await asyncio.sleep(RETRY_S)

    async def _read_all(self) -> None:
        reader, writer = await asyncio.open_connection(*self._address, limit=LINE_LIMIT)
        self._writer = writer
        self._connected.set()
        try:
            while line := await reader.readline():
                self._take(parse_world(line))
        finally:
            self._connected.clear()
            self._writer, self._latest = None, None
            writer.close()

    def _take(self, message: WorldMessage) -> None:
        if isinstance(message, Snapshot):
            self._latest, self._received_s = message, time.monotonic()
        elif isinstance(message, TruthEvent):
            if message in self.truth:  # told again after a reconnect
                return
            self.truth.append(message)
        for unread in self._readers:
            unread.put(message)


class _Unread:
    """A bounded queue that lets go of the oldest snapshot first."""

    def __init__(self) -> None:
        self._messages: deque[WorldMessage] = deque()
        self._wake = asyncio.Event()

    def put(self, message: WorldMessage) -> None:
        if len(self._messages) >= MAX_UNREAD:
            oldest = next((m for m in self._messages if isinstance(m, Snapshot)), self._messages[0])
            self._messages.remove(oldest)
        self._messages.append(message)
        self._wake.set()

    async def take(self) -> WorldMessage:
        while not self._messages:
            self._wake.clear()
            await self._wake.wait()
        return self._messages.popleft()
