"""The missions room: plan files and sorties."""

import asyncio
import logging
from pathlib import Path

from gcs.bus import Topic
from gcs.db.base import Database
from gcs.fleet.drone import Drone
from gcs.fleet.errors import Refused
from gcs.fleet.hub import Fleet
from gcs.fleet.plan import FencePolygon, FlightPlan
from gcs.missions.checks import check, estimate
from gcs.missions.journal import SortieJournal
from gcs.missions.plan_file import PlanFileError, read_plan
from gcs.missions.preflight import problems
from gcs.missions.schemas import PlanOut, SortieOut, SortieRequest
from gcs.missions.sorties import ON_ALERT, Flight

log = logging.getLogger(__name__)


OWN_ORDERS = {"hold", "goto", "land", "return"}


class NotFound(Exception):
    """No plan or sortie of that name."""


class Missions:
    """Plans are read from `plans_dir/*.plan` each time they are asked for."""

    def __init__(self, fleet: Fleet, db: Database, plans_dir: Path) -> None:
        self.sorties: Topic[SortieOut] = Topic()
        self._fleet = fleet
        self._plans_dir = plans_dir
        self._journal = SortieJournal(db, self.sorties.publish)
        self._flights: dict[int, Flight] = {}
        """Newest sortie of each drone."""
        self._starting = asyncio.Lock()
        self._listener: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up the sorties that an earlier run left in flight."""
        for sortie, plan, held in await self._journal.unfinished():
            flight = Flight(sortie, plan, self._journal, held_for_alert=held)
            self._flights[sortie.drone] = flight
            flight.attach(self._heard(sortie.drone))
        self._listener = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Stop watching; drones fly on by themselves."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await asyncio.gather(*(flight.stop() for flight in self._flights.values()))

    def plans(self) -> list[PlanOut]:
        """Every plan file, the broken ones with what is wrong. Reads files: call it in a thread."""
        return [self._describe(path) for path in sorted(self._plans_dir.glob("*.plan"))]

    def plan(self, name: str) -> FlightPlan:
        """A plan fit to be flown. Raises NotFound, or Refused naming what is wrong with it. Reads a file."""
        path = self._plans_dir / f"{name}.plan"
        if path.parent != self._plans_dir or not path.is_file():
            raise NotFound(f"no plan {name!r}")
        try:
            plan = read_plan(path)
        except PlanFileError as error:
            raise Refused(str(error)) from error
        if errors := check(plan):
            raise Refused(f"{path.name}: {'; '.join(map(str, errors))}")
        return plan

    async def start_sortie(self, request: SortieRequest, by: str) -> SortieOut:
        """Send a drone on a plan; returns once it is decided, the rest is told by `sorties`.

        Raises UnknownDrone, NotFound, or Refused with every reason against it.
        """
        if not by.strip():
            raise Refused("a sortie needs the name of the person who wants it")
        drone = self._fleet.drone(request.drone)
        plan = await asyncio.to_thread(self.plan, request.plan)
        async with self._starting:
            flight = self._flights.get(request.drone)
            if flight is not None and not flight.ended:
                raise Refused(f"drone {request.drone} is in sortie {flight.sortie.id} ({flight.sortie.state})")
            if reasons := problems(drone.state, plan, loaded=False):
                raise Refused(f"drone {request.drone} can't be sent: {'; '.join(reasons)}")
            sortie = await self._journal.create(request, plan, by)
            flight = Flight(sortie, plan, self._journal)
            self._flights[request.drone] = flight
            flight.launch(drone)
        return sortie

    async def return_sortie(self, sortie_id: int, by: str) -> SortieOut:
        """Call it back. Raises NotFound, or Refused with the reason."""
        for flight in self._flights.values():
            if flight.sortie.id == sortie_id:
                return await flight.return_home(by)
        sortie = await self.sortie(sortie_id)
        raise Refused(f"sortie {sortie_id} is {sortie.state}: there is nothing to call back")

    async def hold_for_alert(self, drone: int, lat: float, lon: float) -> bool:
        """Pause the drone's sortie and look at a place (WGS-84 degrees).

        False when it flies no sortie, isn't on its plan, or its operator did not allow holding on alerts.
        """
        flight = self._flights.get(drone)
        return flight is not None and await flight.hold_for_alert(lat, lon)

    async def release(self, drone: int) -> bool:
        """Go on with the plan after `hold_for_alert`; False when the drone isn't held for an alert (any more)."""
        flight = self._flights.get(drone)
        return flight is not None and await flight.release()

    async def sortie(self, sortie_id: int) -> SortieOut:
        """Raises NotFound."""
        found = await self._journal.get(sortie_id)
        if found is None:
            raise NotFound(f"no sortie {sortie_id}")
        return found

    async def recent(self) -> list[SortieOut]:
        """The last 200 sorties, newest first."""
        return await self._journal.recent()

    def active(self) -> list[SortieOut]:
        """Sorties neither landed nor aborted."""
        return [flight.sortie for flight in self._flights.values() if not flight.ended]

    async def _listen(self) -> None:
        """An operator's own hold goes before the hold on an alert."""
        with self._fleet.commands.subscribe() as commands:
            async for record in commands:
                flight = self._flights.get(record.drone)
                theirs = record.state == "sent" and record.name in OWN_ORDERS and not record.by.endswith(ON_ALERT)
                if flight is not None and theirs:
                    await flight.overruled(record.by)

    async def _heard(self, system_id: int) -> Drone:
        with self._fleet.found.subscribe() as found:
            while system_id not in self._fleet.drones:
                await found.get()
        return self._fleet.drones[system_id]

    def _describe(self, path: Path) -> PlanOut:
        try:
            plan = read_plan(path)
        except PlanFileError as error:
            return PlanOut(
                name=path.stem,
                title=path.stem,
                valid=False,
                errors=error.errors,
                distance_m=None,
                duration_s=None,
                route=[],
                fence=None,
            )
        errors, flown = check(plan), estimate(plan)
        polygons = [shape for shape in plan.fence if isinstance(shape, FencePolygon) and shape.inclusion]
        return PlanOut(
            name=plan.name,
            title=plan.title,
            valid=not errors,
            errors=errors,
            distance_m=round(flown.distance_m, 1),
            duration_s=round(flown.duration_s, 1),
            route=flown.route,
            fence=[(c.lon_deg, c.lat_deg) for c in polygons[0].corners] if polygons else None,
        )
