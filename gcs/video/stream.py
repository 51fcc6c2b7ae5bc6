"""One drone's video inside the service: encoded access units for relay and recorder, the newest picture for seeing."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from gcs.bus import Topic
from gcs.video.decoder import Decoder
from gcs.video.ingest import Ingest
from gcs.video.types import EncodedFrame, Frame, StreamHealth, StreamState

LIVE_AGE_S = 1.0
OFF_AGE_S = 5.0
FROZEN_S = 3.0
FPS_WINDOW_S = 3.0
MAX_GROUP = 300
"""Access units kept since the last key frame, for viewers that join in the middle of a long group."""


class StreamEnded(Exception):
    """The stream was stopped: no more pictures will come."""


class Stream:
    """Reads `url` (udp://host:port carrying MPEG-TS, rtsp://..., or a file) from `start` until `stop`.

    Everything but the reading and decoding threads runs in the event loop that called `start`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.packets: Topic[EncodedFrame] = Topic()
        """Every access unit from the first key frame on."""
        self.ended = asyncio.Event()
        """Set by `stop`."""
        self.group: list[EncodedFrame] = []
        """The newest key frame and all that followed it; empty when it would be longer than MAX_GROUP."""
        self._ingest: Ingest | None = None
        self._decoder: Decoder | None = None
        self._viewers = 0
        self._newest: tuple[av.VideoFrame, int, int] | None = None
        self._latest: Frame | None = None
        self._seq = 0
        self._fresh = asyncio.Event()
        self._arrivals: deque[float] = deque(maxlen=200)
        self._last: EncodedFrame | None = None
        self._stillness = _Stillness()

    async def start(self) -> None:
        """Start reading. Never fails: what is wrong with the source shows in `health`."""
        loop = asyncio.get_running_loop()

        def hand_over(frame: EncodedFrame) -> None:
            try:
                loop.call_soon_threadsafe(self._on_frame, frame)
            except RuntimeError:  # the loop is closed: the service ended without stopping us
                ingest.ask_to_stop()

        self._ingest = ingest = Ingest(self.url, hand_over)
        ingest.start()

    async def stop(self) -> None:
        """Stop reading and decoding; `health` says off."""
        if self._ingest is not None:
            ingest, self._ingest = self._ingest, None
            await asyncio.to_thread(ingest.stop)
        if self._decoder is not None:
            self._decoder.stop()
            self._decoder = None
        self.group = []
        self.ended.set()
        self._fresh.set()

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """Pictures are decoded while at least one such block is open; the first comes with the next key frame."""
        self._viewers += 1
        if self._decoder is None:
            self._start_decoder()
        try:
            yield
        finally:
            self._viewers -= 1
            if self._viewers == 0 and self._decoder is not None:
                self._decoder.stop()
                self._decoder = None
                self._newest = self._latest = None
                self._stillness = _Stillness()

    @property
    def latest(self) -> Frame | None:
        """The newest decoded picture, however old: look at its capture time. None while nobody decodes."""
        newest = self._newest
        if newest is None:
            return None
        if self._latest is None or self._latest.seq != newest[2]:
            self._latest = _to_frame(newest)
        return self._latest

    async def wait_frame(self, after_unix_s: float) -> Frame:
        """The newest picture captured after `after_unix_s`; waits for one. Must be inside `decoding()`.

        Raises StreamEnded when the stream stops meanwhile, RuntimeError outside of `decoding()`.
        """
        while True:
            if self.ended.is_set():
                raise StreamEnded(f"the video from {self.url} was closed")
            if self._decoder is None:
                raise RuntimeError("wait_frame needs an open decoding() block")
            newest = self._newest
            if newest is not None and newest[1] > round(after_unix_s * 1e6):
                latest = self._latest
                if latest is None or latest.seq != newest[2]:
                    self._latest = latest = await asyncio.to_thread(_to_frame, newest)
                return latest
            self._fresh.clear()
            await self._fresh.wait()

    @property
    def newest_us(self) -> int:
        """Capture time of the newest access unit, microseconds since 1970; 0 before the first."""
        return 0 if self._last is None else self._last.t_capture_us

    @property
    def health(self) -> StreamHealth:
        """How the stream is doing now."""
        now = time.time()
        ingest, last = self._ingest, self._last
        age_s = None if last is None else max(0.0, now - last.t_capture_us * 1e-6)
        frozen_s = self._stillness.lasts_s if self._decoder is not None else 0.0
        silent_s = now - self._arrivals[-1] if self._arrivals else None
        detail = "stopped" if ingest is None else ingest.state.detail
        state: StreamState
        if ingest is None or silent_s is None or age_s is None or silent_s > OFF_AGE_S:
            state = "off"
            detail = detail or "nothing arrives"
        elif age_s > LIVE_AGE_S:
            state = "stale"
            detail = detail or f"the newest picture is {age_s:.1f} s old"
        elif frozen_s > FROZEN_S:
            state, detail = "stale", f"the picture has not changed for {frozen_s:.0f} s"
        else:
            state = "live"
        damaged = (ingest.state.damaged if ingest else 0) + (self._decoder.damaged if self._decoder else 0)
        return StreamHealth(
            state=state,
            detail=detail,
            url=self.url,
            width=None if last is None else last.config.width,
            height=None if last is None else last.config.height,
            fps=_rate(self._arrivals, now),
            age_s=age_s,
            connects=0 if ingest is None else ingest.state.connects,
            damaged=damaged,
        )

    def _start_decoder(self) -> None:
        loop = asyncio.get_running_loop()

        def hand_over(picture: av.VideoFrame, t_us: int) -> None:
            if decoder is self._decoder and not loop.is_closed():
                self._stillness.see(picture, t_us)
                loop.call_soon_threadsafe(self._on_picture, decoder, picture, t_us)

        self._decoder = decoder = Decoder(hand_over)
        for waiting in self.group:
            decoder.put(waiting)

    def _on_frame(self, frame: EncodedFrame) -> None:
        if self._ingest is None:
            return
        self._last = frame
        self._arrivals.append(time.time())
        if frame.key:
            self.group = [frame]
        elif self.group:
            self.group.append(frame)
            if len(self.group) > MAX_GROUP:
                self.group = []
        if self._decoder is not None:
            self._decoder.put(frame)
        self.packets.publish(frame)

    def _on_picture(self, decoder: Decoder, picture: av.VideoFrame, t_us: int) -> None:
        if decoder is self._decoder:
            self._seq += 1
            self._newest = (picture, t_us, self._seq)
            self._fresh.set()


class _Stillness:
    """Tells a frozen camera by pictures that are equal to the last bit, which no live sensor gives."""

    def __init__(self) -> None:
        self.lasts_s = 0.0
        self._since_us = 0
        self._thumbnail: np.ndarray | None = None

    def see(self, picture: av.VideoFrame, t_us: int) -> None:
        """Look at the luma of one picture, every eighth pixel of both axes."""
        plane = picture.planes[0]
        luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[::8, : picture.width : 8]
        if self._thumbnail is None or not np.array_equal(luma, self._thumbnail):
            self._thumbnail, self._since_us = luma.copy(), t_us
        self.lasts_s = (t_us - self._since_us) * 1e-6


def _to_frame(newest: tuple[av.VideoFrame, int, int]) -> Frame:
    picture, t_us, seq = newest
    # Its own converter: the one that PyAV keeps on a picture breaks when two who wait for the picture use it at once.
    bgr = VideoReformatter().reformat(picture, format="bgr24")
    return Frame(bgr.to_ndarray().astype(np.uint8, copy=False), t_us * 1e-6, seq)


def _rate(arrivals: deque[float], now: float) -> float:
    recent = [t for t in arrivals if now - t <= FPS_WINDOW_S]
    return (len(recent) - 1) / (now - recent[0]) if len(recent) > 1 else 0.0
