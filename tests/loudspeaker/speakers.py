"""A loudspeaker in this process: takes real clips, decodes them, and plays them in (shortened) time, silently."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path

from gcs.loudspeaker.audio import duration_s
from gcs.loudspeaker.drivers import SpeakerError


class DeskSpeaker:
    """Plays `speed` times as fast as life. `clear` of `may_end` holds a play before its end."""

    def __init__(self, speed: float = 1000.0) -> None:
        self.speed = speed
        self.clips: dict[str, Path] = {}
        self.playing: str | None = None
        self.played: list[str] = []
        self.silenced_by: list[str] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.broken: str | None = None

    async def upload(self, clip: Path) -> AsyncGenerator[float, None]:
        if self.broken:
            raise SpeakerError(self.broken)
        assert hashlib.md5(clip.read_bytes()).hexdigest() == clip.stem
        yield 0.5
        self.clips[clip.stem] = clip
        yield 1.0

    async def play(self, md5: str, by: str) -> AsyncGenerator[float, None]:
        if self.playing is not None:
            raise SpeakerError("busy")
        self.playing = md5
        try:
            clip_s = duration_s(self.clips[md5])
            for tenth in range(10):
                yield tenth / 10
                await asyncio.sleep(clip_s / 10 / self.speed)
            await self.may_end.wait()
            self.played.append(md5)
            yield 1.0
        finally:
            self.playing = None

    async def stop(self, by: str) -> None:
        self.silenced_by.append(by)
