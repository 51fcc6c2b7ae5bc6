"""The journal of what was said to whom, on whose word."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gcs.db.base import Base, UtcDateTime
from gcs.people.schemas import Language

SpeechState = Literal["download", "encoding", "upload", "play", "done", "failed", "stopped"]
"""Step words of DJI's Cloud API: download is asked for and waiting, then the clip is made, sent and played."""
IN_FLIGHT: tuple[SpeechState, ...] = ("download", "encoding", "upload", "play")


class Speech(Base):
    """One warning, from the request on."""

    __tablename__ = "speeches"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), index=True)
    drone: Mapped[int]
    language: Mapped[Language] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[SpeechState] = mapped_column(String(8), index=True)
    progress: Mapped[float] = mapped_column(default=0.0)
    """0..1 of the present step."""
    by: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was asked for."""
    play_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    """Why it failed or was stopped."""
