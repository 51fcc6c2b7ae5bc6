"""What the loudspeaker needs to know of a clip: that it can be played, and for how long."""

from pathlib import Path

import av

MAX_CLIP_S = 180.0


class BadAudioError(Exception):
    """The file is no audio that can be played."""


def duration_s(path: Path) -> float:
    """Seconds of sound in a WAV, Ogg or Opus file, by decoding it: what cannot be decoded cannot be played.

    Raises BadAudioError.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise BadAudioError("no audio stream")
            total = 0.0
            for frame in container.decode(audio=0):
                total += frame.samples / frame.sample_rate
                if total > MAX_CLIP_S:
                    raise BadAudioError(f"longer than {MAX_CLIP_S:.0f} s")
    except (av.FFmpegError, ValueError) as error:
        raise BadAudioError(str(error)) from error
    if total <= 0:
        raise BadAudioError("no sound in it")
    return total
