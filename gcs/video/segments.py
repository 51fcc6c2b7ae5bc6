"""Segment files: a few seconds of one drone's video each, as the camera encoded it, readable up to the last write.

MPEG-TS, because it needs no index at its end: after a power cut or kill -9 everything written can be played. A file is
named by the capture time (us since 1970) of its first access unit; the others follow by their presentation times, in
steps of the format's 90 kHz clock (11 us).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from gcs.video.types import EncodedFrame

MICROSECONDS = Fraction(1, 1_000_000)
TS_CLOCK = Fraction(1, 90_000)
SUFFIX = ".ts"


@dataclass(frozen=True, slots=True)
class Unit:
    """One access unit read back."""

    data: bytes
    t_capture_us: int
    key: bool


class SegmentWriter:
    """One segment file being written. Begins with a key frame."""

    def __init__(self, folder: Path, first: EncodedFrame) -> None:
        self.path = folder / f"{first.t_capture_us}{SUFFIX}"
        self.begin_us = first.t_capture_us
        self.config = first.config
        self._last_us = first.t_capture_us - 1
        options = {"flush_packets": "1"}
        self._container = av.open(str(self.path), "w", format="mpegts", options=options)
        self._stream = self._container.add_mux_stream(
            "h264", width=first.config.width, height=first.config.height, time_base=TS_CLOCK
        )
        self.write(first)

    def takes(self, frame: EncodedFrame) -> bool:
        """Whether `frame` can follow in this file: capture time goes on and the picture keeps its form."""
        return frame.t_capture_us > self._last_us and frame.config is self.config

    def write(self, frame: EncodedFrame) -> None:
        """Append one access unit and hand it to the operating system. Raises OSError when the disk refuses."""
        packet = av.Packet(frame.data)
        packet.stream = self._stream
        packet.time_base = MICROSECONDS
        packet.pts = packet.dts = frame.t_capture_us - self.begin_us
        packet.is_keyframe = frame.key
        self._container.mux(packet)
        self._last_us = frame.t_capture_us

    def close(self) -> None:
        """Finish the file."""
        self._container.close()


def segments(folder: Path) -> list[Path]:
    """The segment files in `folder`, oldest first."""
    return sorted((p for p in folder.glob(f"*{SUFFIX}") if p.stem.isdigit()), key=begin_us)


def begin_us(path: Path) -> int:
    """Capture time of a segment's first access unit, from its name."""
    return int(path.stem)


def read_segment(path: Path) -> Iterator[Unit]:
    """The access units of a segment, also of one still being written or cut off.

    Raises av.FFmpegError when not even its head can be read.
    """
    with av.open(str(path), format="mpegts") as container:
        if not container.streams.video:
            return
        stream = container.streams.video[0]
        first_pts = None
        for packet in container.demux(stream):
            if not packet.size or packet.pts is None or packet.time_base is None:
                continue
            first_pts = packet.pts if first_pts is None else first_pts
            since_us = round((packet.pts - first_pts) * packet.time_base * 1_000_000)
            yield Unit(bytes(packet), begin_us(path) + since_us, bool(packet.is_keyframe))
