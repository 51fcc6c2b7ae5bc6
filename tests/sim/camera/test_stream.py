import socket
import threading
import time
from collections.abc import Iterator

import av
import numpy as np
import pytest

from sim.camera.encoder import H264Encoder
from sim.camera.sei import parse_time_stamp, time_stamp_unit, with_time_stamp
from sim.camera.stream import CLOCK_HZ, WRAP, MpegTsStreamer

WIDTH, HEIGHT, FPS = 320, 180, 20
START_US = 1_764_000_000_123_457


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pictures() -> Iterator[np.ndarray]:
    """A bright bar that moves over a grey ramp."""
    ramp = np.tile(np.linspace(40, 120, WIDTH, dtype=np.uint8)[None, :, None], (HEIGHT, 1, 3))
    for i in range(10_000):
        picture = ramp.copy()
        picture[:, (i * 5) % (WIDTH - 20) : (i * 5) % (WIDTH - 20) + 20] = 230
        yield picture


def test_every_picture_gives_one_access_unit_with_its_capture_time() -> None:
    encoder = H264Encoder(WIDTH, HEIGHT, FPS, 1_000_000)
    decoder = av.CodecContext.create("h264", "r")
    keys, decoded = [], 0
    for i, picture in zip(range(45), pictures(), strict=False):
        unit = encoder.encode(picture, START_US + i * 50_001)
        assert parse_time_stamp(unit) == START_US + i * 50_001
        assert unit.startswith(b"\x00\x00\x00\x01")
        assert (b"\x00\x00\x01\x67" in unit and b"\x00\x00\x01\x68" in unit) == encoder.key, "SPS and PPS go with keys"
        keys.append(encoder.key)
        decoded += len(decoder.decode(av.Packet(unit)))
    assert [i for i, key in enumerate(keys) if key] == [0, 20, 40]
    assert decoded >= 44


def test_encoded_picture_keeps_its_colours() -> None:
    encoder = H264Encoder(WIDTH, HEIGHT, FPS, 4_000_000)
    decoder = av.CodecContext.create("h264", "r")
    flat = np.tile(np.array([180, 60, 40], np.uint8), (HEIGHT, WIDTH, 1))
    frames = [f for i in range(5) for f in decoder.decode(av.Packet(encoder.encode(flat, i + 1)))]
    assert frames[-1].colorspace == 1, "tagged BT.709"
    seen = frames[-1].reformat(format="rgb24", src_colorspace="ITU709").to_ndarray().reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(seen, [180, 60, 40], atol=4)


def test_changing_size_in_mid_stream_is_refused() -> None:
    encoder = H264Encoder(WIDTH, HEIGHT, FPS, 1_000_000)
    with pytest.raises(ValueError, match="make a new encoder"):
        encoder.encode(np.zeros((HEIGHT, WIDTH + 2, 3), np.uint8), START_US)
    with pytest.raises(ValueError, match="even"):
        H264Encoder(321, 180, FPS, 1_000_000)


def test_receiver_decodes_the_stream_and_reads_exact_capture_times() -> None:
    port, sent = free_port(), list[int]()
    stop = threading.Event()

    def fly() -> None:
        encoder = H264Encoder(WIDTH, HEIGHT, FPS, 1_000_000)
        with MpegTsStreamer(f"udp://127.0.0.1:{port}") as streamer:
            for i, picture in enumerate(pictures()):
                t_us = START_US + i * 50_003
                unit = encoder.encode(picture, t_us)
                sent.append(t_us)
                streamer.send(unit, t_us, encoder.key)
                if stop.wait(0.01):
                    return

    drone = threading.Thread(target=fly)
    drone.start()
    try:
        received, decoded = receive(port, 30)
    finally:
        stop.set()
        drone.join(5.0)
    assert decoded >= 8
    times = [t for t, _ in received]
    assert set(times) <= set(sent)
    assert times == sorted(times)
    assert np.diff(times).max() == 50_003, "no picture is lost"
    assert all(pts % WRAP == t * CLOCK_HZ // 1_000_000 % WRAP for t, pts in received)


def receive(port: int, count: int) -> tuple[list[tuple[int | None, int]], int]:
    options = {"fflags": "nobuffer", "probesize": "100000", "analyzeduration": "300000"}
    received, decoded = [], 0
    deadline = time.monotonic() + 20.0
    with av.open(f"udp://127.0.0.1:{port}?timeout=8000000", "r", format="mpegts", options=options) as source:
        for packet in source.demux(video=0):
            assert time.monotonic() < deadline, "the stream is too slow"
            assert packet.pts is not None
            received.append((parse_time_stamp(bytes(packet)), packet.pts))
            decoded += len(packet.decode())
            if len(received) >= count:
                break
    return received, decoded


def test_capture_times_must_advance() -> None:
    encoder = H264Encoder(WIDTH, HEIGHT, FPS, 1_000_000)
    unit = encoder.encode(next(pictures()), START_US)
    with MpegTsStreamer(f"udp://127.0.0.1:{free_port()}") as streamer:
        streamer.send(unit, START_US, True)
        with pytest.raises(ValueError, match="not after"):
            streamer.send(unit, START_US, False)


@pytest.mark.parametrize("url", ["rtsp://127.0.0.1:5600", "udp://127.0.0.1", "udp://:5600", "5600"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="udp://HOST:PORT"):
        MpegTsStreamer(url)


@pytest.mark.parametrize("t_us", [0, 1, START_US, 0xFF00_0000_00FF_0001, 2**64 - 1])
def test_time_stamp_reads_back_and_needs_no_emulation_prevention(t_us: int) -> None:
    unit = time_stamp_unit(t_us)
    assert parse_time_stamp(unit) == t_us
    assert all(code not in unit[4:] for code in (b"\0\0\0", b"\0\0\1", b"\0\0\2", b"\0\0\3"))


def test_time_stamp_goes_before_the_first_slice() -> None:
    unit = b"\0\0\0\1\x67SPS\0\0\0\1\x68PPS\0\0\1\x65slice"
    stamped = with_time_stamp(unit, 5)
    assert stamped.startswith(b"\0\0\0\1\x67SPS\0\0\0\1\x68PPS\0\0\0\1\x06\x05")
    assert stamped.endswith(b"\0\0\1\x65slice")
    with pytest.raises(ValueError, match="no slice"):
        with_time_stamp(b"\0\0\0\1\x67SPS", 5)
    assert parse_time_stamp(unit) is None
