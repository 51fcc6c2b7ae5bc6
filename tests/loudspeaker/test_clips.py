"""Speech by the real espeak-ng, as Opus that really decodes."""

import asyncio
import hashlib
import os
import time
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from gcs.loudspeaker.audio import AudioError, convert
from gcs.loudspeaker.clips import Clips
from gcs.loudspeaker.speech import SpeechError, synthesise

WARNING = "应急车道内的驾驶人，您好，请您立即驶离。"


def decode(path: Path) -> tuple[str, int, np.ndarray]:
    """Codec, channels and samples (float, 48 kHz for Opus)."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        frames = [frame.to_ndarray().astype(np.float64).ravel() for frame in container.decode(audio=0)]
        return stream.codec_context.name, stream.channels, np.concatenate(frames)


async def test_a_chinese_warning_becomes_opus_named_by_its_md5(tmp_path: Path) -> None:
    clip = await Clips(tmp_path).get("emergency_lane_occupancy", "zh", WARNING)
    codec, channels, samples = decode(clip.path)
    assert (codec, channels) == ("libopus" if codec == "libopus" else "opus", 1)
    assert clip.path.name == f"{hashlib.md5(clip.path.read_bytes()).hexdigest()}.ogg" == f"{clip.md5}.ogg"
    assert 3 < clip.duration_s < 10
    assert clip.path.stat().st_size < 5000 * clip.duration_s
    assert np.sqrt(np.mean(samples**2)) > 0.02 * np.abs(samples).max() > 0


async def test_speech_is_16_khz_mono_wav(tmp_path: Path) -> None:
    await synthesise("Please leave now.", "en", tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert file.getnframes() > 8000
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]


async def test_the_same_words_are_made_once(tmp_path: Path) -> None:
    clips = Clips(tmp_path)
    first = await clips.get("x", "zh", WARNING)
    written = first.path.stat().st_mtime_ns
    at_once = await asyncio.gather(*(Clips(tmp_path).get("y", "zh", WARNING) for _ in range(3)))
    assert {clip.path for clip in at_once} == {first.path}
    assert first.path.stat().st_mtime_ns == written
    assert (await clips.get("x", "zh", WARNING + "谢谢。")).path != first.path


async def test_a_recording_is_played_instead_of_speech(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    with wave.open(str(tmp_path / "clips" / "wrong_way.zh.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        tone = (8000 * np.sin(np.arange(44_100) * 2 * np.pi * 440 / 44_100)).astype("<i2")
        file.writeframes(np.repeat(tone, 2).tobytes())
    clips = Clips(tmp_path)
    clip = await clips.get("wrong_way", "zh", WARNING)
    _, channels, samples = decode(clip.path)
    spectrum = np.abs(np.fft.rfft(samples[9600:38400]))
    assert channels == 1
    assert clip.duration_s == pytest.approx(1.0, abs=0.05)
    assert np.argmax(spectrum) * 48_000 / 28_800 == pytest.approx(440, abs=3)
    assert (clips.recorded("wrong_way"), clips.recorded("speeding")) == (["zh"], [])


async def test_a_broken_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "wrong_way.zh.wav").write_bytes(b"not audio")
    with pytest.raises(AudioError, match=r"wrong_way\.zh\.wav"):
        await Clips(tmp_path).get("wrong_way", "zh", WARNING)
    assert not list((tmp_path / "speech").glob("*/*.ogg"))


async def test_without_espeak_the_package_to_install_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeechError, match="apt-get install espeak-ng"):
        await Clips(tmp_path).get("x", "zh", WARNING)


async def test_an_espeak_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = tmp_path / "espeak-ng"
    hanging.write_text("#!/bin/sh\nexec sleep 30\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("gcs.loudspeaker.speech.TIMEOUT_S", 0.3)
    begun = time.monotonic()
    with pytest.raises(SpeechError, match="longer than"):
        await synthesise("x", "en", tmp_path / "a.wav")
    assert time.monotonic() - begun < 3


async def test_the_oldest_clips_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcs.loudspeaker.clips.KEPT", 2)
    clips = Clips(tmp_path)
    first = await clips.get("x", "en", "one")
    second = await clips.get("x", "en", "two")
    os.utime(second.path.parent, (0, 0))
    await clips.get("x", "en", "three")
    await clips.get("x", "en", "four")
    assert (first.path.exists(), second.path.exists()) == (True, False)


def test_a_wav_without_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    with pytest.raises(AudioError, match=r"empty\.wav"):
        convert(tmp_path / "empty.wav", tmp_path / "out.ogg", "libopus")
