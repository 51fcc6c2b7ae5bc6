"""A real sender for the tests: x264 and MPEG-TS over UDP; every picture shows its own number."""

import threading
import time
from fractions import Fraction

import av
import numpy as np

MISB = b"MISPmicrosectime"
BITS, CELL = 16, 24


def draw(number: int, width: int, height: int) -> np.ndarray:
    """A picture that moves and carries `number` in its top row of cells."""
    ramp = (np.arange(width, dtype=np.int32) + 3 * number) % 256
    image = np.repeat(ramp[None, :, None], height, 0).repeat(3, 2).astype(np.uint8)
    for bit in range(BITS):
        image[:CELL, bit * CELL : (bit + 1) * CELL] = 255 if number >> bit & 1 else 0
    return image


def number_in(image: np.ndarray) -> int:
    """The number `draw` put into a picture."""
    cells = [image[CELL // 2, bit * CELL + CELL // 2].mean() > 127 for bit in range(BITS)]
    return sum(1 << bit for bit, cell in enumerate(cells) if cell)


def misb_sei(t_us: int) -> bytes:
    """An SEI NAL unit with the MISB ST 0604 time stamp, emulation prevention included."""
    t = t_us.to_bytes(8, "big")
    payload = MISB + b"\x1f" + t[0:2] + b"\xff" + t[2:4] + b"\xff" + t[4:6] + b"\xff" + t[6:8]
    body = bytes([5, len(payload)]) + payload + b"\x80"
    escaped, zeros = bytearray(), 0
    for byte in body:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return b"\x00\x00\x00\x01\x06" + bytes(escaped)


class X264:
    """Baseline H.264 in Annex B with repeated headers, one access unit per picture."""

    def __init__(self, width: int = 640, height: int = 360, group: int = 10) -> None:
        self.width, self.height = width, height
        self._codec = av.VideoCodecContext.create("libx264", "w")
        self._codec.width, self._codec.height, self._codec.pix_fmt = width, height, "yuv420p"
        self._codec.time_base = Fraction(1, 10)
        self._codec.gop_size = group
        self._codec.options = {
            "preset": "ultrafast", "tune": "zerolatency", "profile": "baseline",
            "x264-params": "repeat-headers=1:annexb=1:scenecut=0",
        }  # fmt: skip
        self._pts = 0

    def encode(self, image: np.ndarray, t_us: int | None) -> tuple[bytes, bool]:
        """(access unit, key); stamped unless `t_us` is None."""
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts = self._pts
        self._pts += 1
        (packet,) = self._codec.encode(frame)
        return (b"" if t_us is None else misb_sei(t_us)) + bytes(packet), packet.is_keyframe


class UdpSender:
    """MPEG-TS over UDP."""

    def __init__(self, port: int, size: tuple[int, int] = (640, 360)) -> None:
        # With its length in the PES header a receiver need not wait for the next access unit to see this one's end.
        options = {"omit_video_pes_length": "0"}
        self._container = av.open(f"udp://127.0.0.1:{port}?pkt_size=1316", "w", format="mpegts", options=options)
        self._stream = self._container.add_mux_stream("h264", width=size[0], height=size[1])
        self._begin_us: int | None = None

    def send(self, unit: bytes, t_us: int, key: bool) -> None:
        self._begin_us = t_us if self._begin_us is None else self._begin_us
        packet = av.Packet(unit)
        packet.stream = self._stream
        packet.time_base = Fraction(1, 1_000_000)
        packet.pts = packet.dts = t_us - self._begin_us
        packet.is_keyframe = key
        self._container.mux(packet)

    def close(self) -> None:
        self._container.close()


class LiveCamera:
    """Sends pictures in real time from a thread until closed. `sent` maps picture number to capture time (us)."""

    def __init__(self, port: int, fps: float = 20.0, size: tuple[int, int] = (640, 360), stamped: bool = True) -> None:
        self.port, self.fps, self.size, self.stamped = port, fps, size, stamped
        self.sent: dict[int, int] = {}
        self.frozen = False
        self.clock_error_us = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "LiveCamera":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)

    def _run(self) -> None:
        codec, sender = X264(*self.size), UdpSender(self.port, self.size)
        number, due = 0, time.monotonic()
        while not self._closing.wait(max(0.0, due - time.monotonic())):
            due += 1 / self.fps
            if (codec.width, codec.height) != self.size:
                codec = X264(*self.size)
            number += 0 if self.frozen else 1
            t_us = time.time_ns() // 1000 + self.clock_error_us
            self.sent[number] = t_us
            unit, key = codec.encode(draw(number, *self.size), t_us if self.stamped else None)
            sender.send(unit, t_us, key)
        sender.close()
