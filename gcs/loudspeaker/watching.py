"""Watching warned road users until it is known what they did."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import cast

from gcs.geo import Origin
from gcs.incidents.lifecycle import NotFound, Refused
from gcs.incidents.schemas import IncidentOut
from gcs.incidents.service import Incidents
from gcs.loudspeaker.outcome import Judge, Subject, Thresholds
from gcs.perception.types import LaneType, Scene

log = logging.getLogger(__name__)

LATE_FRAMES_S = 2.0
"""Frames captured before the deadline may still be on their way through the detector."""


@dataclass(slots=True, eq=False)
class _Watch:
    judge: Judge
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None


class Watching:
    """One watch for each warned incident; a new warning starts it anew."""

    def __init__(self, incidents: Incidents, origin: Origin, thresholds: Thresholds) -> None:
        self._incidents = incidents
        self._origin = origin
        self._thresholds = thresholds
        self._watches: dict[int, _Watch] = {}

    async def start(self) -> None:
        """Whoever was watched when the service died: nobody knows."""
        for incident in await self._incidents.find(states=["warned"], limit=500):
            if incident.outcome is None:
                await self._incidents.record_outcome(
                    incident.id, "unknown", None, "the service restarted while watching"
                )

    async def stop(self) -> None:
        """Stop watching."""
        tasks = [watch.task for watch in self._watches.values() if watch.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def begin(self, incident: IncidentOut, warned_unix_s: float) -> None:
        """Watch what the road user of this incident does from now on."""
        x_m, y_m = self._origin.to_enu(incident.lat_deg, incident.lon_deg)
        subject = Subject(
            event_type=incident.event_type,
            x_m=x_m,
            y_m=y_m,
            lane_type=cast(LaneType, incident.lane_type),
            drone=incident.drone,
            track_id=incident.track_id,
            warned_unix_s=warned_unix_s,
        )
        earlier = self._watches.get(incident.id)
        if earlier is not None and earlier.task is not None:
            earlier.task.cancel()
        watch = self._watches[incident.id] = _Watch(Judge(subject, self._thresholds))
        watch.task = asyncio.create_task(self._run(incident.id, watch))

    def observe(self, scene: Scene) -> None:
        """Show a scene to everybody who watches."""
        for watch in self._watches.values():
            if watch.judge.observe(scene) is not None:
                watch.decided.set()

    async def _run(self, incident_id: int, watch: _Watch) -> None:
        try:
            try:
                await asyncio.wait_for(watch.decided.wait(), self._thresholds.deadline_s + LATE_FRAMES_S)
            except TimeoutError:
                log.info("incident %d: the time to leave is up", incident_id)
            verdict = watch.judge.at_deadline()
            await self._incidents.record_outcome(incident_id, verdict.outcome, verdict.left_after_s, verdict.why)
        except (Refused, NotFound) as error:
            log.info("incident %d: outcome not recorded: %s", incident_id, error)
        finally:
            if self._watches.get(incident_id) is watch:
                del self._watches[incident_id]
