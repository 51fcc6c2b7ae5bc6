"""The capture time inside the video: MISB ST 0604 precision time stamp in an H.264 SEI message.

SEI payload type 5 (user_data_unregistered, ITU-T H.264 D.1.7): a 16-byte UUID, a status byte, and the microseconds
since 1970 (UTC) as four big-endian 16-bit words with 0xFF between them, so that no start code can arise inside.
"""

import re

UUID = b"MISPmicrosectime"
STATUS_LOCKED = 0x1F
START_CODE = b"\x00\x00\x00\x01"
_SEI, _USER_DATA_UNREGISTERED, _STOP_BIT = 0x06, 0x05, 0x80
_SLICES = (1, 5)
_STARTS = re.compile(rb"\x00\x00\x01")
_SIZE = 28


def time_stamp_unit(t_unix_us: int) -> bytes:
    """The SEI NAL unit with its start code. Raises ValueError for a time that does not fit 64 bits."""
    if not 0 <= t_unix_us < 1 << 64:
        raise ValueError(f"t_unix_us {t_unix_us} is not a 64-bit count of microseconds")
    raw = t_unix_us.to_bytes(8, "big")
    words = b"\xff".join(raw[i : i + 2] for i in range(0, 8, 2))
    payload = UUID + bytes([STATUS_LOCKED]) + words
    return START_CODE + bytes([_SEI, _USER_DATA_UNREGISTERED, len(payload)]) + payload + bytes([_STOP_BIT])


def with_time_stamp(access_unit: bytes, t_unix_us: int) -> bytes:
    """An Annex B access unit with the time stamp put before its first slice.

    Raises ValueError when it holds no slice.
    """
    for match in _STARTS.finditer(access_unit):
        at = match.end()
        if at < len(access_unit) and access_unit[at] & 0x1F in _SLICES:
            start = match.start() - (1 if match.start() and access_unit[match.start() - 1] == 0 else 0)
            return access_unit[:start] + time_stamp_unit(t_unix_us) + access_unit[start:]
    raise ValueError("the access unit holds no slice")


def parse_time_stamp(access_unit: bytes) -> int | None:
    """Microseconds since 1970 in an Annex B access unit; None when it carries no time stamp."""
    at = access_unit.find(UUID)
    body = access_unit[at + len(UUID) + 1 : at + _SIZE]
    if at < 0 or len(body) != 11 or body[2::3] != b"\xff\xff\xff":
        return None
    return int.from_bytes(body[0:2] + body[3:5] + body[6:8] + body[9:11], "big")
