import asyncio
import struct
import time

import pytest

from gcs.bus import Topic
from gcs.video.relay import MAX_LAG_US, relay
from gcs.video.types import EncodedFrame, StreamHealth, VideoConfig

CONFIG = VideoConfig("avc1.42C01F", 640, 360)


class Source:
    """The part of a stream that a relay looks at, played by hand: 10 pictures a second, a key frame every 10."""

    def __init__(self) -> None:
        self.packets: Topic[EncodedFrame] = Topic()
        self.group: list[EncodedFrame] = []
        self.newest_us = 0
        self.count = 0
        self.state = "live"

    @property
    def health(self) -> StreamHealth:
        return StreamHealth(self.state, "", "udp://camera")

    def play(self, pictures: int, config: VideoConfig = CONFIG) -> None:
        for _ in range(pictures):
            frame = EncodedFrame(b"x", self.count * 100_000, self.count % 10 == 0, config)
            self.group = [frame] if frame.key else [*self.group, frame]
            self.newest_us = frame.t_capture_us
            self.count += 1
            self.packets.publish(frame)


class Viewer:
    """A socket whose far end reads only while `open` is set."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.texts: list[str] = []
        self.pictures: list[tuple[int, bool]] = []

    async def send_text(self, data: str) -> None:
        await self.open.wait()
        self.texts.append(data)

    async def send_bytes(self, data: bytes) -> None:
        await self.open.wait()
        t_us, flags = struct.unpack(">QB", data[:9])
        self.pictures.append((t_us // 100_000, bool(flags & 1)))


@pytest.fixture
async def watch():
    tasks = []

    async def begin(source: Source) -> Viewer:
        viewer = Viewer()
        tasks.append(asyncio.create_task(relay(source, viewer)))
        await settle()
        return viewer

    yield begin
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def settle() -> None:
    for _ in range(300):
        await asyncio.sleep(0)


async def test_a_viewer_that_joins_in_the_middle_begins_with_the_key_frame_shown_now(watch):
    source = Source()
    source.play(25)
    viewer = await watch(source)
    source.play(3)
    await settle()
    assert viewer.pictures == [(20, True)] + [(n, False) for n in range(21, 28)]
    assert viewer.texts == ['{"codec": "avc1.42C01F", "width": 640, "height": 360}']


async def test_old_pictures_of_a_silent_stream_are_not_sent_as_if_live(watch):
    source = Source()
    source.play(15)
    source.state = "off"
    viewer = await watch(source)
    assert viewer.pictures == []
    source.play(10)
    await settle()
    assert viewer.pictures[0] == (20, True)


async def test_a_slow_viewer_skips_to_a_recent_key_frame_and_loses_no_order(watch):
    source = Source()
    viewer, other = await watch(source), await watch(source)
    source.play(1)
    await settle()
    viewer.open.clear()
    for _ in range(20):
        source.play(10)
        await settle()
    assert len(other.pictures) == 201
    viewer.open.set()
    await settle()
    source.play(5)
    await settle()
    numbers = [n for n, _ in viewer.pictures]
    jumps = [i for i in range(1, len(numbers)) if numbers[i] != numbers[i - 1] + 1]
    assert len(jumps) == 1
    restart, key = viewer.pictures[jumps[0]]
    assert key
    assert (200 - restart) * 100_000 <= MAX_LAG_US
    assert numbers[-1] == 205


async def test_a_new_configuration_is_sent_before_its_pictures(watch):
    source = Source()
    viewer = await watch(source)
    source.play(10)
    source.play(10, VideoConfig("avc1.42C01F", 1280, 720))
    await settle()
    assert [text[-14:] for text in viewer.texts] == ['"height": 360}', '"height": 720}']
    assert len(viewer.pictures) == 20


async def test_a_viewer_that_is_gone_ends_its_relay():
    class Gone(Viewer):
        async def send_text(self, data: str) -> None:
            raise ConnectionResetError("gone")

    source = Source()
    task = asyncio.create_task(relay(source, Gone()))
    await settle()
    source.play(1)
    began = time.monotonic()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(task, 2)
    assert time.monotonic() - began < 1
