import asyncio
import socket
import time

import pytest

from gcs.video.h264 import parameter_sets
from gcs.video.stream import Stream, StreamEnded
from gcs.video.types import EncodedFrame
from tests.video.camera import LiveCamera, number_in
from tests.video.rtsp_server import RtspCamera

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def stream(free_port):
    stream = Stream(f"udp://127.0.0.1:{free_port}")
    await stream.start()
    yield stream
    await stream.stop()


async def test_every_picture_comes_with_the_time_it_was_captured(stream, free_port):
    with LiveCamera(free_port) as camera, stream.decoding():
        seen = {}
        after = 0.0
        async with asyncio.timeout(15):
            while len(seen) < 12:
                frame = await stream.wait_frame(after)
                after = frame.t_capture_unix_s
                seen[number_in(frame.image)] = round(after * 1e6)
        assert frame.image.shape == (360, 640, 3)
        assert {number: camera.sent[number] for number in seen} == pytest.approx(seen, abs=1)
        assert stream.health.state == "live"
        assert stream.health.detail == ""
        assert stream.health.fps == pytest.approx(20, abs=6)


async def test_nothing_is_decoded_while_nobody_needs_pictures(stream, free_port, until):
    with LiveCamera(free_port):
        await until(lambda: stream.health.state == "live")
        assert stream.latest is None
        with pytest.raises(RuntimeError, match="decoding"):
            await stream.wait_frame(0.0)
        with stream.decoding():
            await asyncio.wait_for(stream.wait_frame(0.0), 5)
        assert stream.latest is None


async def test_video_without_time_stamps_gets_capture_times_from_its_arrival(stream, free_port):
    with LiveCamera(free_port, stamped=False) as camera, stream.decoding():
        frame = await asyncio.wait_for(stream.wait_frame(time.time()), 15)
        truth = camera.sent[number_in(frame.image)] * 1e-6
        assert 0 <= frame.t_capture_unix_s - truth < 0.3
        assert "no time stamp" in stream.health.detail


async def test_a_camera_with_a_wrong_clock_is_told_and_its_stamps_are_not_used(stream, free_port, until):
    with LiveCamera(free_port) as camera:
        camera.clock_error_us = -3_600_000_000
        await until(lambda: stream.health.state == "live")
        assert "clock differs by 3600" in stream.health.detail


async def test_a_silent_camera_turns_stale_then_off_and_comes_back(stream, free_port, until):
    with LiveCamera(free_port):
        await until(lambda: stream.health.state == "live")
    stopped = time.time()
    await until(lambda: stream.health.state == "stale", 4)
    assert time.time() - stopped < 2.5
    await until(lambda: stream.health.state == "off", 8)
    with LiveCamera(free_port):
        await until(lambda: stream.health.state == "live")
    assert stream.health.connects >= 2


async def test_picture_size_may_change_in_the_middle(stream, free_port):
    configs: list[tuple[int, int]] = []
    with LiveCamera(free_port) as camera, stream.decoding(), stream.packets.subscribe() as packets:
        await asyncio.wait_for(stream.wait_frame(0.0), 15)
        camera.size = (960, 540)
        async with asyncio.timeout(10):
            while True:
                frame = await stream.wait_frame(time.time())
                if frame.image.shape[:2] == (540, 960):
                    break
        while not configs or configs[-1] != (960, 540):
            unit: EncodedFrame = await asyncio.wait_for(packets.get(), 5)
            configs.append((unit.config.width, unit.config.height))
    assert configs[0] == (640, 360)
    assert stream.health.width == 960


async def test_a_frozen_picture_is_not_called_live(stream, free_port, until):
    with LiveCamera(free_port) as camera, stream.decoding():
        await until(lambda: stream.health.state == "live")
        camera.frozen = True
        await until(lambda: stream.health.state == "stale")
        assert "not changed" in stream.health.detail
        camera.frozen = False
        await until(lambda: stream.health.state == "live")


async def test_garbage_on_the_port_is_survived(stream, free_port, until):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        for i in range(200):
            noise.sendto(bytes((i * j) % 251 for j in range(1316)), ("127.0.0.1", free_port))
        await asyncio.sleep(0.2)
        assert stream.health.state == "off"
        with LiveCamera(free_port):
            await until(lambda: stream.health.state == "live", 20)
            for _ in range(20):
                noise.sendto(b"\x47" + b"\x00\xff" * 600, ("127.0.0.1", free_port))
                await asyncio.sleep(0.02)
            await asyncio.sleep(1.5)
            assert stream.health.state == "live"


async def test_stopping_ends_those_who_wait_and_reading_threads(stream, free_port):
    with LiveCamera(free_port), stream.decoding():
        await asyncio.wait_for(stream.wait_frame(0.0), 15)
        waiting = asyncio.create_task(stream.wait_frame(time.time() + 1e6))
        await asyncio.sleep(0)
        await asyncio.wait_for(stream.stop(), 3)
        with pytest.raises(StreamEnded):
            await asyncio.wait_for(waiting, 2)
        assert stream.health.state == "off"


@pytest.mark.parametrize("stamped", [True, False])
async def test_an_rtsp_camera_that_tells_its_parameters_once_is_read_and_relayed_with_them(stamped, until):
    with RtspCamera(stamped=stamped) as camera:
        stream = Stream(camera.url)
        await stream.start()
        try:
            with stream.decoding(), stream.packets.subscribe() as packets:
                frame = await asyncio.wait_for(stream.wait_frame(time.time()), 15)
                error = frame.t_capture_unix_s - camera.sent[number_in(frame.image)] * 1e-6
                assert abs(error) < (1e-5 if stamped else 0.35)
                async with asyncio.timeout(5):
                    while not (unit := await packets.get()).key:
                        pass
                assert parameter_sets(unit.data) != b""
                assert time.time() - frame.t_capture_unix_s < 1.5
                await until(lambda: stream.health.state == "live")
        finally:
            await stream.stop()
