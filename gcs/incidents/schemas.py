"""What the API says about incidents."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from gcs.incidents.lifecycle import Outcome, State, Taken
from gcs.incidents.models import Incident
from gcs.incidents.place import format_chainage
from gcs.people.schemas import Language
from gcs.rules.types import EventType


class Words(BaseModel):
    """The same in both languages of the console."""

    zh: str
    en: str


class LogOut(BaseModel):
    """One step of an incident."""

    at: datetime
    who: str
    action: str
    note: str


class IncidentOut(BaseModel):
    """An incident as it is stored."""

    id: int
    event_type: EventType
    state: State
    severity: Literal["info", "warning", "critical"]
    first_seen_at: datetime
    last_seen_at: datetime
    lat_deg: float
    lon_deg: float
    position_sigma_m: float
    road_name: Words
    direction: str
    lane_type: str
    lane_id: str
    chainage: str
    drone: int
    sortie_id: int | None
    track_id: int
    vehicle_cls: str
    vehicle_colour: str | None
    reason: Words
    has_still: bool
    still_captured_at: datetime | None
    repeat_of: int | None
    outcome: Outcome | None
    left_after_s: float | None
    acknowledged_at: datetime | None
    confirmed_at: datetime | None
    dismissed_at: datetime | None
    warned_at: datetime | None
    resolved_at: datetime | None
    log: list[LogOut]


def incident_out(row: Incident) -> IncidentOut:
    """A stored incident, as the API says it."""
    columns = {name: getattr(row, name) for name in IncidentOut.model_fields if hasattr(row, name) and name != "log"}
    return IncidentOut(
        **columns,
        road_name=Words(zh=row.road_name_zh, en=row.road_name_en),
        reason=Words(zh=row.reason_zh, en=row.reason_en),
        chainage=format_chainage(row.chainage_m),
        has_still=row.still_captured_at is not None,
        log=[LogOut(at=step.at, who=step.who, action=step.action, note=step.note) for step in row.log],
    )


def steps_taken(row: Incident) -> list[Taken]:
    """The incident's log, as the lifecycle reads it."""
    return [Taken(step.action, step.who, step.at) for step in row.log]


class Confirmation(BaseModel):
    """A dispatcher says that the incident is real."""

    language: Language = "zh"
    warn: bool = True
    """Also warn the driver by loudspeaker."""


class Dismissal(BaseModel):
    """A dispatcher says that it is not."""

    reason: str = Field(min_length=1, max_length=1000, pattern=r"\S")


class Resolution(BaseModel):
    """The incident is over."""

    note: str = Field("", max_length=1000)
