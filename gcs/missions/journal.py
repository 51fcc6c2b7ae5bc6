"""Sorties in the database: each change with its line in the log, in one transaction."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from gcs.db.base import Database, utc_now
from gcs.fleet.plan import FlightPlan
from gcs.missions.models import Sortie, SortieEntry
from gcs.missions.schemas import ENDED, SortieOut, SortieRequest

RECENT = 200


class SortieJournal:
    """What happened to each sortie. `publish` is told of every change."""

    def __init__(self, db: Database, publish: Callable[[SortieOut], None]) -> None:
        self._db = db
        self._publish = publish

    async def create(self, request: SortieRequest, plan: FlightPlan, by: str) -> SortieOut:
        """A sortie in state `planned`."""
        sortie = Sortie(
            drone=request.drone,
            plan=request.plan,
            flight_plan=plan.model_dump(mode="json"),
            hold_on_alert=request.hold_on_alert,
            state="planned",
            by=by,
            log=[SortieEntry(who=by, text=f"fly {plan.title} with drone {request.drone}")],
        )
        async with self._db.session() as session:
            session.add(sortie)
        return self._told(sortie)

    async def change(self, sortie_id: int, who: str, text: str, **values: Any) -> SortieOut:
        """Set columns and add a line to the log."""
        async with self._db.session() as session:
            sortie = await session.get_one(Sortie, sortie_id)
            for name, value in values.items():
                setattr(sortie, name, value)
            sortie.log.append(SortieEntry(who=who, text=text[:1000], at=utc_now()))
        return self._told(sortie)

    async def get(self, sortie_id: int) -> SortieOut | None:
        """One sortie."""
        async with self._db.session() as session:
            sortie = await session.get(Sortie, sortie_id)
            return SortieOut.model_validate(sortie) if sortie is not None else None

    async def recent(self) -> list[SortieOut]:
        """The newest first."""
        async with self._db.session() as session:
            found = await session.scalars(select(Sortie).order_by(Sortie.id.desc()).limit(RECENT))
            return [SortieOut.model_validate(sortie) for sortie in found]

    async def unfinished(self) -> list[tuple[SortieOut, FlightPlan, bool]]:
        """(sortie, its plan, held for an alert) of those neither landed nor aborted."""
        async with self._db.session() as session:
            found = await session.scalars(select(Sortie).where(Sortie.state.not_in(ENDED)).order_by(Sortie.id))
            return [
                (SortieOut.model_validate(s), FlightPlan.model_validate(s.flight_plan), s.held_for_alert) for s in found
            ]

    def _told(self, sortie: Sortie) -> SortieOut:
        out = SortieOut.model_validate(sortie)
        self._publish(out)
        return out
