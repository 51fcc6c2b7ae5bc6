"""Pictures to H.264 access units, each carrying its capture time."""

from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from sim.camera.sei import with_time_stamp

BT709 = 1
MPEG_RANGE = 1


class H264Encoder:
    """x264 tuned for latency: one picture in, one access unit out, nothing held back.

    Annex B, a key frame with SPS and PPS every second, no B frames, BT.709. Raises ValueError for a size or rate that
    H.264 in 4:2:0 cannot have.
    """

    def __init__(
        self, width: int, height: int, fps: float, bit_rate: int, *, preset: str = "ultrafast", threads: int = 1
    ) -> None:
        if width < 16 or height < 16 or width % 2 or height % 2:
            raise ValueError(f"picture size {width}x{height}: both sides must be even and at least 16")
        if fps <= 0 or bit_rate <= 0:
            raise ValueError(f"fps {fps} and bit_rate {bit_rate} must be positive")
        self.width, self.height, self.fps = width, height, fps
        rate = Fraction(fps).limit_denominator(1001)
        gop = max(1, round(fps))
        codec = av.VideoCodecContext.create("libx264", "w")
        codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
        codec.framerate, codec.time_base = rate, 1 / rate
        codec.bit_rate, codec.gop_size, codec.max_b_frames = bit_rate, gop, 0
        codec.thread_count = threads
        codec.colorspace = codec.color_primaries = codec.color_trc = BT709
        codec.color_range = MPEG_RANGE
        codec.options = {"preset": preset, "tune": "zerolatency", "x264-params": _x264(gop, bit_rate // 1000)}
        self._codec = codec
        self._count = 0
        self.key = False
        """Whether the last access unit is a key frame."""

    def encode(self, rgb: NDArray[np.uint8], t_unix_us: int) -> bytes:
        """The access unit of one (height, width, 3) picture taken at `t_unix_us` microseconds since 1970.

        Raises ValueError when the picture's size or type is not the encoder's: a stream cannot change size.
        """
        if rgb.shape != (self.height, self.width, 3) or rgb.dtype != np.uint8:
            raise ValueError(
                f"picture is {rgb.dtype} {rgb.shape}, this encoder takes uint8 {(self.height, self.width, 3)};"
                " make a new encoder to change size"
            )
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
        frame.pts = self._count
        self._count += 1
        packets = self._codec.encode(frame)
        if len(packets) != 1:
            raise RuntimeError(f"x264 gave {len(packets)} packets for one picture")
        self.key = bool(packets[0].is_keyframe)
        return with_time_stamp(bytes(packets[0]), t_unix_us)


def _x264(gop: int, kilobits: int) -> str:
    return (
        f"keyint={gop}:min-keyint={gop}:scenecut=0:repeat-headers=1:annexb=1"
        f":vbv-maxrate={kilobits}:vbv-bufsize={kilobits}"
    )
