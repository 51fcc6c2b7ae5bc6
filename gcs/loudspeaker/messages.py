"""The message library: what is said for each event, in both languages, with place and vehicle filled in."""

from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import get_args

import yaml

from gcs.incidents.schemas import IncidentOut
from gcs.loudspeaker.words import WORDS, words_for
from gcs.people.schemas import Language
from gcs.rules.types import EventType

LIBRARY = Path(__file__).with_name("messages.yaml")
PARTS = ("courtesy", "law", "consequence")
LANGUAGES: tuple[Language, ...] = get_args(Language)
_JOIN: dict[Language, str] = {"zh": "", "en": " "}


class MessageError(Exception):
    """The library cannot be used: the message says which entry is wrong, and how."""


@dataclass(frozen=True, slots=True)
class Message:
    """One entry: a sentence of courtesy, the law, the consequence, each with {placeholders}."""

    id: str
    """The event type it is for."""
    zh: str
    en: str

    def fill(self, incident: IncidentOut, language: Language) -> str:
        """What is said to the road user of this incident."""
        template = self.zh if language == "zh" else self.en
        return template.format(**words_for(incident, language))


class MessageLibrary:
    """Messages by id. Everything is checked when it is loaded, so that nothing fails above a road."""

    def __init__(self, messages: dict[str, Message]) -> None:
        self._messages = messages

    @property
    def all(self) -> list[Message]:
        """Every message, in the library's order."""
        return list(self._messages.values())

    def __getitem__(self, message_id: str) -> Message:
        """Raises MessageError for an unknown id."""
        try:
            return self._messages[message_id]
        except KeyError:
            raise MessageError(f"there is no message for {message_id!r}") from None

    @classmethod
    def load(cls, path: Path = LIBRARY) -> "MessageLibrary":
        """Read and check a library. Raises MessageError naming file, entry, language and part."""
        try:
            entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise MessageError(f"{path.name}: {error}") from error
        if not isinstance(entries, dict):
            raise MessageError(f"{path.name}: expected one entry for each event type")
        for event_type in get_args(EventType):
            if event_type not in entries:
                raise MessageError(f"{path.name}: no message for {event_type}")
        return cls({str(key): _message(f"{path.name}: {key}", str(key), entry) for key, entry in entries.items()})


def _message(where: str, message_id: str, entry: object) -> Message:
    texts = {language: _template(f"{where}.{language}", language, entry) for language in LANGUAGES}
    return Message(message_id, zh=texts["zh"], en=texts["en"])


def _template(where: str, language: Language, entry: object) -> str:
    parts = entry.get(language) if isinstance(entry, dict) else None
    if not isinstance(parts, dict) or set(parts) != set(PARTS):
        raise MessageError(f"{where}: needs exactly the parts {', '.join(PARTS)}")
    for part in PARTS:
        _check_sentence(f"{where}.{part}", parts[part])
    return _JOIN[language].join(str(parts[part]).strip() for part in PARTS)


def _check_sentence(where: str, sentence: object) -> None:
    if not isinstance(sentence, str) or not sentence.strip():
        raise MessageError(f"{where}: is empty")
    try:
        fields = [field for _, field, _, _ in Formatter().parse(sentence) if field is not None]
    except ValueError as error:
        raise MessageError(f"{where}: {error}") from error
    for field in fields:
        if field not in WORDS:
            raise MessageError(f"{where}: unknown placeholder {{{field}}}; known are {', '.join(WORDS)}")
