"""The clip that is sent to the speaker: a recording where there is one, speech otherwise; made once, then kept."""

import asyncio
import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gcs.loudspeaker.audio import convert, duration_s
from gcs.loudspeaker.speech import VOICES, WORDS_PER_MINUTE, synthesise
from gcs.people.schemas import Language

KEPT = 500
"""Made clips kept; the ones longest unused go first."""


@dataclass(frozen=True, slots=True)
class Clip:
    """An Ogg Opus file, named by its MD5 as speakers want it."""

    path: Path
    md5: str
    duration_s: float


class Clips:
    """Clips by what they say. Recordings are `clips/<message id>.<language>.wav` in the data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._recordings = data_dir / "clips"
        self._made = data_dir / "speech"

    def recording(self, message_id: str, language: Language) -> Path | None:
        """The recording that replaces speech for this message, if there is one."""
        path = self._recordings / f"{message_id}.{language}.wav"
        return path if path.is_file() else None

    def recorded(self, message_id: str) -> list[Language]:
        """The languages in which a recording is played."""
        return [language for language in VOICES if self.recording(message_id, language)]

    async def get(self, message_id: str, language: Language, text: str) -> Clip:
        """The clip for this message: recorded, made before, or made now. Raises SpeechError, AudioError, OSError."""
        recording = self.recording(message_id, language)
        key = await asyncio.to_thread(_digest, recording) if recording else _text_digest(text, language)
        folder = self._made / key
        path = await asyncio.to_thread(_kept_in, folder) or await self._make(folder, recording, language, text)
        return Clip(path, path.stem, await asyncio.to_thread(duration_s, path))

    async def _make(self, folder: Path, recording: Path | None, language: Language, text: str) -> Path:
        await asyncio.to_thread(self._make_room)
        with tempfile.TemporaryDirectory(dir=self._made, prefix=".making-") as name:
            wav, ogg = Path(name) / "clip.wav", Path(name) / "clip.ogg"
            if recording is None:
                await synthesise(text, language, wav)
            await asyncio.to_thread(convert, recording or wav, ogg, "libopus")
            return await asyncio.to_thread(_keep, ogg, folder)

    def _make_room(self) -> None:
        self._made.mkdir(parents=True, exist_ok=True)
        folders = sorted((p for p in self._made.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
        for folder in folders[: max(0, len(folders) - KEPT)]:
            shutil.rmtree(folder, ignore_errors=True)


def _kept_in(folder: Path) -> Path | None:
    path = next(folder.glob("*.ogg"), None)
    if path is not None:
        folder.touch()  # lately used
    return path


def _keep(ogg: Path, folder: Path) -> Path:
    """Put a clip into its folder under its MD5; of two made at once for the same words, the first stays."""
    folder.mkdir(exist_ok=True)
    return _kept_in(folder) or ogg.rename(folder / f"{_digest(ogg, 'md5')}.ogg")


def _digest(path: Path, algorithm: str = "sha256") -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _text_digest(text: str, language: Language) -> str:
    return hashlib.sha256(f"{VOICES[language]} {WORDS_PER_MINUTE[language]} {text}".encode()).hexdigest()
