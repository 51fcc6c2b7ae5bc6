"""Loudspeakers of different makes behind one interface."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Protocol


class SpeakerError(Exception):
    """The loudspeaker refused or failed; the message says why and may be shown."""


class Speaker(Protocol):
    """One drone's loudspeaker. Every method raises SpeakerError."""

    def upload(self, clip: Path) -> AsyncGenerator[float, None]:
        """Send a clip, a file named by the MD5 of its content; yields progress 0..1."""

    def play(self, md5: str, by: str) -> AsyncGenerator[float, None]:
        """Play an uploaded clip once, at full volume; yields progress 0..1 and ends when it was played to its end."""

    async def stop(self, by: str) -> None:
        """Silence, now."""


SpeakerOf = Callable[[int], Speaker]
"""The loudspeaker of a drone, by MAVLink system id. Raises SpeakerError when there is none."""
