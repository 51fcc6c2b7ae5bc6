"""Capture time of every access unit: MISB ST 0604 time stamps, or presentation times mapped to our clock."""

from gcs.video.h264 import SEI, nal_units, unescape

MISB_TIME_UUID = b"MISPmicrosectime"
USER_DATA_UNREGISTERED = 5

# An honest stamp is a little older than its arrival. Outside this window the two clocks disagree.
OLDEST_S = 10.0
NEWEST_S = 0.5

PTS_JUMP_S = 5.0
# The drone's clock may run slow against ours: without a leak the smallest offset would never be forgotten.
OFFSET_LEAK = 100e-6


def misb_time_us(access_unit: bytes) -> int | None:
    """The MISB ST 0604 precision time stamp of an Annex B access unit: microseconds since 1970, or None if it has none.

    SEI user_data_unregistered (ITU-T H.264 D.1.7): 16 bytes UUID, a status byte, then the 8 bytes of the time in
    pairs, with 0xFF after each of the first three pairs.
    """
    for nal in nal_units(access_unit):
        if nal[0] & 0x1F != SEI:
            continue
        stamp = _stamp_in(unescape(nal[1:]))
        if stamp is not None:
            return stamp
    return None


def _stamp_in(sei: bytes) -> int | None:
    at = 0
    while at + 2 <= len(sei):
        kind, at = _ff_coded(sei, at)
        size, at = _ff_coded(sei, at)
        payload = sei[at : at + size]
        at += size
        if kind == USER_DATA_UNREGISTERED and len(payload) >= 28 and payload[:16] == MISB_TIME_UUID:
            t = payload[17:28]
            if t[2] == t[5] == t[8] == 0xFF:
                return int.from_bytes(t[0:2] + t[3:5] + t[6:8] + t[9:11], "big")
    return None


def _ff_coded(data: bytes, at: int) -> tuple[int, int]:
    """A number written as any count of 0xFF bytes and a last smaller byte -> (number, next position)."""
    value = 0
    while at < len(data) and data[at] == 0xFF:
        value, at = value + 255, at + 1
    return (value + data[at], at + 1) if at < len(data) else (value, at)


class CaptureClock:
    """Gives each access unit of one stream its capture time on our clock (unix seconds, UTC)."""

    def __init__(self) -> None:
        self.note = ""
        """Why stamps are not used, for the stream's health; empty when they are."""
        self._offset_s: float | None = None
        self._last_arrival_s = 0.0
        self._last_us = 0

    def capture_time_us(self, stamp_us: int | None, pts_s: float | None, arrival_unix_s: float) -> int:
        """The best capture time known: the stamp if it can be true, else from the presentation time, else arrival."""
        if stamp_us is None:
            self.note = "no time stamp in the video: capture time taken from arrival"
            return self._without_stamp(pts_s, arrival_unix_s)
        behind_s = arrival_unix_s - stamp_us * 1e-6
        if -NEWEST_S <= behind_s <= OLDEST_S:
            self.note = ""
            self._last_us = stamp_us
            return stamp_us
        self.note = f"the camera's clock differs by {behind_s:.1f} s: capture time taken from arrival"
        return self._without_stamp(pts_s, arrival_unix_s)

    def _without_stamp(self, pts_s: float | None, arrival_s: float) -> int:
        t_us = round((arrival_s if pts_s is None else self._from_pts(pts_s, arrival_s)) * 1e6)
        # A better offset moves the clock back: time still has to go on from picture to picture.
        self._last_us = t_us if t_us < self._last_us - PTS_JUMP_S * 1e6 else max(t_us, self._last_us + 1)
        return self._last_us

    def _from_pts(self, pts_s: float, arrival_s: float) -> float:
        """Presentation time plus the smallest offset to arrival seen: the least delayed packet tells the clocks apart.

        What remains is the smallest delay of the link itself, which nothing in the stream reveals.
        """
        offset = arrival_s - pts_s
        if self._offset_s is None or abs(offset - self._offset_s) > PTS_JUMP_S:
            self._offset_s = offset
        else:
            leak = OFFSET_LEAK * max(0.0, arrival_s - self._last_arrival_s)
            self._offset_s = min(self._offset_s + leak, offset)
        self._last_arrival_s = arrival_s
        return pts_s + self._offset_s
