"""What the aircraft tells the outside: texts, commands for its payload, mission progress."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """MAV_SEVERITY, as PX4 uses it."""

    EMERGENCY = 0
    CRITICAL = 2
    WARNING = 4
    INFO = 6


@dataclass(frozen=True, slots=True)
class Text:
    """A STATUSTEXT."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class PayloadCommand:
    """A mission item meant for a payload component, sent on as COMMAND_LONG."""

    command: int
    params: tuple[float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class ItemReached:
    """Mission item `seq` (0-based) was reached."""

    seq: int


@dataclass(frozen=True, slots=True)
class ItemCurrent:
    """Mission item `seq` (0-based) became the current one."""

    seq: int


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Armed state, mode or home changed: heartbeat and home go out at once, as PX4 does."""


Notice = Text | PayloadCommand | ItemReached | ItemCurrent | StatusChanged
