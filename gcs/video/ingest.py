"""Read encoded access units from a network source, in a thread that lives through every kind of bad input."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import av

from gcs.video.h264 import codec_string, parameter_sets, picture_size
from gcs.video.timestamps import CaptureClock, misb_time_us
from gcs.video.types import EncodedFrame, VideoConfig

log = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 4.0
READ_TIMEOUT_S = 2.0
STOP_WAIT_S = 0.3
FIRST_BACKOFF_S = 0.25
LAST_BACKOFF_S = 4.0


@dataclass(slots=True)
class IngestState:
    """What the ingest thread knows. Written by that thread only; each field is read whole."""

    detail: str = "not started"
    connects: int = 0
    damaged: int = 0


class Ingest:
    """One source, opened again whenever it fails, until `stop`.

    `on_frame` is called in the ingest thread with every access unit from the first key frame of a connection on.
    """

    def __init__(self, url: str, on_frame: Callable[[EncodedFrame], None]) -> None:
        self.url = url
        self.state = IngestState()
        self._on_frame = on_frame
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"ingest {url}", daemon=True)

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the thread end at the next access unit or timeout; does not wait."""
        self._stopping.set()

    def stop(self) -> None:
        """Ask the thread to end and wait a moment; a silent source may hold it (and its port) for its timeout."""
        self.ask_to_stop()
        self._thread.join(STOP_WAIT_S)

    def _run(self) -> None:
        backoff_s = FIRST_BACKOFF_S
        while not self._stopping.is_set():
            started = time.monotonic()
            frames = 0
            self.state.detail = "connecting"
            try:
                frames = self._read_connection()
                self.state.detail = "the source ended the stream"
            except (av.FFmpegError, OSError, ValueError) as error:
                self.state.detail = _reason(error)
            if self._stopping.is_set():
                break
            if frames or time.monotonic() - started > LAST_BACKOFF_S:
                backoff_s = FIRST_BACKOFF_S
            log.info("video %s: %s; trying again in %.2f s", self.url, self.state.detail, backoff_s)
            self._stopping.wait(backoff_s)
            backoff_s = min(2 * backoff_s, LAST_BACKOFF_S)
        self.state.detail = "stopped"

    def _read_connection(self) -> int:
        """Open the source and read until it ends or fails; how many access units came."""
        units = _UnitReader()
        frames = 0
        with av.open(
            self.url,
            format="mpegts" if self.url.startswith("udp:") else None,
            options=_options(self.url),
            timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S),
        ) as container:
            if not container.streams.video:
                raise ValueError("the source holds no video")
            stream = container.streams.video[0]
            if stream.codec_context.name != "h264":
                raise ValueError(f"the camera sends {stream.codec_context.name}; only H.264 can be relayed")
            self.state.connects += 1
            self.state.detail = "no key frame yet"
            extradata = bytes(stream.codec_context.extradata or b"")
            for packet in container.demux(stream):
                if self._stopping.is_set():
                    break
                if not packet.size:
                    continue
                self.state.damaged += packet.is_corrupt
                frame = units.frame(packet, extradata, time.time())
                if frame is not None:
                    frames += 1
                    self.state.detail = units.clock.note
                    self._on_frame(frame)
        return frames


class _UnitReader:
    """Turns the packets of one connection into access units with configuration and capture time."""

    def __init__(self) -> None:
        self.clock = CaptureClock()
        self._sets = b""
        self._config: VideoConfig | None = None

    def frame(
        self, packet: "av.Packet[av.VideoStream]", extradata: bytes, arrival_unix_s: float
    ) -> EncodedFrame | None:
        """The access unit in `packet`; None before the first key frame."""
        data = bytes(packet)
        if packet.is_keyframe:
            sets = parameter_sets(data)
            if not sets:  # RTSP cameras may send them once, in the SDP
                sets = parameter_sets(extradata)
                data = sets + data
            if sets and sets != self._sets:
                width, height = picture_size(data)
                self._config = VideoConfig(codec_string(sets), width, height)
                self._sets = sets
        if self._config is None:
            return None
        pts_s = None if packet.pts is None or packet.time_base is None else float(packet.pts * packet.time_base)
        t_us = self.clock.capture_time_us(misb_time_us(data), pts_s, arrival_unix_s)
        return EncodedFrame(data, t_us, bool(packet.is_keyframe), self._config)


def _options(url: str) -> dict[str, str]:
    # nobuffer: what FFmpeg read to learn about the stream is old by then, and its arrival times would be wrong.
    options = {"analyzeduration": "1000000", "probesize": "1000000", "fflags": "nobuffer"}
    if url.startswith("rtsp"):
        options |= {"rtsp_transport": "tcp", "flags": "low_delay"}
    elif url.startswith("udp:"):
        # A burst larger than FFmpeg's queue must cost pictures, not the connection.
        options |= {"overrun_nonfatal": "1", "fifo_size": "20000"}
    return options


def _reason(error: Exception) -> str:
    if isinstance(error, av.ExitError):
        return "nothing arrives"
    return str(error)
