"""The video room: one stream and one recorder for each drone that sends pictures."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gcs.bus import Topic
from gcs.video.clip import clip
from gcs.video.mjpeg import MjpegEncoder
from gcs.video.recorder import Bounds, Recorder
from gcs.video.stream import Stream
from gcs.video.types import StreamState

WATCH_PERIOD_S = 0.5


@dataclass(frozen=True, slots=True)
class VideoChange:
    """A drone's video became live, stale or off."""

    drone_id: int
    state: StreamState
    detail: str


@dataclass(frozen=True, slots=True)
class Channel:
    """All that belongs to one drone's video."""

    stream: Stream
    recorder: Recorder
    mjpeg: MjpegEncoder


class Video:
    """Opens and closes the drones' streams; recordings go to `data_dir/video/<drone>/`."""

    def __init__(self, data_dir: Path, bounds: Bounds = Bounds()) -> None:
        self.changes: Topic[VideoChange] = Topic()
        self._data_dir = data_dir
        self._bounds = bounds
        self._channels: dict[int, Channel] = {}
        self._watch: asyncio.Task[None] | None = None
        self._states: dict[int, StreamState] = {}

    async def start(self) -> None:
        """Start telling changes of state."""
        self._watch = asyncio.create_task(self._tell_changes(), name="video states")

    async def stop(self) -> None:
        """Close all streams."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await asyncio.gather(*(self.close(drone_id) for drone_id in list(self._channels)))

    @property
    def channels(self) -> Mapping[int, Channel]:
        """The open channels by drone."""
        return self._channels

    async def open(self, drone_id: int, url: str) -> Stream:
        """The drone's stream from `url`; the one already open when the URL is the same. Raises OSError (no disk)."""
        channel = self._channels.get(drone_id)
        if channel is not None and channel.stream.url == url:
            return channel.stream
        if channel is not None:
            await self.close(drone_id)
        stream = Stream(url)
        recorder = Recorder(stream, self._folder(drone_id), self._bounds)
        await recorder.start()
        await stream.start()
        self._channels[drone_id] = Channel(stream, recorder, MjpegEncoder(stream))
        return stream

    async def close(self, drone_id: int) -> None:
        """Stop the drone's stream and finish its recording; nothing happens when none is open."""
        channel = self._channels.pop(drone_id, None)
        if channel is not None:
            await channel.stream.stop()
            await channel.recorder.stop()

    def stream(self, drone_id: int) -> Stream | None:
        """The drone's stream, if one is open."""
        channel = self._channels.get(drone_id)
        return None if channel is None else channel.stream

    async def clip(self, drone_id: int, t0_unix_s: float, t1_unix_s: float, into: Path | None = None) -> Path:
        """The drone's video captured from t0 to t1 as MP4, also when its stream is closed; see `gcs.video.clip.cut`."""
        return await clip(self._folder(drone_id), t0_unix_s, t1_unix_s, into)

    def _folder(self, drone_id: int) -> Path:
        return self._data_dir / "video" / str(drone_id)

    async def _tell_changes(self) -> None:
        while True:
            for drone_id, channel in list(self._channels.items()):
                health = channel.stream.health
                if self._states.get(drone_id) != health.state:
                    self._states[drone_id] = health.state
                    self.changes.publish(VideoChange(drone_id, health.state, health.detail))
            for drone_id in [d for d, state in self._states.items() if d not in self._channels and state != "off"]:
                self._states[drone_id] = "off"
                self.changes.publish(VideoChange(drone_id, "off", "stopped"))
            await asyncio.sleep(WATCH_PERIOD_S)
