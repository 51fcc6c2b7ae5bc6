"""Decode one stream in its own thread, so that a busy machine delays pictures and never the relay."""

import threading
from collections import deque
from collections.abc import Callable

import av

from gcs.video.types import EncodedFrame

MAX_WAITING = 30
"""Access units that may wait for the decoder; when there are more it goes on from the next key frame."""


class Decoder:
    """Feeds access units to FFmpeg and hands over each picture. Begins at a key frame."""

    def __init__(self, on_picture: Callable[[av.VideoFrame, int], None]) -> None:
        self.damaged = 0
        self._on_picture = on_picture
        self._waiting: deque[EncodedFrame] = deque()
        self._change = threading.Condition()
        self._stopping = False
        self._need_key = True
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self._thread.start()

    def put(self, frame: EncodedFrame) -> None:
        """Queue one access unit; never blocks."""
        with self._change:
            if len(self._waiting) >= MAX_WAITING:
                self._waiting.clear()
                self._need_key = True
            if frame.key:
                self._need_key = False
            if not self._need_key:
                self._waiting.append(frame)
                self._change.notify()

    def stop(self) -> None:
        """End the thread; at most one picture is still decoded."""
        with self._change:
            self._stopping = True
            self._change.notify()

    def _run(self) -> None:
        config = None
        codec = None
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._stopping)
                if self._stopping:
                    return
                frame = self._waiting.popleft()
            if codec is None or frame.config is not config:
                codec, config = _low_delay_decoder(), frame.config
            packet = av.Packet(frame.data)
            packet.pts = frame.t_capture_us  # comes back with the picture, also when pictures are reordered
            try:
                pictures = codec.decode(packet)
            except av.FFmpegError:
                self.damaged += 1
                continue
            for picture in pictures:
                self.damaged += picture.is_corrupt
                self._on_picture(picture, frame.t_capture_us if picture.pts is None else picture.pts)


def _low_delay_decoder() -> av.VideoCodecContext:
    codec = av.VideoCodecContext.create("h264", "r")
    assert isinstance(codec, av.VideoCodecContext)
    # Frame threads would hold pictures back; slices cost no delay.
    codec.thread_type = "SLICE"
    codec.flags |= av.codec.context.Flags.low_delay
    return codec
