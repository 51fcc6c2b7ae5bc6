"""Access units to an MPEG transport stream over UDP, as drones send it."""

from fractions import Fraction
from types import TracebackType
from urllib.parse import urlsplit

import av

PACKET_BYTES = 1316
"""Seven transport packets a datagram, the custom of UDP video."""
CLOCK_HZ = 90_000
WRAP = 1 << 33


class MpegTsStreamer:
    """Sends one H.264 stream to `udp://HOST:PORT`; nobody needs to listen.

    PTS is the capture time on a 90 kHz clock (modulo 2^33), tables are repeated before every key frame. Raises
    ValueError for an address of another form and OSError when it cannot be opened.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "udp" or not parts.hostname or not parts.port or parts.query or parts.path:
            raise ValueError(f"video address {url!r} is not of the form udp://HOST:PORT")
        options = {
            "mpegts_copyts": "1",
            "mpegts_flags": "resend_headers+pat_pmt_at_frames",
            "flush_packets": "1",
            "omit_video_pes_length": "0",  # else a receiver knows a picture's end only when the next one begins
        }
        self._output = av.open(f"{url}?pkt_size={PACKET_BYTES}", "w", format="mpegts", options=options)
        self._stream = self._output.add_mux_stream("h264", rate=30, width=1280, height=720)
        self._base = Fraction(1, CLOCK_HZ)
        self._last_us: int | None = None

    def send(self, access_unit: bytes, t_unix_us: int, key: bool) -> None:
        """Sends one Annex B access unit at once.

        Raises ValueError when its capture time is not later than the one before.
        """
        if self._last_us is not None and t_unix_us <= self._last_us:
            raise ValueError(f"capture time {t_unix_us} us is not after {self._last_us} us")
        self._last_us = t_unix_us
        packet = av.Packet(access_unit)
        packet.stream = self._stream
        packet.time_base = self._base
        packet.pts = packet.dts = t_unix_us * CLOCK_HZ // 1_000_000
        packet.is_keyframe = key
        self._output.mux(packet)

    def close(self) -> None:
        """Ends the stream."""
        self._output.close()

    def __enter__(self) -> "MpegTsStreamer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
