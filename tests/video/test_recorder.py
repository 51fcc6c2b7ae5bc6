import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import av
import pytest

from gcs.video.clip import ClipUnavailable, cut
from gcs.video.h264 import codec_string, parameter_sets
from gcs.video.recorder import Bounds, Recorder, prune
from gcs.video.segments import SegmentWriter, read_segment, segments
from gcs.video.stream import Stream
from gcs.video.types import EncodedFrame, VideoConfig
from tests.video.camera import X264, LiveCamera, draw, number_in

T0 = 1_790_000_000_000_000
SIZE = (400, 240)


DELIMITER = bytes.fromhex("0000000109f0")
"""MPEG-TS wants each access unit to begin with one; the muxer adds it."""


def units(count: int, begin_us: int = T0, size: tuple[int, int] = SIZE) -> list[EncodedFrame]:
    """`count` access units at 10 a second, a key frame every second; picture i shows number i."""
    codec = X264(*size)
    frames, config = [], None
    for i in range(count):
        data, key = codec.encode(draw(i, *size), None)
        config = config or VideoConfig(codec_string(parameter_sets(data)), *size)
        frames.append(EncodedFrame(data, begin_us + i * 100_000, key, config))
    return frames


def write(folder: Path, frames: list[EncodedFrame]) -> None:
    writer = None
    for frame in frames:
        if writer is None:
            writer = SegmentWriter(folder, frame)
        else:
            writer.write(frame)
    writer.close()


def numbers(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [number_in(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def test_a_segment_gives_back_the_same_bytes_and_times(tmp_path):
    frames = units(25)
    write(tmp_path, frames)
    back = [unit for path in segments(tmp_path) for unit in read_segment(path)]
    assert [u.key for u in back] == [f.key for f in frames]
    assert all(u.data.removeprefix(DELIMITER) == f.data for u, f in zip(back, frames, strict=True))
    assert max(abs(u.t_capture_us - f.t_capture_us) for u, f in zip(back, frames, strict=True)) <= 12


def test_a_clip_spans_segments_and_begins_at_the_key_frame_before(tmp_path):
    frames = units(40)
    write(tmp_path, frames[:20])
    write(tmp_path, frames[20:])
    clip = cut(tmp_path, T0 * 1e-6 + 1.55, T0 * 1e-6 + 2.5, tmp_path / "clip.mp4")
    assert numbers(clip) == list(range(10, 26))
    with av.open(str(clip)) as container:
        times = [p.pts * p.time_base for p in container.demux(video=0) if p.size]
    assert all(float(b - a) == pytest.approx(0.1, abs=0.001) for a, b in pairwise(times))


def test_a_clip_of_what_was_not_recorded_says_what_was(tmp_path):
    with pytest.raises(ClipUnavailable, match="nothing is recorded"):
        cut(tmp_path, 1.0, 2.0, tmp_path / "clip.mp4")
    write(tmp_path, units(10))
    with pytest.raises(ClipUnavailable, match="recorded from 2026-"):
        cut(tmp_path, T0 * 1e-6 + 100, T0 * 1e-6 + 101, tmp_path / "clip.mp4")
    with pytest.raises(ValueError, match="not after"):
        cut(tmp_path, 5.0, 5.0, tmp_path / "clip.mp4")
    assert not list(tmp_path.glob("*.mp4"))


def test_what_was_written_before_a_kill_can_be_cut(tmp_path):
    script = (
        "import sys, time, pathlib\n"
        "from tests.video.test_recorder import units\n"
        "from gcs.video.segments import SegmentWriter\n"
        "frames = units(25)\n"
        "writer = SegmentWriter(pathlib.Path(sys.argv[1]), frames[0])\n"
        "[writer.write(frame) for frame in frames[1:]]\n"
        "print('written', flush=True)\n"
        "time.sleep(60)\n"
    )
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": root}
    ) as process:
        assert process.stdout.readline() == b"written\n"
        process.send_signal(signal.SIGKILL)
    shown = numbers(cut(tmp_path, T0 * 1e-6, T0 * 1e-6 + 9, tmp_path / "clip.mp4"))
    assert shown[:24] == list(range(24))


def test_the_ring_keeps_its_bounds_and_the_newest_segment(tmp_path):
    frames = units(1)
    for i in range(6):
        write(tmp_path, [EncodedFrame(frames[0].data, T0 + i * 10_000_000, True, frames[0].config)])
    size = segments(tmp_path)[0].stat().st_size
    prune(tmp_path, Bounds(max_bytes=4 * size, max_age_s=1e6), T0 + 60_000_000)
    assert len(segments(tmp_path)) == 4
    prune(tmp_path, Bounds(max_bytes=4 * size, max_age_s=25.0), T0 + 60_000_000)
    assert [int(p.stem) - T0 for p in segments(tmp_path)] == [30_000_000, 40_000_000, 50_000_000]
    prune(tmp_path, Bounds(max_bytes=0, max_age_s=1.0), T0 + 10**12)
    assert len(segments(tmp_path)) == 1


async def test_a_live_stream_is_recorded_through_a_change_of_size(tmp_path, free_port, until):
    stream = Stream(f"udp://127.0.0.1:{free_port}")
    recorder = Recorder(stream, tmp_path)
    await recorder.start()
    await stream.start()
    with LiveCamera(free_port, size=SIZE) as camera:
        await until(lambda: stream.health.state == "live")
        began = time.time()
        camera.size = (480, 272)
        await until(lambda: stream.health.width == 480 and time.time() > began + 1.5)
        clip = await recorder.clip(time.time() - 0.8, time.time())
    await stream.stop()
    await recorder.stop()
    assert recorder.trouble == ""
    assert len(segments(tmp_path)) == 2
    assert len(numbers(clip)) >= 8


async def test_a_full_disk_is_told_and_recording_goes_on_when_it_can(tmp_path, free_port, until):
    folder = tmp_path / "video"
    stream = Stream("udp://127.0.0.1:1")
    recorder = Recorder(stream, folder)
    await recorder.start()
    folder.rmdir()
    frames = units(20)
    stream.packets.publish(frames[0])
    await until(lambda: recorder.trouble != "")
    folder.mkdir()
    for frame in frames[10:]:
        stream.packets.publish(frame)
    await until(lambda: recorder.trouble == "" and len(segments(folder)) == 1)
    await recorder.stop()
    assert len(list(read_segment(segments(folder)[0]))) == 10
