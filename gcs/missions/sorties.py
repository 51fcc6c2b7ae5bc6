"""One sortie: sent, watched until it has landed, held for alerts, found again after a restart."""

import asyncio
import logging
import time
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

from mavsdk.exceptions import MavsdkError

from gcs.db.base import utc_now
from gcs.fleet.drone import Drone
from gcs.fleet.errors import FleetError, Refused
from gcs.fleet.plan import FlightPlan
from gcs.fleet.schemas import DroneState
from gcs.missions.checks import first_gimbal_pitch_deg, gimbal_pitch_deg
from gcs.missions.journal import SortieJournal
from gcs.missions.launch import accepted, arm, enter_mission, leave_ground, stands
from gcs.missions.looking import keep_looking
from gcs.missions.observe import BY_MODE, observe
from gcs.missions.preflight import problems, set_failsafes
from gcs.missions.schemas import ENDED, IN_FLIGHT, SortieOut, SortieState

log = logging.getLogger(__name__)

SERVICE = "service"
ON_ALERT = " (hold on alert)"
"""After the name of the person who allowed it."""
MODE_S = 5.0
SETTLE_S = 3.0
HEARD_S = 3.0
RETRY_S = 2.0


class Flight:
    """Runs one sortie in a task of its own until it has landed or was aborted."""

    def __init__(
        self, sortie: SortieOut, plan: FlightPlan, journal: SortieJournal, *, held_for_alert: bool = False
    ) -> None:
        self.sortie = sortie
        self.plan = plan
        self.held_for_alert = held_for_alert
        self.drone: Drone | None = None
        self._journal = journal
        self._settled_s = 0.0
        """Until when (monotonic) telemetry may lag behind the last order."""
        self._mode: str | None = None
        self._gimbal_deg: float | None = None
        self._gimbal_task: asyncio.Task[None] | None = None
        self._look_task: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._alert = asyncio.Lock()
        self._let_go = held_for_alert
        """The service restarted during a hold: who would have ended it is gone, so it ends."""

    @property
    def ended(self) -> bool:
        """Landed or aborted."""
        return self.sortie.state in ENDED

    def launch(self, drone: Drone) -> None:
        """Send the drone: upload, check, authorise, arm, start; then watch."""
        self._task = asyncio.create_task(self._with(drone, self._launch(drone)))

    def attach(self, found: Awaitable[Drone]) -> None:
        """After a restart of the service: find the drone, and go on if it still flies this plan."""

        async def run() -> None:
            drone = await self._find(found)
            await self._with(drone, self._take_up(drone))

        self._task = asyncio.create_task(run())

    async def stop(self) -> None:
        """Stop watching; the sortie goes on and is found again."""
        tasks = [task for task in (self._task, self._gimbal_task, self._look_task) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def return_home(self, by: str) -> SortieOut:
        """Order the return. Raises Refused with the reason."""
        if self.sortie.state not in ("flying", "holding") or self.drone is None:
            raise Refused(f"sortie {self.sortie.id} is {self.sortie.state}: there is nothing to call back")
        self.held_for_alert, self._gimbal_deg = False, None  # nothing goes on by itself from here
        async with self._alert:  # a resume that is under way ends first: the person has the last word
            accepted(await self.drone.return_to_launch(by))
            await self._ordered("returning", by, "called back", held_for_alert=False)
        return self.sortie

    async def hold_for_alert(self, lat_deg: float, lon_deg: float) -> bool:
        """Pause over the road and look at the place; False when the sortie isn't flying its plan or may not be held."""
        drone, sortie = self.drone, self.sortie
        if drone is None or not sortie.hold_on_alert or sortie.state != "flying" or self._alert.locked():
            return False
        if drone.state.landed_state != "IN_AIR":
            return False  # still climbing from the ground
        async with self._alert:
            who = sortie.by + ON_ALERT
            try:
                accepted(await drone.pause(who))
                where = f"hold to look at {lat_deg:.6f}, {lon_deg:.6f}"
                self.held_for_alert = True
                await self._ordered("holding", who, where, held_for_alert=True)
                home = drone.state.home
                ground_m = home.alt_amsl_m if home else 0.0
                looking = keep_looking(drone, lat_deg, lon_deg, ground_m, who, lambda: self.held_for_alert)
                self._look_task = asyncio.create_task(looking)
            except FleetError as error:
                await self._note(SERVICE, f"hold on alert: {error}")
            return self.held_for_alert

    async def release(self) -> bool:
        """Look where the plan says and go on with it; False when it wasn't held for an alert."""
        drone = self.drone
        if drone is None:
            return False
        async with self._alert:
            if not self._held():  # asked with the lock: it may have been called back or taken over meanwhile
                return False
            who = self.sortie.by + ON_ALERT
            try:
                accepted(await drone.resume(who))
            except FleetError as error:
                await self._note(SERVICE, f"going on after the alert: {error}")
                return False
            await self._ordered("flying", who, "go on with the plan")
            return True

    def _held(self) -> bool:
        return self.held_for_alert and self.sortie.state == "holding"

    async def overruled(self, by: str) -> None:
        """Somebody gave the drone an order of their own while it was held for an alert: the hold is theirs now."""
        if self.held_for_alert:
            self.held_for_alert, self._gimbal_deg = False, None
            await self._note(by, "took over from the hold on alert", held_for_alert=False)

    # --- the task ---------------------------------------------------------------------------------------------------

    async def _with(self, drone: Drone, body: Awaitable[None]) -> None:
        self.drone, drone.sortie_id = drone, self.sortie.id
        try:
            await body
        except Exception as error:
            log.exception("sortie %d failed", self.sortie.id)
            if stands(drone.state):
                await self._abort(drone, f"the service failed: {type(error).__name__}")
            else:
                await self._watch(drone)
        finally:
            drone.sortie_id = None

    async def _launch(self, drone: Drone) -> None:
        by, sent = self.sortie.by, False
        try:
            accepted(await drone.upload(self.plan, by))
            await self._pass_preflight(drone)
            await self._move("checked", SERVICE, "mission and fence loaded and read back, preflight passed")
            changed = await set_failsafes(drone, by)
            await self._move("authorised", by, "; ".join(["authorised", *changed]))
            await self._first_aim(drone)
            sent = True
            await arm(drone, by)
            await enter_mission(drone, by)
            await leave_ground(drone)
        except FleetError as error:
            if not sent or stands(drone.state):
                await self._abort(drone, str(error))
                return
            await self._move("lost", SERVICE, str(error), reason=str(error))  # it may be in the air
        await self._watch(drone)

    async def _pass_preflight(self, drone: Drone) -> None:
        """Raises Refused. What the autopilot says of a mission just loaded takes a moment to change."""
        with suppress(TimeoutError):
            await drone.until(lambda s: not problems(s, self.plan, loaded=True), SETTLE_S)
            return
        raise Refused("; ".join(problems(drone.state, self.plan, loaded=True)))

    async def _watch(self, drone: Drone) -> None:
        with drone.changes.subscribe(4) as changes:
            seen = drone.state
            while True:
                try:
                    await self._see(drone, seen)
                except Exception:  # the database, perhaps: the drone flies on, so does the watch
                    log.exception("sortie %d: could not take in what the drone does", self.sortie.id)
                    await asyncio.sleep(RETRY_S)
                if self.ended:
                    return
                seen = await changes.get()

    async def _see(self, drone: Drone, seen: DroneState) -> None:
        change = observe(self.sortie.state, self.sortie.airborne_at is not None, seen)
        if change is None or change[0] == "lost":
            self._settled_s = 0.0
        elif change[0] in IN_FLIGHT and time.monotonic() < self._settled_s:
            return  # the heartbeat that shows what was ordered comes once a second
        if change is not None:
            await self._told(drone, *change)
        if seen.live and seen.flight_mode is not None and seen.flight_mode != self._mode:
            self._mode = seen.flight_mode
            if self._mode not in BY_MODE and self.sortie.state in IN_FLIGHT:
                await self._note(drone.name, f"flight mode {self._mode}: a pilot has taken over")
        if self.sortie.state == "flying" and seen.live and seen.mission is not None:
            self._follow_gimbal(drone, seen.mission.current)
        if self._let_go and self.sortie.state == "holding":
            self._let_go = False
            await self.release()

    async def _told(self, drone: Drone, state: SortieState, why: str) -> None:
        extra: dict[str, Any] = {"landed_at": utc_now()} if state == "landed" else {}
        if state in ("lost", "aborted"):
            extra["reason"] = why
        if state in ("flying", "holding", "returning") and self.sortie.airborne_at is None:
            extra["airborne_at"], why = utc_now(), "airborne"
        who = SERVICE if state in ("lost", "landed") else drone.name
        await self._move(state, who, why, **extra)

    def _follow_gimbal(self, drone: Drone, current: int) -> None:
        """A vehicle without a gimbal manager of its own passes over the plan's gimbal items: command them from here."""
        pitch_deg = gimbal_pitch_deg(self.plan, current)
        busy = self._gimbal_task is not None and not self._gimbal_task.done()
        if pitch_deg is None or pitch_deg == self._gimbal_deg or busy or not drone.has_gimbal:
            return
        self._gimbal_deg = pitch_deg
        self._gimbal_task = asyncio.create_task(self._aim(drone, pitch_deg))

    async def _first_aim(self, drone: Drone) -> None:
        pitch_deg = first_gimbal_pitch_deg(self.plan)
        if pitch_deg is not None and drone.has_gimbal:
            self._gimbal_deg = pitch_deg
            await self._aim(drone, pitch_deg)

    async def _aim(self, drone: Drone, pitch_deg: float) -> None:
        try:
            accepted(await drone.point_gimbal(pitch_deg, 0.0, self.sortie.by))
        except FleetError as error:
            await self._note(SERVICE, f"the gimbal was not pointed to {pitch_deg:.0f} degrees: {error}")

    async def _find(self, found: Awaitable[Drone]) -> Drone:
        waiting = asyncio.ensure_future(found)
        done, _ = await asyncio.wait([waiting], timeout=HEARD_S)
        if not done:
            await self._lose()
        return await waiting

    async def _lose(self) -> None:
        if self.sortie.state in IN_FLIGHT and self.sortie.state != "lost":
            reason = "the drone has not been heard since the service restarted"
            await self._move("lost", SERVICE, reason, reason=reason)

    async def _take_up(self, drone: Drone) -> None:
        if await self._still_flies(drone):
            await self._watch(drone)

    async def _still_flies(self, drone: Drone) -> bool:
        """Whether to go on watching. Waits until the drone tells enough."""
        while True:
            try:
                seen = await drone.until(
                    lambda s: s.live and s.armed is not None and s.landed_state is not None, HEARD_S
                )
            except TimeoutError:
                await self._lose()
                continue
            if seen.landed_state == "ON_GROUND" and not seen.armed:
                break
            try:
                same = await drone.flies(self.plan)
            except MavsdkError:
                await asyncio.sleep(RETRY_S)
                continue
            if not same:
                reason = "after the service's restart the drone was found flying another mission"
                await self._move("aborted", SERVICE, reason, reason=reason)
                return False
            extra = {} if self.sortie.airborne_at else {"airborne_at": utc_now()}
            await self._note(SERVICE, "the service restarted: the drone still flies this plan", **extra)
            return True
        if self.sortie.airborne_at is None:
            reason = "the service restarted before it took off"
            await self._move("aborted", SERVICE, reason, reason=reason)
        else:
            await self._move("landed", SERVICE, "found landed after the service's restart", landed_at=utc_now())
        return False

    async def _abort(self, drone: Drone, reason: str) -> None:
        """The motors are stopped if it stands on the ground with them running."""
        if drone.state.armed and stands(drone.state):
            with suppress(FleetError):
                await drone.disarm(self.sortie.by)
        await self._move("aborted", SERVICE, reason, reason=reason)

    async def _ordered(self, state: SortieState, who: str, text: str, **extra: Any) -> None:
        """An accepted order counts at once; telemetry has MODE_S to show it, then it is believed again."""
        self._settled_s = time.monotonic() + MODE_S
        await self._move(state, who, text, **extra)
        # While that was written, telemetry still agreed with the state before, which had ended the patience.
        self._settled_s = time.monotonic() + MODE_S

    async def _move(self, state: SortieState, who: str, text: str, **extra: Any) -> None:
        extra.setdefault("reason", None)
        if self.held_for_alert and state not in ("holding", "lost"):
            self.held_for_alert = extra["held_for_alert"] = False
            self._gimbal_deg = None  # back to where the plan looks
        self.sortie = await self._journal.change(self.sortie.id, who, text, state=state, **extra)
        log.info("sortie %d: %s: %s", self.sortie.id, state, text)

    async def _note(self, who: str, text: str, **extra: Any) -> None:
        self.sortie = await self._journal.change(self.sortie.id, who, text, **extra)
