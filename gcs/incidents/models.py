"""Incidents and their log."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gcs.db.base import Base, UtcDateTime
from gcs.incidents.lifecycle import Outcome, State
from gcs.rules.types import EventType


class Incident(Base):
    """One real event on the road."""

    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_state_last_seen", "state", "last_seen_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_type: Mapped[EventType] = mapped_column(String(32), index=True)
    state: Mapped[State] = mapped_column(String(16), default="new")
    severity: Mapped[str] = mapped_column(String(16))
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the condition began to hold, by capture time."""
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lat_deg: Mapped[float]
    lon_deg: Mapped[float]
    position_sigma_m: Mapped[float]
    road_id: Mapped[str] = mapped_column(String(64))
    road_name_zh: Mapped[str] = mapped_column(String(128))
    road_name_en: Mapped[str] = mapped_column(String(128))
    direction: Mapped[str] = mapped_column(String(32))
    lane_type: Mapped[str] = mapped_column(String(16))
    lane_id: Mapped[str] = mapped_column(String(64))
    chainage_m: Mapped[float]
    speed_mps: Mapped[float]
    drone: Mapped[int] = mapped_column(index=True)
    sortie_id: Mapped[int | None]
    track_id: Mapped[int]
    vehicle_cls: Mapped[str] = mapped_column(String(20))
    vehicle_colour: Mapped[str | None] = mapped_column(String(10))
    """Only when the still leaves no doubt."""
    reason_zh: Mapped[str] = mapped_column(Text)
    reason_en: Mapped[str] = mapped_column(Text)
    still_captured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    still_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the JPEG, so that a changed picture shows."""
    repeat_of: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    """The incident that left this place shortly before."""
    outcome: Mapped[Outcome | None] = mapped_column(String(8))
    left_after_s: Mapped[float | None]
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dismissed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the last warning had been spoken."""
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    log: Mapped[list["IncidentLog"]] = relationship(
        order_by="IncidentLog.id", cascade="all, delete-orphan", lazy="selectin"
    )


class IncidentLog(Base):
    """One step of an incident."""

    __tablename__ = "incident_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(16))
    """reported, also_seen, acknowledged, confirmed, dismissed, warned, outcome, resolved, still_missing."""
    note: Mapped[str] = mapped_column(Text, default="")
