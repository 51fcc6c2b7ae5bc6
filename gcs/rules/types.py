"""What a rule says, and what a rule is."""

from dataclasses import dataclass
from typing import Literal, Protocol

from gcs.perception.types import LaneFix, RoadUser, Scene

EventType = Literal[
    "emergency_lane_occupancy", "accident", "congestion", "restricted_vehicle", "non_motor_in_motor_lane",
    "illegal_parking", "wrong_way", "speeding", "pedestrian_on_carriageway", "debris",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages of the console."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RuleEvent:
    """A rule fired, or goes on firing, for one road user."""

    event_type: EventType
    drone_id: int
    user: RoadUser
    lane: LaneFix
    t_unix_s: float
    """Capture time of the frame that made the rule fire."""
    since_unix_s: float
    """When the condition began to hold."""
    reason: Text
    """Why, in a dispatcher's words, with the measured figures and the thresholds."""
    severity: Literal["info", "warning", "critical"]


class Rule(Protocol):
    """Looks at one drone's scenes in order of capture time. Pure: no clock, no I/O."""

    event_type: EventType

    def update(self, scene: Scene) -> list[RuleEvent]:
        """Events that began to fire or still fire in this scene."""
