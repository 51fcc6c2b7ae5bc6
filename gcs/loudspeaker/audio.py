"""Audio files: any WAV to 16 kHz mono, as WAV or as Ogg Opus."""

from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
from av.audio.resampler import AudioResampler

RATE_HZ = 16_000
OPUS_BIT_RATE = 24_000
"""Speech at 16 kHz: transparent, and 3 kB a second over a narrow link."""


class AudioError(Exception):
    """A file that is no usable audio; the message names it."""


def convert(source: Path, target: Path, codec: Literal["pcm_s16le", "libopus"]) -> None:
    """Write `source`'s audio to `target`, 16 kHz mono (WAV for PCM, Ogg for Opus). Raises AudioError."""
    try:
        with av.open(str(source)) as reader, av.open(str(target), "w", format=_CONTAINER[codec]) as writer:
            if not reader.streams.audio:
                raise AudioError(f"{source.name}: has no audio")
            stream = writer.add_stream(codec, rate=RATE_HZ, layout="mono")
            if codec == "libopus":
                stream.bit_rate = OPUS_BIT_RATE
            resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ, frame_size=RATE_HZ // 50)
            for frame in reader.decode(audio=0):
                for resampled in resampler.resample(frame):
                    writer.mux(stream.encode(resampled))
            for resampled in resampler.resample(None):
                writer.mux(stream.encode(resampled))
            writer.mux(stream.encode(None))
    except (av.FFmpegError, OSError) as error:
        raise AudioError(f"{source.name}: {error}") from error


def duration_s(path: Path) -> float:
    """Length of the decoded audio in seconds. Raises AudioError."""
    try:
        with av.open(str(path)) as reader:
            if not reader.streams.audio:
                raise AudioError(f"{path.name}: has no audio")
            samples = sum((Fraction(f.samples, f.sample_rate) for f in reader.decode(audio=0)), Fraction(0))
            return float(samples)
    except (av.FFmpegError, OSError) as error:
        raise AudioError(f"{path.name}: {error}") from error


_CONTAINER = {"pcm_s16le": "wav", "libopus": "ogg"}
