"""What the API says about warnings."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from gcs.loudspeaker.models import SpeechState
from gcs.people.schemas import Language


class SpeechOut(BaseModel):
    """A warning as it is journaled."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    incident_id: int
    drone: int
    language: Language
    text: str
    state: SpeechState
    progress: float
    by: str
    started_at: datetime
    play_started_at: datetime | None
    ended_at: datetime | None
    error: str | None


class WarnRequest(BaseModel):
    """Somebody asks for a warning (again)."""

    language: Language = "zh"


class MessageOut(BaseModel):
    """A message of the library, with its {placeholders}."""

    id: str
    zh: str
    en: str
    recorded: list[Language]
    """Languages in which a recording is played instead of speech."""
