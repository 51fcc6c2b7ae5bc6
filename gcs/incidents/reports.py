"""Taking rule events in: stores a new incident, or the news of one already known."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from gcs.db.base import Database
from gcs.geo import Origin
from gcs.incidents.colour import vehicle_colour
from gcs.incidents.evidence import Still, render_still, still_path, write_atomically
from gcs.incidents.lifecycle import OPEN_STATES
from gcs.incidents.models import Incident, IncidentLog
from gcs.incidents.place import DescribePlace, Place, format_chainage
from gcs.incidents.sameness import Known, Sighting, choose, takes_over
from gcs.incidents.schemas import IncidentOut, incident_out
from gcs.rules.types import RuleEvent, Text

log = logging.getLogger(__name__)

MEMORY = timedelta(hours=1)
"""Incidents neither seen nor closed for longer are not compared with new reports."""
NEWS_EVERY_S = 2.0
"""An incident that goes on is written and announced this often, though rules see it in every frame."""
SAME_FRAME_S = 0.5
"""A picture further from the event's capture time would show the box beside the vehicle: it is not kept."""
SEVERITIES = ("info", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a rule event."""

    incident_id: int
    is_new: bool


@dataclass(slots=True)
class _Followed(Known):
    """A known incident, and what was last written of it."""

    written_t_unix_s: float = 0.0
    severity: str = "info"
    has_still: bool = False
    drones: frozenset[int] = frozenset()


class Reports:
    """Not safe for concurrent calls: the incidents room serialises them."""

    def __init__(
        self,
        db: Database,
        data_dir: Path,
        origin: Origin,
        describe_place: DescribePlace,
        clock: Callable[[], datetime],
    ) -> None:
        self._db = db
        self._data_dir = data_dir
        self._origin = origin
        self._describe_place = describe_place
        self._clock = clock
        self._known: dict[int, _Followed] = {}

    async def load(self) -> None:
        """Remember what was seen or closed lately, as the database has it."""
        since = self._clock() - MEMORY
        query = select(Incident).where((Incident.last_seen_at > since) | (Incident.resolved_at > since))
        async with self._db.session() as session:
            self._known = {row.id: _followed(row) for row in await session.scalars(query)}

    def remember(self, out: IncidentOut) -> None:
        """Take note of a step somebody took."""
        if known := self._known.get(out.id):
            closed_at = out.resolved_at or out.dismissed_at
            known.state = out.state
            known.closed_unix_s = closed_at.timestamp() if closed_at else None
            known.left = out.outcome == "left"

    async def take(
        self, event: RuleEvent, still: Still | None, sortie_id: int | None
    ) -> tuple[Report, IncidentOut | None]:
        """Store the event; also returns the incident to announce, None when there is nothing new to say yet."""
        if still is not None and abs(still.t_capture_unix_s - event.t_unix_s) > SAME_FRAME_S:
            still = None
        place, place_note = self._place(event)
        seen = Sighting(
            event_type=event.event_type,
            road_id=place.road_id,
            direction=place.direction,
            chainage_m=event.lane.chainage_m,
            speed_mps=event.user.speed_mps,
            drone=event.drone_id,
            track_id=event.user.track_id,
            t_unix_s=event.t_unix_s,
        )
        choice = choose(self._known.values(), seen)
        if choice.same is None:
            out = await self._create(event, seen, place, place_note, still, sortie_id, choice.repeat_of)
            return Report(out.id, is_new=True), out
        return Report(choice.same, is_new=False), await self._go_on(choice.same, event, seen, still, sortie_id)

    async def _create(
        self,
        event: RuleEvent,
        seen: Sighting,
        place: Place,
        place_note: str,
        still: Still | None,
        sortie_id: int | None,
        repeat_of: int | None,
    ) -> IncidentOut:
        self._forget_old(seen.t_unix_s)
        row = Incident(
            event_type=event.event_type,
            state="new",
            severity=event.severity,
            first_seen_at=_utc(event.since_unix_s),
            last_seen_at=_utc(event.t_unix_s),
            road_id=place.road_id,
            road_name_zh=place.road_name.zh,
            road_name_en=place.road_name.en,
            direction=place.direction,
            repeat_of=repeat_of,
        )
        self._place_at(row, event, sortie_id)
        notes = [place_note] if place_note else []
        if repeat_of is not None:
            notes.append(f"repeat of incident {repeat_of}")
        row.log.append(self._row(f"drone {event.drone_id}", "reported", "; ".join(notes)))
        async with self._db.session() as session:
            session.add(row)
        self._known[row.id] = _followed(row)
        return await self._keep_still(row.id, still, event) or incident_out(row)

    async def _go_on(
        self, incident_id: int, event: RuleEvent, seen: Sighting, still: Still | None, sortie_id: int | None
    ) -> IncidentOut | None:
        known = self._known[incident_id]
        follows = takes_over(known, seen)
        known.last_t_unix_s = max(known.last_t_unix_s, seen.t_unix_s)
        if follows:
            known.seen = seen
        worse = SEVERITIES.index(event.severity) > SEVERITIES.index(known.severity)
        needs_still = still is not None and not known.has_still and follows
        due = seen.t_unix_s - known.written_t_unix_s >= NEWS_EVERY_S
        if not (due or worse or needs_still or seen.drone not in known.drones):
            return None
        async with self._db.session() as session:
            row = await session.get_one(Incident, incident_id)
            row.last_seen_at = max(row.last_seen_at, _utc(known.last_t_unix_s))
            if worse:
                row.severity = event.severity
            if seen.drone not in known.drones:
                row.log.append(self._row(f"drone {seen.drone}", "also_seen", ""))
            if follows and row.state in OPEN_STATES:
                self._place_at(row, event, sortie_id)
            await session.flush()
            out = incident_out(row)
        known.written_t_unix_s = known.last_t_unix_s
        known.severity = out.severity
        known.drones |= {seen.drone}
        return (await self._keep_still(incident_id, still, event) if needs_still else None) or out

    async def _keep_still(self, incident_id: int, still: Still | None, event: RuleEvent) -> IncidentOut | None:
        """Store the picture. An incident is never lost for want of one: what went wrong is logged on it instead."""
        if still is None:
            return None
        lat, lon = self._origin.to_wgs84(event.user.x_m, event.user.y_m)
        caption = f"drone {event.drone_id}  {event.event_type}  {lat:.6f}, {lon:.6f}"
        caption += f"  {format_chainage(event.lane.chainage_m)}"
        path, problem, digest, colour = still_path(self._data_dir, incident_id), "", None, None
        try:
            jpeg = await asyncio.to_thread(render_still, still, event.user.box, caption)
            colour = vehicle_colour(still.image, event.user.box)
            digest = await asyncio.to_thread(write_atomically, path, jpeg)
        except (OSError, ValueError) as error:
            problem = f"the still could not be kept: {error}"
            log.error("incident %d: %s", incident_id, problem)
        async with self._db.session() as session:
            row = await session.get_one(Incident, incident_id)
            if digest is not None:
                row.still_captured_at, row.still_sha256 = _utc(still.t_capture_unix_s), digest
                row.vehicle_colour = colour
            else:
                row.log.append(self._row("system", "still_missing", problem))
            await session.flush()
            # A still that failed is not tried again in every frame.
            self._known[incident_id].has_still = True
            return incident_out(row)

    def _place_at(self, row: Incident, event: RuleEvent, sortie_id: int | None) -> None:
        """Move the incident to where its road user is now, as seen by the drone that sees it now."""
        user, lane = event.user, event.lane
        row.lat_deg, row.lon_deg = self._origin.to_wgs84(user.x_m, user.y_m)
        row.position_sigma_m = user.position_sigma_m
        row.lane_type, row.lane_id, row.chainage_m = lane.lane_type, lane.lane_id, lane.chainage_m
        row.speed_mps = user.speed_mps
        row.drone, row.sortie_id = event.drone_id, sortie_id
        row.track_id, row.vehicle_cls = user.track_id, user.cls
        row.reason_zh, row.reason_en = event.reason.zh, event.reason.en

    def _place(self, event: RuleEvent) -> tuple[Place, str]:
        try:
            return self._describe_place(event.lane.lane_id, event.lane.chainage_m), ""
        except LookupError:
            unknown = Place(event.lane.lane_id, Text(zh="未知道路", en="unknown road"), "")
            return unknown, f"the road map has no lane {event.lane.lane_id!r}"

    def _row(self, who: str, action: str, note: str) -> IncidentLog:
        return IncidentLog(at=self._clock(), who=who, action=action, note=note)

    def _forget_old(self, now_unix_s: float) -> None:
        oldest = now_unix_s - MEMORY.total_seconds()
        self._known = {
            i: known for i, known in self._known.items() if max(known.last_t_unix_s, known.closed_unix_s or 0) > oldest
        }


def _followed(row: Incident) -> _Followed:
    closed_at = row.resolved_at or row.dismissed_at
    seen_unix_s = row.last_seen_at.timestamp()
    return _Followed(
        incident_id=row.id,
        state=row.state,
        seen=Sighting(
            event_type=row.event_type,
            road_id=row.road_id,
            direction=row.direction,
            chainage_m=row.chainage_m,
            speed_mps=row.speed_mps,
            drone=row.drone,
            track_id=row.track_id,
            t_unix_s=seen_unix_s,
        ),
        last_t_unix_s=seen_unix_s,
        closed_unix_s=closed_at.timestamp() if closed_at else None,
        left=row.outcome == "left",
        written_t_unix_s=seen_unix_s,
        severity=row.severity,
        has_still=row.still_captured_at is not None,
        drones=frozenset({row.drone} | {int(step.who.split()[1]) for step in row.log if step.who.startswith("drone ")}),
    )


def _utc(t_unix_s: float) -> datetime:
    return datetime.fromtimestamp(t_unix_s, UTC)
