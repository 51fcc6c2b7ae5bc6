"""The loudspeaker room: warns on a named person's word, one warning at a time per drone, and watches what follows."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from gcs.bus import Topic
from gcs.db.base import Database, utc_now
from gcs.geo import Origin
from gcs.incidents.lifecycle import NotFound, Refused
from gcs.incidents.schemas import IncidentOut
from gcs.incidents.service import Incidents
from gcs.loudspeaker.audio import AudioError
from gcs.loudspeaker.clips import Clip, Clips
from gcs.loudspeaker.drivers import Speaker, SpeakerError, SpeakerOf
from gcs.loudspeaker.journal import Journal
from gcs.loudspeaker.messages import MessageLibrary
from gcs.loudspeaker.models import IN_FLIGHT, SpeechState
from gcs.loudspeaker.outcome import Thresholds
from gcs.loudspeaker.schemas import MessageOut, SpeechOut
from gcs.loudspeaker.speech import SpeechError
from gcs.loudspeaker.turns import Turns
from gcs.loudspeaker.watching import Watching
from gcs.people.schemas import Language
from gcs.perception.types import Scene

log = logging.getLogger(__name__)

COOL_DOWN = timedelta(seconds=60)
"""After a warning was spoken its incident is left alone for so long: the driver needs time to act."""
UPLOAD_S = 60.0
PLAY_MARGIN_S = 10.0
"""A clip that takes so much longer than it lasts is not being played."""
SILENCE_S = 3.0
PROGRESS_EVERY_S = 0.3


class Loudspeaker:
    """Speaks to road users. Never of its own accord, never without a name behind it."""

    def __init__(
        self,
        db: Database,
        data_dir: Path,
        origin: Origin,
        incidents: Incidents,
        speaker_of: SpeakerOf,
        library: MessageLibrary,
        thresholds: Thresholds | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.speeches: Topic[SpeechOut] = Topic()
        self._db = db
        self._incidents = incidents
        self._speaker_of = speaker_of
        self._library = library
        self._clock = clock
        self._clips = Clips(data_dir)
        self._journal = Journal(db, self.speeches, clock)
        self._turns = Turns(self._perform)
        self._watching = Watching(incidents, origin, thresholds or Thresholds())
        self._asking = asyncio.Lock()
        self._stopped_by: dict[int, str] = {}

    async def start(self) -> None:
        """Settle what the last run left unfinished, then take the warnings that confirmations ask for."""
        await self._journal.fail_unfinished()
        await self._watching.start()
        self._incidents.on_warn(self._journal_request)

    async def stop(self) -> None:
        """Fall silent and stop watching."""
        await self._turns.stop()
        await self._watching.stop()

    # -- asking --------------------------------------------------------------------------------------------------

    async def warn(self, incident_id: int, language: Language, by: str) -> SpeechOut:
        """Ask for a (further) warning; returns at once. Raises NotFound, Refused with the reason, ValueError."""
        if not by.strip():
            raise ValueError("by: a warning needs a named person")
        async with self._asking:
            incident = await self._incidents.get(incident_id)
            await self._refuse_if_untimely(incident)
            async with self._db.session() as session:
                speech = await self._add(session, incident, language, by)
            await self._line_up(speech)
            return speech

    async def stop_speech(self, speech_id: int, by: str) -> SpeechOut:
        """Silence a speech, or take it out of the line. Raises NotFound; Refused when it has ended."""
        speech = await self._journal.get(speech_id)
        if speech.state == "stopped":
            return speech
        if speech.state in IN_FLIGHT:
            self._stopped_by[speech_id] = by
            try:
                if not await self._turns.cut_short(speech_id):
                    await self._journal.step(speech_id, "stopped", error=f"stopped by {by}")
            finally:
                self._stopped_by.pop(speech_id, None)
            speech = await self._journal.get(speech_id)
        if speech.state != "stopped":
            raise Refused(f"speech {speech_id} has ended: {speech.state}")
        return speech

    async def speeches_of(self, incident_id: int) -> list[SpeechOut]:
        """An incident's speeches, oldest first. Raises NotFound."""
        await self._incidents.get(incident_id)
        return await self._journal.of_incident(incident_id)

    def messages(self) -> list[MessageOut]:
        """The message library."""
        return [MessageOut(id=m.id, zh=m.zh, en=m.en, recorded=self._clips.recorded(m.id)) for m in self._library.all]

    def observe(self, scene: Scene) -> None:
        """What a drone sees: tells whether the warned ones leave."""
        self._watching.observe(scene)

    async def _refuse_if_untimely(self, incident: IncidentOut) -> None:
        if incident.state not in ("confirmed", "warned"):
            raise Refused(f"incident {incident.id} is {incident.state}: only a confirmed one is warned")
        last = next(reversed(await self._journal.of_incident(incident.id)), None)
        if last is not None and last.state in IN_FLIGHT:
            raise Refused(f"incident {incident.id} is being warned already, asked for by {last.by}")
        if last is not None and last.state == "done" and last.ended_at is not None:
            wait_s = (last.ended_at + COOL_DOWN - self._clock()).total_seconds()
            if wait_s > 0:
                raise Refused(f"incident {incident.id} was just warned: wait {wait_s:.0f} s for the driver to act")
        if self._turns.full(incident.drone):
            raise Refused(f"too many warnings wait for drone {incident.drone}")
        try:
            self._speaker_of(incident.drone)
        except SpeakerError as error:
            raise Refused(str(error)) from error

    async def _journal_request(
        self, session: AsyncSession, incident: IncidentOut, language: Language, by: str
    ) -> Callable[[], Awaitable[None]]:
        speech = await self._add(session, incident, language, by)
        return lambda: self._line_up(speech)

    async def _add(self, session: AsyncSession, incident: IncidentOut, language: Language, by: str) -> SpeechOut:
        text = self._library[incident.event_type].fill(incident, language)
        return await self._journal.add(session, incident.id, incident.drone, language, text, by)

    # -- speaking ------------------------------------------------------------------------------------------------

    async def _line_up(self, speech: SpeechOut) -> None:
        self.speeches.publish(speech)
        if not self._turns.join(speech.drone, speech.id):
            await self._journal.step(speech.id, "failed", error=f"too many warnings wait for drone {speech.drone}")

    async def _perform(self, speech_id: int) -> None:
        """One speech from its turn on. However it ends, that is journaled."""
        speech = await self._journal.get(speech_id)
        try:
            if await self._journal.step(speech_id, "encoding") is None:
                return  # stopped while it waited
            speaker = self._speaker_of(speech.drone)
            incident = await self._incidents.get(speech.incident_id)
            clip = await self._clips.get(incident.event_type, speech.language, speech.text)
            await self._journal.step(speech_id, "upload")
            await self._follow(speech_id, "upload", speaker.upload(clip.path), UPLOAD_S)
            await self._journal.step(speech_id, "play", play_started_at=self._clock())
            await self._play(speech, speaker, clip)
        except (SpeakerError, SpeechError, AudioError, OSError) as error:
            await self._journal.step(speech_id, "failed", error=str(error))
        except asyncio.CancelledError:
            by = self._stopped_by.get(speech_id)
            if by is not None:
                await self._journal.step(speech_id, "stopped", error=f"stopped by {by}")
            else:
                await self._journal.step(speech_id, "failed", error="the service was stopped")
            raise
        else:
            finishing = asyncio.create_task(self._spoken(speech))
            try:
                await asyncio.shield(finishing)
            except asyncio.CancelledError:  # what was spoken is always written down
                await finishing
                raise

    async def _play(self, speech: SpeechOut, speaker: Speaker, clip: Clip) -> None:
        try:
            news = speaker.play(clip.md5, speech.by)
            await self._follow(speech.id, "play", news, clip.duration_s + PLAY_MARGIN_S)
        except (asyncio.CancelledError, _TookTooLong):  # it may still be speaking
            by = self._stopped_by.get(speech.id, speech.by)
            with suppress(SpeakerError, TimeoutError):
                await asyncio.wait_for(speaker.stop(by), SILENCE_S)
            raise

    async def _follow(
        self, speech_id: int, step: SpeechState, news: AsyncGenerator[float, None], limit_s: float
    ) -> None:
        told, loop = -PROGRESS_EVERY_S, asyncio.get_running_loop()
        try:
            async with asyncio.timeout(limit_s), aclosing(news):
                async for progress in news:
                    if loop.time() - told >= PROGRESS_EVERY_S:
                        told = loop.time()
                        await self._journal.step(speech_id, step, progress)
        except TimeoutError:
            raise _TookTooLong(f"{step}: not finished within {limit_s:.0f} s") from None

    async def _spoken(self, speech: SpeechOut) -> None:
        done = await self._journal.step(speech.id, "done", 1.0)
        if done is None or done.ended_at is None:
            return
        try:
            incident = await self._incidents.warned(
                speech.incident_id, speech.by, f"speech {speech.id}, {speech.language}, drone {speech.drone}"
            )
        except (Refused, NotFound) as error:
            log.info("speech %d: nobody is watched: %s", speech.id, error)
        else:
            self._watching.begin(incident, done.ended_at.timestamp())


class _TookTooLong(SpeakerError):
    """Nothing went wrong that the loudspeaker told of, but it does not come to an end."""
