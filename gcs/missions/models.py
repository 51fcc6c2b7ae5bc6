"""Sorties and their logs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gcs.db.base import Base, UtcDateTime, utc_now


class SortieEntry(Base):
    """One line of a sortie's log."""

    __tablename__ = "sortie_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    sortie_id: Mapped[int] = mapped_column(ForeignKey("sorties.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    who: Mapped[str] = mapped_column(String(128))
    text: Mapped[str] = mapped_column(String(1000))


class Sortie(Base):
    """A plan flown by a drone for a named person."""

    __tablename__ = "sorties"

    id: Mapped[int] = mapped_column(primary_key=True)
    drone: Mapped[int] = mapped_column(index=True)
    plan: Mapped[str] = mapped_column(String(128))
    flight_plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The plan as it was uploaded: its file may change later."""
    hold_on_alert: Mapped[bool]
    held_for_alert: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str | None] = mapped_column(String(1000))
    by: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    airborne_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    landed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    log: Mapped[list[SortieEntry]] = relationship(order_by=SortieEntry.id, lazy="selectin")
