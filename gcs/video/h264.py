"""The little of ITU-T H.264 that a relay must know: NAL units of Annex B, parameter sets, the codec string."""

import re
from collections.abc import Iterator
from itertools import pairwise

import av

SEI, SPS, PPS = 6, 7, 8

_START = re.compile(rb"\x00\x00\x01")


def nal_units(access_unit: bytes) -> Iterator[bytes]:
    """The NAL units of an Annex B byte stream, without start codes and trailing zeros. Empty ones are left out."""
    starts = [m.end() for m in _START.finditer(access_unit)]
    for begin, following in pairwise([*starts, len(access_unit) + 3]):
        nal = access_unit[begin : following - 3].rstrip(b"\x00")
        if nal:
            yield nal


def unescape(payload: bytes) -> bytes:
    """Remove emulation prevention: 00 00 03 -> 00 00 (7.4.1.1)."""
    return payload.replace(b"\x00\x00\x03", b"\x00\x00")


def parameter_sets(access_unit: bytes) -> bytes:
    """The SPS and PPS of an access unit, as Annex B; empty if it carries no SPS."""
    kept = [nal for nal in nal_units(access_unit) if nal[0] & 0x1F in (SPS, PPS)]
    if not any(nal[0] & 0x1F == SPS for nal in kept):
        return b""
    return b"".join(b"\x00\x00\x00\x01" + nal for nal in kept)


def codec_string(sets: bytes) -> str:
    """RFC 6381 `avc1.PPCCLL` from the profile, constraint and level bytes of the SPS. Raises ValueError without one."""
    for nal in nal_units(sets):
        if nal[0] & 0x1F == SPS and len(nal) >= 4:
            return f"avc1.{nal[1:4].hex().upper()}"
    raise ValueError("no sequence parameter set")


def picture_size(key_unit: bytes) -> tuple[int, int]:
    """(width, height) in pixels of a key access unit that carries its SPS. Raises ValueError if it can't be decoded."""
    decoder = av.CodecContext.create("h264", "r")
    try:
        frames = decoder.decode(av.Packet(key_unit)) + decoder.decode(None)
    except av.FFmpegError as error:
        raise ValueError(f"the key frame does not decode: {error}") from error
    if not frames:
        raise ValueError("the key frame holds no picture")
    return frames[0].width, frames[0].height
