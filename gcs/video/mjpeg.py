"""Pictures as JPEG for browsers without WebCodecs: at most 5 a second, encoded once for all viewers."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import cv2
import numpy as np
from numpy.typing import NDArray

from gcs.video.stream import LIVE_AGE_S, Stream, StreamEnded
from gcs.video.types import Frame

MAX_FPS = 5.0
QUALITY = 70
BOUNDARY = "frame"


class MjpegEncoder:
    """The JPEGs of one stream; several viewers share them."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._made: tuple[int, bytes] | None = None
        self._lock = asyncio.Lock()

    async def parts(self) -> AsyncIterator[bytes]:
        """Multipart parts until the stream is stopped.

        When pictures stop coming, the last one is sent once more, visibly out of date.
        """
        with self._stream.decoding(), contextlib.suppress(StreamEnded):
            shown: Frame | None = None
            while True:
                began = time.monotonic()
                try:
                    after = 0.0 if shown is None else shown.t_capture_unix_s
                    async with asyncio.timeout(LIVE_AGE_S if shown is not None else None):
                        frame = await self._stream.wait_frame(after)
                except TimeoutError:
                    assert shown is not None
                    yield _part(await asyncio.to_thread(_encode, _out_of_date(shown.image)), shown)
                    frame = await self._stream.wait_frame(shown.t_capture_unix_s)
                yield _part(await self._jpeg(frame), frame)
                shown = frame
                await asyncio.sleep(max(0.0, 1.0 / MAX_FPS - (time.monotonic() - began)))

    async def _jpeg(self, frame: Frame) -> bytes:
        async with self._lock:
            if self._made is None or self._made[0] != frame.seq:
                self._made = (frame.seq, await asyncio.to_thread(_encode, frame.image))
            return self._made[1]


def _encode(image: NDArray[np.uint8]) -> bytes:
    ok, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not ok:
        raise ValueError(f"a picture of {image.shape} cannot be encoded")
    return bytes(jpeg)


def _out_of_date(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    dimmed = image // 3
    scale = image.shape[1] / 640
    at = (round(20 * scale), round(60 * scale))
    cv2.putText(dimmed, "NO VIDEO", at, cv2.FONT_HERSHEY_SIMPLEX, 1.5 * scale, (255, 255, 255), round(2 * scale) + 1)
    return dimmed


def _part(jpeg: bytes, frame: Frame) -> bytes:
    head = (
        f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n"
        f"X-Capture-Time-Us: {round(frame.t_capture_unix_s * 1e6)}\r\n\r\n"
    )
    return head.encode() + jpeg + b"\r\n"
