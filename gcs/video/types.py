"""What video hands to the other rooms: encoded access units, decoded frames, and how the stream is doing."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

StreamState = Literal["live", "stale", "off"]


@dataclass(frozen=True, slots=True)
class VideoConfig:
    """What a decoder must know before the first access unit; a new object whenever the stream's SPS changes."""

    codec: str
    """RFC 6381 codec string, such as avc1.42E01F."""
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One H.264 access unit as the camera encoded it."""

    data: bytes
    """Annex B; a key frame begins with its SPS and PPS."""
    t_capture_us: int
    """Microseconds since 1970 (UTC)."""
    key: bool
    config: VideoConfig


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture."""

    image: NDArray[np.uint8]
    """(height, width, 3), BGR."""
    t_capture_unix_s: float
    seq: int
    """Counts decoded pictures of this stream from 1."""


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """How a stream is doing, at the moment it was asked."""

    state: StreamState
    """live: the newest picture is at most 1 s old and moves; stale: older, or frozen; off: nothing comes."""
    detail: str
    """Why it is not live, or what is odd about a live stream; empty when all is well."""
    url: str
    width: int | None = None
    height: int | None = None
    fps: float = 0.0
    """Access units per second over the last 3 s."""
    age_s: float | None = None
    """Age of the newest access unit, by its capture time."""
    connects: int = 0
    """How often the source was opened with success."""
    damaged: int = 0
    """Access units that arrived incomplete or could not be decoded."""
