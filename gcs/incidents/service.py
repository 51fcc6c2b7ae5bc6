"""The incidents room: reports in, one incident per real event out, and the steps people take on them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gcs.bus import Topic
from gcs.db.base import Database, utc_now
from gcs.geo import Origin
from gcs.incidents.evidence import Still, still_path
from gcs.incidents.lifecycle import FROM, NotFound, Outcome, Refused, State, Step, is_repeat, refusal
from gcs.incidents.models import Incident, IncidentLog
from gcs.incidents.place import DescribePlace
from gcs.incidents.reports import Report, Reports
from gcs.incidents.schemas import IncidentOut, incident_out, steps_taken
from gcs.people.schemas import Language
from gcs.rules.types import EventType, RuleEvent

WarnHook = Callable[[AsyncSession, IncidentOut, Language, str], Awaitable[Callable[[], Awaitable[None]]]]
"""(the confirming transaction, incident, language, by) -> what to call once that transaction is committed.

Whoever warns journals the request in that same transaction: the confirmation and the request stand or fall together.
"""


class Incidents:
    """Keeps the incidents. Every change is committed before anybody is told of it on `changes`."""

    def __init__(
        self,
        db: Database,
        data_dir: Path,
        origin: Origin,
        describe_place: DescribePlace,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.changes: Topic[IncidentOut] = Topic()
        self._db = db
        self._data_dir = data_dir
        self._clock = clock
        # Commits and announcements go in the same order.
        self._lock = asyncio.Lock()
        self._reports = Reports(db, data_dir, origin, describe_place, clock)
        self._warn_hook: WarnHook | None = None

    async def start(self) -> None:
        """Remember the incidents that new reports may belong to."""
        await self._reports.load()

    async def stop(self) -> None:
        """Nothing runs in the background; lets a change that is under way finish."""
        async with self._lock:
            pass

    def on_warn(self, hook: WarnHook) -> None:
        """Who takes the warnings that confirmations ask for."""
        self._warn_hook = hook

    # -- from the rules ------------------------------------------------------------------------------------------

    async def report(self, event: RuleEvent, still: Still | None = None, sortie_id: int | None = None) -> Report:
        """Take in what a rule saw: a new incident, or one already known seen again.

        `still` is the frame the event was seen in (one of another time is ignored); it is kept when the incident is
        new or has none yet.
        """
        async with self._lock:
            report, changed = await self._reports.take(event, still, sortie_id)
            if changed is not None:
                self.changes.publish(changed)
            return report

    # -- from people ---------------------------------------------------------------------------------------------

    async def acknowledge(self, incident_id: int, by: str) -> IncidentOut:
        """Somebody looks at it. Raises NotFound or Refused."""
        return await self._step(incident_id, "acknowledged", by)

    async def confirm(self, incident_id: int, by: str, language: Language = "zh", warn: bool = True) -> IncidentOut:
        """It is real; with `warn`, ask for a spoken warning too. Raises NotFound or Refused."""
        hook = self._warn_hook
        if warn and hook is None:
            raise Refused("this service has no loudspeaker: confirm without a warning")
        return await self._step(incident_id, "confirmed", by, warning=(hook, language) if warn and hook else None)

    async def dismiss(self, incident_id: int, by: str, reason: str) -> IncidentOut:
        """It is not real, or not an offence. Raises NotFound or Refused; ValueError without a reason."""
        if not reason.strip():
            raise ValueError("reason: say why the incident is dismissed")
        return await self._step(incident_id, "dismissed", by, note=reason.strip())

    async def resolve(self, incident_id: int, by: str, note: str = "") -> IncidentOut:
        """It is over. Raises NotFound or Refused."""
        return await self._step(incident_id, "resolved", by, note=note.strip())

    # -- from the loudspeaker ------------------------------------------------------------------------------------

    async def warned(self, incident_id: int, by: str, note: str) -> IncidentOut:
        """A warning asked for by `by` was spoken; its outcome is open again. Raises NotFound or Refused."""
        return await self._step(
            incident_id, "warned", by, note=note, values={"outcome": None, "left_after_s": None}, repeatable=True
        )

    async def record_outcome(
        self, incident_id: int, outcome: Outcome, left_after_s: float | None, note: str
    ) -> IncidentOut:
        """What the road user did after the warning; one that left is resolved. Raises NotFound or Refused."""
        values: dict[str, Any] = {"outcome": outcome, "left_after_s": left_after_s}
        if outcome == "left":
            values |= {"state": "resolved", "resolved_at": self._clock()}
        async with self._lock:
            async with self._db.session() as session:
                won = await _move(session, incident_id, frozenset({"warned"}), values)
                row = await _get(session, incident_id)
                if not won:
                    raise Refused(refusal(incident_id, "resolved", row.state, steps_taken(row)))
                self._note(row, "system", "outcome", note)
                if outcome == "left":
                    self._note(row, "system", "resolved", note)
                out = await _out(session, row)
            self._announce(out)
            return out

    # -- reading -------------------------------------------------------------------------------------------------

    async def get(self, incident_id: int) -> IncidentOut:
        """One incident. Raises NotFound."""
        async with self._db.session() as session:
            return incident_out(await _get(session, incident_id))

    async def find(
        self,
        states: list[State] | None = None,
        event_types: list[EventType] | None = None,
        drone: int | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[IncidentOut]:
        """Newest first. For the next page give the last id received as `before`."""
        query = select(Incident).order_by(Incident.id.desc()).limit(limit)
        if states:
            query = query.where(Incident.state.in_(states))
        if event_types:
            query = query.where(Incident.event_type.in_(event_types))
        if drone is not None:
            query = query.where(Incident.drone == drone)
        if before is not None:
            query = query.where(Incident.id < before)
        async with self._db.session() as session:
            return [incident_out(row) for row in await session.scalars(query)]

    async def still(self, incident_id: int) -> Path:
        """The evidence still. Raises NotFound when the incident or its still does not exist."""
        path = still_path(self._data_dir, incident_id)
        if not (await self.get(incident_id)).has_still or not path.exists():
            raise NotFound(f"incident {incident_id} has no still")
        return path

    # -- inside --------------------------------------------------------------------------------------------------

    async def _step(
        self,
        incident_id: int,
        step: Step,
        by: str,
        note: str = "",
        values: dict[str, Any] | None = None,
        repeatable: bool = False,
        warning: tuple[WarnHook, Language] | None = None,
    ) -> IncidentOut:
        if not by.strip():
            raise ValueError("by: every step needs a named person")
        async with self._lock:
            then: Callable[[], Awaitable[None]] | None = None
            async with self._db.session() as session:
                changes = {"state": step, f"{step}_at": self._clock()} | (values or {})
                won = await _move(session, incident_id, FROM[step], changes)
                row = await _get(session, incident_id)
                taken = steps_taken(row)
                if not won:
                    if not repeatable and is_repeat(step, taken, by):
                        return incident_out(row)
                    raise Refused(refusal(incident_id, step, row.state, taken))
                if step in ("confirmed", "dismissed") and row.acknowledged_at is None:
                    row.acknowledged_at = self._clock()
                    self._note(row, by, "acknowledged", "")
                self._note(row, by, step, note)
                out = await _out(session, row)
                if warning is not None:
                    hook, language = warning
                    then = await hook(session, out, language, by)
            self._announce(out)
        if then is not None:
            await then()
        return out

    def _note(self, row: Incident, who: str, action: str, note: str) -> None:
        row.log.append(IncidentLog(at=self._clock(), who=who, action=action, note=note))

    def _announce(self, out: IncidentOut) -> None:
        self._reports.remember(out)
        self.changes.publish(out)


async def _move(session: AsyncSession, incident_id: int, origin: frozenset[State], values: dict[str, Any]) -> bool:
    """Compare and set: of two who try at once, one wins, on any database. False when the state was another."""
    done = await session.execute(
        update(Incident)
        .where(Incident.id == incident_id, Incident.state.in_(origin))
        .values(**values)
        .returning(Incident.id)
    )
    return done.scalar_one_or_none() is not None


async def _get(session: AsyncSession, incident_id: int) -> Incident:
    row = await session.get(Incident, incident_id)
    if row is None:
        raise NotFound(f"there is no incident {incident_id}")
    return row


async def _out(session: AsyncSession, row: Incident) -> IncidentOut:
    await session.flush()
    return incident_out(row)
