"""A small RTSP server for the tests: one H.264 stream, RTP interleaved in the TCP connection (RFC 2326, 6184)."""

import base64
import contextlib
import socket
import struct
import threading
import time

from gcs.video.h264 import PPS, SPS, nal_units, parameter_sets
from tests.video.camera import X264, draw

PAYLOAD_BYTES = 1200
PAYLOAD_TYPE = 96


class RtspCamera:
    """Serves `url` from a thread until closed. Pictures carry their number and, if `stamped`, their capture time.

    Parameter sets are sent in the SDP only, as many cameras do. `sent` maps picture number to capture time (us).
    """

    def __init__(self, fps: float = 10.0, size: tuple[int, int] = (640, 360), stamped: bool = True) -> None:
        self.fps, self.size, self.stamped = fps, size, stamped
        self.sent: dict[int, int] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp://127.0.0.1:{self._listener.getsockname()[1]}/cam"
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "RtspCamera":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        """One client: its requests until PLAY, then pictures."""
        codec = X264(*self.size)
        sets = parameter_sets(codec.encode(draw(0, *self.size), None)[0])
        connection.settimeout(5)
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                received = connection.recv(4096)
                if not received:
                    return
                buffer += received
            request, _, buffer = buffer.partition(b"\r\n\r\n")
            lines = request.decode().split("\r\n")
            method = lines[0].split()[0]
            sequence = next(line.split(":")[1].strip() for line in lines if line.lower().startswith("cseq"))
            head, body = "Session: 1\r\n", ""
            if method == "OPTIONS":
                head = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
            elif method == "DESCRIBE":
                body = _sdp(sets)
                head = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
            elif method == "SETUP":
                head += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
            connection.sendall(f"RTSP/1.0 200 OK\r\nCSeq: {sequence}\r\n{head}\r\n{body}".encode())
            if method == "PLAY":
                self._play(connection, X264(*self.size))
                return

    def _play(self, connection: socket.socket, codec: X264) -> None:
        number = packet = 0
        due = time.monotonic()
        while not self._closing.wait(max(0.0, due - time.monotonic())):
            due += 1 / self.fps
            number += 1
            t_us = time.time_ns() // 1000
            self.sent[number] = t_us
            unit, _ = codec.encode(draw(number, *self.size), t_us if self.stamped else None)
            nals = [nal for nal in nal_units(unit) if nal[0] & 0x1F not in (SPS, PPS)]
            payloads = [part for nal in nals for part in _fragments(nal)]
            for i, payload in enumerate(payloads):
                marker = 0x80 if i == len(payloads) - 1 else 0
                clock = t_us * 9 // 100 & 0xFFFFFFFF
                rtp = struct.pack(">BBHII", 0x80, marker | PAYLOAD_TYPE, packet & 0xFFFF, clock, 1) + payload
                connection.sendall(struct.pack(">cBH", b"$", 0, len(rtp)) + rtp)
                packet += 1


def _sdp(sets: bytes) -> str:
    encoded = ",".join(base64.b64encode(nal).decode() for nal in nal_units(sets))
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=cam\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}\r\na=rtpmap:{PAYLOAD_TYPE} H264/90000\r\n"
        f"a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;sprop-parameter-sets={encoded}\r\na=control:track1\r\n"
    )


def _fragments(nal: bytes) -> list[bytes]:
    """A NAL unit as RTP payloads: whole, or FU-A."""
    if len(nal) <= PAYLOAD_BYTES:
        return [nal]
    parts = [nal[i : i + PAYLOAD_BYTES] for i in range(1, len(nal), PAYLOAD_BYTES)]
    indicator, kind = nal[0] & 0xE0 | 28, nal[0] & 0x1F
    return [
        bytes([indicator, kind | (0x80 if i == 0 else 0) | (0x40 if i == len(parts) - 1 else 0)]) + part
        for i, part in enumerate(parts)
    ]
