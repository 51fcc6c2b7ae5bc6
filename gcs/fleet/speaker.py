"""The loudspeaker component, by the published protocol: audio by MAVLink FTP, played by MAV_CMD_USER_1."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from hashlib import md5
from pathlib import Path
from typing import Any

from mavsdk.plugins.ftp import Ftp, FtpResult

from gcs.fleet.commands import Order, new_key
from gcs.fleet.errors import NotAcknowledged, Refused
from gcs.fleet.mav import SPEAKER, Cmd, Result
from gcs.fleet.peer import Message, Peer
from gcs.fleet.schemas import CommandRecord

PLAY, STOP = 1, 2
STALL_S = 15.0
"""An upload that makes no progress for so long has failed (MAVLink FTP itself retries for about 10 s)."""
SUFFIXES = (".wav", ".opus", ".ogg")

Run = Callable[[Order, Callable[[], Awaitable[None]]], Coroutine[Any, Any, CommandRecord]]


class SpeakerLink:
    """One drone's loudspeaker. Uploads and plays one clip at a time; both raise FleetError with the reason."""

    def __init__(self, peer: Peer, run: Run) -> None:
        self._peer = peer
        self._run = run
        self._ftp = Ftp(peer.system)
        self._uploading = asyncio.Lock()
        self._playing = False

    async def upload(self, path: Path) -> AsyncGenerator[float]:
        """Send a clip named `<md5hex>.wav|.opus|.ogg`; yields progress 0..1, the last 1.0 when it is there.

        Raises Refused for a name that isn't the MD5 of the content, NotAcknowledged when the transfer fails.
        """
        content = await asyncio.to_thread(path.read_bytes)
        if path.suffix not in SUFFIXES or path.stem != md5(content, usedforsecurity=False).hexdigest():
            raise Refused(f"{path.name}: a clip is named by the MD5 of its content, with one of {', '.join(SUFFIXES)}")
        async with self._uploading:
            await self._peer.call(self._ftp.set_target_compid, SPEAKER)
            async with aclosing(self._transfer(path)) as transfer:
                async for progress in transfer:
                    yield progress

    async def play(
        self, md5_hex: str, repeat: int, volume: int, by: str, key: str | None = None
    ) -> AsyncGenerator[float]:
        """Play an uploaded clip; yields progress 0..1, the last 1.0 once it was played to its end.

        `repeat` 0 loops until stopped; volume 0-100. Raises Refused while another is played, NotAcknowledged with the
        loudspeaker's answer (it was stopped, the clip is unknown, it fell silent).
        """
        if self._playing:
            raise Refused(f"drone {self._peer.system_id}: the loudspeaker is playing")
        self._playing = True
        news: asyncio.Queue[float] = asyncio.Queue(16)

        def hear(message: Message) -> None:
            fields = message.fields
            ours = message.component == SPEAKER and fields["command"] == Cmd.USER_1
            if ours and fields["result"] == Result.IN_PROGRESS and fields["progress"] <= 100:
                if news.full():
                    news.get_nowait()
                news.put_nowait(fields["progress"] / 100)

        async def send() -> None:
            digest24 = int(md5_hex[:6], 16)
            await self._peer.command(Cmd.USER_1, PLAY, digest24, repeat, volume, component=SPEAKER)

        params = {"md5": md5_hex, "repeat": repeat, "volume": volume}
        order = self._order("speaker_play", by, params, key)
        self._peer.on_message("COMMAND_ACK", hear)
        record = asyncio.create_task(self._run(order, send))
        try:
            async for progress in _until_done(news, record):
                yield progress
        finally:
            self._peer.off_message("COMMAND_ACK", hear)
            self._playing = False
        _raise_unless_accepted(await record)
        yield 1.0

    async def stop(self, by: str, key: str | None = None) -> CommandRecord:
        """Silence. What is being played ends with NotAcknowledged."""

        async def send() -> None:
            await self._peer.command(Cmd.USER_2, STOP, component=SPEAKER)

        return await self._run(self._order("speaker_stop", by, {}, key), send)

    def _order(self, name: str, by: str, params: dict[str, Any], key: str | None) -> Order:
        return Order(self._peer.system_id, name, by, params, new_key(key))

    async def _transfer(self, path: Path) -> AsyncGenerator[float]:
        loop = asyncio.get_running_loop()
        news: asyncio.Queue[tuple[Any, Any]] = asyncio.Queue(64)

        def put(result: Any, data: Any) -> None:
            if news.full():
                news.get_nowait()
            news.put_nowait((result, data))

        self._ftp.upload_async(
            str(path), "/", lambda result, data, _=None: loop.call_soon_threadsafe(put, result, data)
        )
        while True:
            try:
                result, data = await asyncio.wait_for(news.get(), STALL_S)
            except TimeoutError as error:
                raise NotAcknowledged("the upload to the loudspeaker stalled", "timed_out") from error
            if result == FtpResult.SUCCESS:
                yield 1.0
                return
            if result != FtpResult.NEXT:
                words = FtpResult(result).name.replace("_", " ").lower()
                raise NotAcknowledged(f"the upload to the loudspeaker failed: {words}", "failed")
            yield data.bytes_transferred / data.total_bytes if data.total_bytes else 0.0


async def _until_done(news: "asyncio.Queue[float]", record: "asyncio.Task[CommandRecord]") -> AsyncGenerator[float]:
    while not record.done():
        getter = asyncio.create_task(news.get())
        await asyncio.wait([getter, record], return_when=asyncio.FIRST_COMPLETED)
        if getter.done():
            yield getter.result()
        else:
            getter.cancel()


def _raise_unless_accepted(record: CommandRecord) -> None:
    if record.state == "accepted":
        return
    state = record.state if record.state in ("denied", "timed_out") else "failed"
    raise NotAcknowledged(record.reason or f"the loudspeaker's answer is {record.state}", state)
