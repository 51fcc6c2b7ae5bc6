"""Text to speech by espeak-ng, in a process of its own."""

import asyncio
import shutil
from pathlib import Path

from gcs.loudspeaker.audio import convert
from gcs.people.schemas import Language

# espeak-ng reads Hanzi right only with this Mandarin voice.
VOICES: dict[Language, str] = {"zh": "cmn-latn-pinyin", "en": "en"}
WORDS_PER_MINUTE: dict[Language, int] = {"zh": 210, "en": 150}
"""Unhurried (in Mandarin a syllable is a word): it is heard from above, over traffic and rotors."""
TIMEOUT_S = 20.0
APT_PACKAGE = "espeak-ng"


class SpeechError(Exception):
    """No speech could be made; the message says why and may be shown."""


async def synthesise(text: str, language: Language, out: Path) -> None:
    """Speak `text` into `out`, a WAV file of 16 kHz mono. Raises SpeechError, AudioError."""
    program = shutil.which("espeak-ng")
    if program is None:
        raise SpeechError(f"no speech: espeak-ng is not installed (apt-get install {APT_PACKAGE})")
    spoken = out.with_suffix(".espeak.wav")
    process = await asyncio.create_subprocess_exec(
        program, "-v", VOICES[language], "-s", str(WORDS_PER_MINUTE[language]), "-w", str(spoken), "--stdin",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, complaint = await process.communicate(text.encode())
        if process.returncode != 0 or not spoken.exists():
            raise SpeechError(f"no speech: espeak-ng failed: {complaint.decode(errors='replace').strip()}")
        await asyncio.to_thread(convert, spoken, out, "pcm_s16le")
    except TimeoutError:
        raise SpeechError(f"no speech: espeak-ng took longer than {TIMEOUT_S:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        spoken.unlink(missing_ok=True)
