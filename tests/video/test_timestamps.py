import time

import pytest

from gcs.video.h264 import codec_string, nal_units, parameter_sets, picture_size, unescape
from gcs.video.timestamps import CaptureClock, misb_time_us
from tests.video.camera import X264, draw, misb_sei

NOW = 1_790_000_000.0


@pytest.mark.parametrize("t_us", [1_700_000_000_123_456, 0x0005_0000_0001_0000, 0x0005_0300_0000_0000])
def test_misb_time_is_read_through_emulation_prevention(t_us):
    assert misb_time_us(misb_sei(t_us)) == t_us


def test_other_or_broken_sei_gives_no_time():
    assert misb_time_us(b"") is None
    assert misb_time_us(b"\x00\x00\x01\x06\x05\x10" + b"x" * 16 + b"\x80") is None
    assert misb_time_us(misb_sei(1_700_000_000_123_456)[:30]) is None
    assert misb_time_us(b"\x00\x00\x01\x06" + b"\xff" * 40) is None


def test_escapes_are_removed_wherever_they_are():
    assert unescape(bytes.fromhex("0000030000030100000303")) == bytes.fromhex("000000000100000" + "3")


def test_codec_and_size_are_read_from_a_key_frame():
    unit, key = X264(320, 192).encode(draw(1, 320, 192), None)
    assert key
    sets = parameter_sets(unit)
    assert [nal[0] & 0x1F for nal in nal_units(sets)] == [7, 8]
    assert codec_string(sets).startswith("avc1.42C0")
    assert picture_size(unit) == (320, 192)


def test_a_unit_without_parameter_sets_is_refused_with_a_reason():
    codec = X264(320, 192)
    codec.encode(draw(1, 320, 192), None)
    unit, _ = codec.encode(draw(2, 320, 192), None)
    assert parameter_sets(unit) == b""
    with pytest.raises(ValueError, match="key frame"):
        picture_size(unit)


def test_a_true_stamp_is_used_as_it_is():
    clock = CaptureClock()
    assert clock.capture_time_us(round((NOW - 0.2) * 1e6), 5.0, NOW) == round((NOW - 0.2) * 1e6)
    assert clock.note == ""


def test_the_least_delayed_packet_sets_the_offset_and_time_never_steps_back():
    clock = CaptureClock()
    delays = [0.4, 0.3, 0.05, 0.5, 0.2, 0.3]
    times = [clock.capture_time_us(None, i * 0.1, NOW + i * 0.1 + d) * 1e-6 - NOW for i, d in enumerate(delays)]
    assert times == sorted(times)
    assert times[4:] == pytest.approx([0.4 + 0.05, 0.5 + 0.05], abs=0.001)


def test_a_jump_of_presentation_time_is_followed():
    clock = CaptureClock()
    clock.capture_time_us(None, 1000.0, NOW)
    assert clock.capture_time_us(None, 0.0, NOW + 0.1) * 1e-6 == pytest.approx(NOW + 0.1)


def test_a_stamp_of_a_wrong_clock_is_not_believed():
    clock = CaptureClock()
    assert clock.capture_time_us(round((NOW + 40) * 1e6), None, NOW) == round(NOW * 1e6)
    assert "differs by -40.0 s" in clock.note


def test_reading_stamps_costs_little():
    unit, _ = X264(1280, 720).encode(draw(1, 1280, 720), 1_700_000_000_000_000)
    began = time.perf_counter()
    for _ in range(100):
        misb_time_us(unit)
    assert (time.perf_counter() - began) / 100 < 0.002
