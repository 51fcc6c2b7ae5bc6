"""PROTOCOL_VERSION (300): PX4 still answers it, but pymavlink's dialects no longer carry it."""

import struct
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

MESSAGE_ID = 300
_CRC_EXTRA = 217
_LAYOUT = struct.Struct("<HHH8s8s")


class ProtocolVersion(mavlink.MAVLink_message):  # type: ignore[misc]
    """MAVLink versions 1.0 to 2.0, spoken version 2.0. https://mavlink.io/en/messages/common.html#PROTOCOL_VERSION"""

    id = MESSAGE_ID
    msgname = "PROTOCOL_VERSION"
    crc_extra = _CRC_EXTRA

    def __init__(self) -> None:
        super().__init__(MESSAGE_ID, self.msgname)

    def pack(self, mav: Any, force_mavlink1: bool = False) -> bytes:
        """The packet as bytes."""
        payload = _LAYOUT.pack(200, 100, 200, bytes(8), bytes(8))
        packed: bytes = self._pack(mav, _CRC_EXTRA, payload, force_mavlink1=force_mavlink1)
        return packed
