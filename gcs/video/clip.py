"""Cut evidence clips out of segments by copying access units into an MP4: no picture is encoded again."""

import asyncio
import os
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path

import av

from gcs.video.segments import MICROSECONDS, Unit, begin_us, read_segment, segments


class ClipUnavailable(Exception):
    """Nothing is recorded in the asked interval; the message says what is."""


async def clip(folder: Path, t0_unix_s: float, t1_unix_s: float, into: Path | None = None) -> Path:
    """As `cut`, in a thread; without `into` the file goes to `clips/` in the recording's folder."""
    if into is None:
        into = folder / "clips" / f"{round(t0_unix_s * 1e3)}-{round(t1_unix_s * 1e3)}.mp4"
    return await asyncio.to_thread(cut, folder, t0_unix_s, t1_unix_s, into)


def cut(folder: Path, t0_unix_s: float, t1_unix_s: float, into: Path) -> Path:
    """Write the video captured from t0 to t1 as MP4 to `into`, from the last key frame at or before t0.

    Raises ClipUnavailable when nothing of it is recorded, ValueError when t1 is not after t0.
    """
    if not t1_unix_s > t0_unix_s:
        raise ValueError(f"the clip's end {t1_unix_s} is not after its begin {t0_unix_s}")
    t0_us, t1_us = round(t0_unix_s * 1e6), round(t1_unix_s * 1e6)
    units, first = _units(folder, t0_us, t1_us)
    if first is None:
        raise ClipUnavailable(f"no video from {_iso(t0_us)} to {_iso(t1_us)}: {_recorded(folder)}")
    into.parent.mkdir(parents=True, exist_ok=True)
    part = into.with_name(f".{into.name}.part")
    try:
        _write_mp4(units, first, part)
        os.replace(part, into)
    finally:
        part.unlink(missing_ok=True)
    return into


def _units(folder: Path, t0_us: int, t1_us: int) -> tuple[list[Unit], Path | None]:
    """The access units of the clip, and the file the first of them is in (None: nothing is recorded)."""
    kept: list[Unit] = []
    first: Path | None = None
    files = segments(folder)
    for path, following in zip_longest(files, files[1:]):
        if begin_us(path) > t1_us or (following is not None and begin_us(following) <= t0_us):
            continue
        try:
            for unit in read_segment(path):
                if unit.t_capture_us > t1_us:
                    break
                if unit.key and (unit.t_capture_us <= t0_us or not kept):
                    kept, first = [], path
                if first is not None:
                    kept.append(unit)
        except (av.FFmpegError, OSError):
            continue  # deleted by the ring meanwhile, or cut off before its first whole packet
    if not kept or kept[-1].t_capture_us < t0_us:  # the recording ended before the interval began
        return [], None
    return kept, first


def _write_mp4(units: list[Unit], parameters_of: Path, path: Path) -> None:
    with (
        av.open(str(parameters_of), format="mpegts") as template,
        av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container,
    ):
        container.metadata["creation_time"] = _iso(units[0].t_capture_us)
        stream = container.add_stream_from_template(template.streams.video[0])
        last_us = -1
        for unit in units:
            packet = av.Packet(unit.data)
            packet.stream = stream
            packet.time_base = MICROSECONDS
            last_us = max(unit.t_capture_us - units[0].t_capture_us, last_us + 1)
            packet.pts = packet.dts = last_us
            packet.is_keyframe = unit.key
            container.mux(packet)


def _recorded(folder: Path) -> str:
    files = segments(folder)
    if not files:
        return "nothing is recorded"
    return f"recorded from {_iso(begin_us(files[0]))}, newest segment from {_iso(begin_us(files[-1]))}"


def _iso(t_us: int) -> str:
    return datetime.fromtimestamp(t_us * 1e-6, UTC).isoformat(timespec="milliseconds")
