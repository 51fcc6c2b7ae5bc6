"""The loudspeaker, component 158: audio by MAVLink FTP, played by MAV_CMD_USER_1. The protocol is in SPEAKER.md."""

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from pymavlink.dialects.v20 import common as mavlink

from sim.payload.audio import BadAudioError, duration_s
from sim.payload.clock import Clock
from sim.payload.component import Command, Component, Result
from sim.payload.ftp import FtpServer
from sim.payload.link import Link, Message

log = logging.getLogger(__name__)

COMPONENT_ID = mavlink.MAV_COMP_ID_PERIPHERAL
CLIP_NAME = re.compile(r"^([0-9a-f]{32})\.(wav|opus|ogg)$")
MAX_CLIP_BYTES = 8 * 1024 * 1024
MAX_CLIPS = 64
PROGRESS_S = 0.5
"""Time between IN_PROGRESS acknowledgements; a client gives up after a few seconds without one."""


class Operation(IntEnum):
    """Parameter 1 of the command."""

    PLAY = 1
    STOP = 2
    VOLUME = 3
    STATUS = 4


@dataclass
class Playing:
    """The one clip being played."""

    command: Command
    md5: str
    progress: int = 0
    task: "asyncio.Task[None] | None" = None


def digest24(md5: str) -> int:
    """The first 24 bits of an MD5, exact in a command's float parameter."""
    return int(md5[:6], 16)


class Speaker(Component):
    """Plays one clip at a time, in real time. `heard` is told the MD5 and the volume after each full pass of a clip."""

    def __init__(
        self, system_id: int, clock: Clock, gcs: Link, clips: Path, heard: Callable[[str, float], None]
    ) -> None:
        super().__init__(system_id, COMPONENT_ID, mavlink.MAV_TYPE_GENERIC, clock, gcs)
        self.volume_percent = 100.0
        self._heard = heard
        self._playing: Playing | None = None
        self._ftp = FtpServer(clips, lambda name: bool(CLIP_NAME.match(name)), MAX_CLIP_BYTES, MAX_CLIPS)
        self.commands |= {mavlink.MAV_CMD_USER_1: self._operate, mavlink.MAV_CMD_USER_2: self._control}

    def handle(self, message: Message, link: Link) -> None:
        """Commands and file transfer."""
        if message.get_type() == "FILE_TRANSFER_PROTOCOL":
            client = (message.get_srcSystem(), message.get_srcComponent())
            for payload in self._ftp.answer(client, bytes(message.payload)):
                self.send(mavlink.MAVLink_file_transfer_protocol_message(0, *client, list(payload)), link)
        else:
            super().handle(message, link)

    def close(self) -> None:
        """Stops playing and closes files."""
        self._stop()
        self._ftp.close()

    def _operate(self, command: Command) -> Result | None:
        if round(command.param(1)) == Operation.PLAY:
            return self._play(command)
        return self._control(command)

    def _control(self, command: Command) -> Result | None:
        match round(command.param(1)):
            case Operation.STOP:
                self._stop()
                return Result.ACCEPTED
            case Operation.VOLUME:
                return self._set_volume(command.params[3])
            case Operation.STATUS:
                self._report(command)
                return None
        return Result.UNSUPPORTED

    def _set_volume(self, percent: float) -> Result:
        if not 0 <= percent <= 100:  # NaN too
            return Result.DENIED
        self.volume_percent = percent
        return Result.ACCEPTED

    def _report(self, command: Command) -> None:
        playing = self._playing
        word = round(self.volume_percent) << 24 | (digest24(playing.md5) if playing else 0)
        progress = playing.progress if playing else 0
        self.acknowledge(command, Result.ACCEPTED, progress, word)

    def _play(self, command: Command) -> Result | None:
        if self._playing is not None:
            if (command.sender, command.params) == (self._playing.command.sender, self._playing.command.params):
                self._progress(self._playing)  # sent again because an acknowledgement was lost
                return None
            return Result.TEMPORARILY_REJECTED
        repeat = round(command.param(3, 1))
        clips = self._clips(round(command.param(2)))
        if len(clips) != 1 or repeat < 0:
            reason = "unknown clip" if not clips else "ambiguous digest" if len(clips) > 1 else "negative repeat"
            self.say(mavlink.MAV_SEVERITY_WARNING, f"Speaker: {reason} {round(command.param(2)):06x}")
            return Result.DENIED
        if self._set_volume(command.param(4, self.volume_percent)) != Result.ACCEPTED:
            return Result.DENIED
        self._playing = Playing(command, clips[0].stem)
        self._progress(self._playing)
        self._playing.task = asyncio.create_task(self._run(self._playing, clips[0], repeat))
        return None

    def _clips(self, digest: int) -> list[Path]:
        paths = sorted(self._ftp.root.iterdir())
        return [p for p in paths if (m := CLIP_NAME.match(p.name)) and digest24(m[1]) == digest]

    def _progress(self, playing: Playing) -> None:
        self.acknowledge(playing.command, Result.IN_PROGRESS, playing.progress, digest24(playing.md5))

    async def _run(self, playing: Playing, path: Path, repeat: int) -> None:
        try:
            clip_s = await asyncio.to_thread(_checked_duration_s, path)
            log.info("playing %s, %.1f s, %s, volume %.0f %%", path.name, clip_s, _times(repeat), self.volume_percent)
            passes = 0
            while repeat == 0 or passes < repeat:
                await self._pass(playing, clip_s, passes, repeat)
                passes += 1
                self._heard(playing.md5, self.volume_percent)
            playing.progress = 100
            self._finish(playing, Result.ACCEPTED)
        except (BadAudioError, OSError) as error:
            self.say(mavlink.MAV_SEVERITY_WARNING, f"Speaker: cannot play {path.name[:8]}: {error}")
            self._finish(playing, Result.FAILED)

    def _finish(self, playing: Playing, result: Result) -> None:
        self._playing = None
        self.acknowledge(playing.command, result, playing.progress, digest24(playing.md5))

    async def _pass(self, playing: Playing, clip_s: float, passes: int, repeat: int) -> None:
        """Waits out one pass of the clip, acknowledging progress over all passes (over this one when it loops)."""
        begun = time.monotonic()
        while (elapsed := time.monotonic() - begun) < clip_s:
            share = elapsed / clip_s
            playing.progress = int(100 * (share if repeat == 0 else (passes + share) / repeat))
            self._progress(playing)
            await asyncio.sleep(min(PROGRESS_S, clip_s - elapsed))

    def _stop(self) -> None:
        """Ends the play before the stop is acknowledged: both may carry the same command id to the same client."""
        playing = self._playing
        if playing is not None:
            if playing.task is not None:
                playing.task.cancel()
            self._finish(playing, Result.CANCELLED)


def _checked_duration_s(path: Path) -> float:
    if hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() != path.stem:
        raise BadAudioError("content does not match its MD5")
    return duration_s(path)


def _times(repeat: int) -> str:
    return "until stopped" if repeat == 0 else f"{repeat} times"
