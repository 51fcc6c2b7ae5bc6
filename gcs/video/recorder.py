"""Ring recorder: the newest hours of one drone's video on disk, as the camera encoded it."""

import asyncio
import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import av

from gcs.bus import Subscription
from gcs.video.clip import clip
from gcs.video.segments import SegmentWriter, begin_us, segments
from gcs.video.stream import Stream
from gcs.video.types import EncodedFrame

log = logging.getLogger(__name__)

SEGMENT_US = 10_000_000
WAITING_BOUND = 300


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one drone's recording may hold; the oldest segments go first."""

    max_bytes: int = 4 * 1024**3
    max_age_s: float = 24 * 3600.0


class Recorder:
    """Writes a stream's access units into segment files of about 10 s, each beginning with a key frame."""

    def __init__(self, stream: Stream, folder: Path, bounds: Bounds = Bounds()) -> None:
        self.folder = folder
        self.trouble = ""
        """Why recording fails now; empty while it works."""
        self._stream = stream
        self._bounds = bounds
        self._writer: SegmentWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._listening = contextlib.ExitStack()
        # One thread of its own: writes keep their order and wait for nobody else's work.
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="recorder")

    async def start(self) -> None:
        """Start recording. Raises OSError when the folder cannot be made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        waiting = self._listening.enter_context(self._stream.packets.subscribe(WAITING_BOUND))
        self._task = asyncio.create_task(self._run(waiting), name=f"recorder {self.folder.name}")

    async def stop(self) -> None:
        """Finish the segment being written."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self._listening.close()
        await asyncio.get_running_loop().run_in_executor(self._disk, self._close)
        self._disk.shutdown()

    async def clip(self, t0_unix_s: float, t1_unix_s: float, into: Path | None = None) -> Path:
        """The video captured from t0 to t1, also of this very second; see `gcs.video.clip.cut`."""
        return await clip(self.folder, t0_unix_s, t1_unix_s, into)

    async def _run(self, waiting: Subscription[EncodedFrame]) -> None:
        loop = asyncio.get_running_loop()
        dropped = 0
        async for frame in waiting:
            if waiting.dropped != dropped:
                log.warning("recording into %s: %d access units lost to a slow disk", self.folder, waiting.dropped)
                dropped = waiting.dropped
                # The rest of a group with a hole shows smears: go on with the next key frame.
                await loop.run_in_executor(self._disk, self._close)
            await loop.run_in_executor(self._disk, self._write, frame)

    def _write(self, frame: EncodedFrame) -> None:
        try:
            self._write_one(frame)
            self.trouble = ""
        except (OSError, av.FFmpegError) as error:
            if not self.trouble:
                log.warning("recording into %s fails: %s", self.folder, error)
            self.trouble = str(error)
            self._close()

    def _write_one(self, frame: EncodedFrame) -> None:
        writer = self._writer
        if writer is not None and writer.takes(frame):
            due = frame.key and frame.t_capture_us - writer.begin_us >= SEGMENT_US
            if not due:
                writer.write(frame)
                return
        self._close()
        if frame.key:
            prune(self.folder, self._bounds, frame.t_capture_us)
            self._writer = SegmentWriter(self.folder, frame)

    def _close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except (OSError, av.FFmpegError) as error:
                self.trouble = str(error)


def prune(folder: Path, bounds: Bounds, now_us: int) -> None:
    """Delete the oldest segments until the rest keep the bounds; the newest always stays."""
    files = segments(folder)
    sizes = [path.stat().st_size for path in files]
    excess = sum(sizes) - bounds.max_bytes
    for path, size, following in zip(files, sizes, files[1:], strict=False):
        too_old = now_us - begin_us(following) > bounds.max_age_s * 1e6
        if excess <= 0 and not too_old:
            break
        path.unlink(missing_ok=True)
        excess -= size
