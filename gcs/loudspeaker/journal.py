"""The journal of speeches: every step is committed, then told."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gcs.bus import Topic
from gcs.db.base import Database
from gcs.incidents.lifecycle import NotFound
from gcs.loudspeaker.models import IN_FLIGHT, Speech, SpeechState
from gcs.loudspeaker.schemas import SpeechOut
from gcs.people.schemas import Language


class Journal:
    """Speeches in the database. Those that have ended never change again."""

    def __init__(self, db: Database, speeches: Topic[SpeechOut], clock: Callable[[], datetime]) -> None:
        self._db = db
        self._speeches = speeches
        self._clock = clock

    async def add(
        self, session: AsyncSession, incident_id: int, drone: int, language: Language, text: str, by: str
    ) -> SpeechOut:
        """A new request, inside the caller's transaction; the caller tells of it once that is committed."""
        row = Speech(
            incident_id=incident_id,
            drone=drone,
            language=language,
            text=text,
            state="download",
            by=by,
            started_at=self._clock(),
        )
        session.add(row)
        await session.flush()
        return SpeechOut.model_validate(row)

    async def step(self, speech_id: int, state: SpeechState, progress: float = 0.0, **values: Any) -> SpeechOut | None:
        """Write a step down and tell it; None when the speech has ended already."""
        if state not in IN_FLIGHT:
            values["ended_at"] = self._clock()
        async with self._db.session() as session:
            row = await session.scalar(
                update(Speech)
                .where(Speech.id == speech_id, Speech.state.in_(IN_FLIGHT))
                .values(state=state, progress=progress, **values)
                .returning(Speech)
            )
            out = SpeechOut.model_validate(row) if row is not None else None
        if out is not None:
            self._speeches.publish(out)
        return out

    async def get(self, speech_id: int) -> SpeechOut:
        """One speech. Raises NotFound."""
        async with self._db.session() as session:
            row = await session.get(Speech, speech_id)
            if row is None:
                raise NotFound(f"there is no speech {speech_id}")
            return SpeechOut.model_validate(row)

    async def of_incident(self, incident_id: int) -> list[SpeechOut]:
        """An incident's speeches, oldest first."""
        query = select(Speech).where(Speech.incident_id == incident_id).order_by(Speech.id)
        async with self._db.session() as session:
            return [SpeechOut.model_validate(row) for row in await session.scalars(query)]

    async def fail_unfinished(self) -> None:
        """What was under way when the service died is over: nobody speaks minutes later without being asked again."""
        async with self._db.session() as session:
            rows = list(await session.scalars(select(Speech).where(Speech.state.in_(IN_FLIGHT))))
        for row in rows:
            when = "while speaking" if row.state == "play" else "before speaking"
            await self.step(row.id, "failed", row.progress, error=f"service restarted {when}")
