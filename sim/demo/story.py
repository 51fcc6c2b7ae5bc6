"""The main job, once: a patrol sees a car stop on the shoulder, a person confirms, the drone speaks, the car leaves."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sim.demo.client import Client, Event
from sim.demo.narrator import Figures, Narrator
from sim.demo.processes import DemoFailure
from sim.world.feed import FeedClient
from sim.world.messages import TruthEvent

DRONE = 1
PLAN = "zhongzhou_patrol"
PERSON_FIRST_S = 6.0
"""How long the demo's operator waits for the person at the console before confirming on their behalf."""
CAR_STOPS_AFTER_S = 35.0
"""After take-off: the car then pulls over while the drone is on its way there."""
READY_TIMEOUT_S = 90.0
ALERT_TIMEOUT_S = 240.0
SPEECH_TIMEOUT_S = 60.0
OUTCOME_TIMEOUT_S = 150.0
LANDING_TIMEOUT_S = 360.0
PROGRESS_EVERY_S = 10.0

OUTCOMES = {"left": "it has left the shoulder", "stayed": "it stayed", "unknown": "the drone could not see"}


class Story:
    """Follows the live events, plays the operator and the dispatcher, measures."""

    def __init__(self, client: Client, narrator: Narrator, figures: Figures, alive: Callable[[], None]) -> None:
        self._client, self._narrator, self._figures, self._alive = client, narrator, figures, alive
        self._drones: dict[int, Event] = {}
        self._incident: Event | None = None
        self._speech: Event | None = None
        self._sortie: Event | None = None
        self._stopped_unix_s: float | None = None
        self._confirmed_unix_s: float | None = None
        self._changed = asyncio.Event()

    async def tell(self, feed: FeedClient) -> None:
        """The whole story. Raises DemoFailure naming the part that did not happen."""
        followers = [
            asyncio.create_task(self._client.follow(self._on_event)),
            asyncio.create_task(self._follow_truth(feed)),
        ]
        try:
            await self._until(self._ready, READY_TIMEOUT_S, "a drone that is ready to fly")
            self._figures.setup_s = self._narrator.seconds()
            self._narrator.say(f"{len(self._drones)} drones found; drone {DRONE} is ready to fly")
            began = time.monotonic()
            await self._fly()
            await self._within(lambda: False, CAR_STOPS_AFTER_S)
            await feed.send({"type": "trigger", "event": "shoulder_stop"})
            await self._see()
            await self._warn()
            await self._land()
            self._figures.story_s = time.monotonic() - began
        finally:
            for task in followers:
                task.cancel()

    async def _fly(self) -> None:
        body = {"drone": DRONE, "plan": PLAN, "hold_on_alert": True}
        self._sortie = await self._client.post("/api/sorties", body)
        self._narrator.say(f"The operator orders patrol [b]{PLAN}[/b]: checks passed, mission uploaded and read back")
        await self._until(lambda: self._state("flying", "holding"), 60, "the take-off")
        self._narrator.say("Airborne", "green")

    async def _see(self) -> None:
        await self._until(lambda: self._incident is not None, ALERT_TIMEOUT_S, "an alert about the stopped car")
        incident = self._incident or {}
        place = f"{incident['road_name']['en']} {incident['chainage']} {incident['direction']}"
        self._narrator.say(f"ALERT: {incident['vehicle_cls']} on the {incident['lane_type']}, {place}", "bold red")
        self._narrator.say(f"  why: {incident['reason']['en']}")
        self._narrator.say(f"  原因：{incident['reason']['zh']}")

    async def _warn(self) -> None:
        incident = self._incident or {}
        path = f"/api/incidents/{incident['id']}"
        self._narrator.say(f"Waiting {PERSON_FIRST_S:.0f} s for the person at the console to confirm ...")
        if not await self._within(lambda: not self._incident_is("new", "acknowledged"), PERSON_FIRST_S):
            self._confirmed_unix_s = time.time()
            await self._client.post(f"{path}/confirm", {"language": "zh", "warn": True})
        if self._incident_is("dismissed"):
            raise DemoFailure("the person at the console dismissed the alert: the story ends here")
        incident = await self._client.get(path)
        confirmation = next((e for e in reversed(incident["log"]) if e["action"] == "confirmed"), None)
        self._figures.confirmed_by = confirmation["who"] if confirmation else None
        self._narrator.say(f"Confirmed by {self._figures.confirmed_by}; the loudspeaker is being prepared")
        await self._until(self._speaking, SPEECH_TIMEOUT_S, "the spoken warning")
        speech = self._speech or {}
        if self._confirmed_unix_s:
            self._figures.speech_s = time.time() - self._confirmed_unix_s
        self._narrator.say(f"The drone speaks: 「{speech['text']}」", "bold yellow")
        await self._until(lambda: (self._incident or {}).get("outcome") is not None, OUTCOME_TIMEOUT_S, "an outcome")
        outcome = (self._incident or {})["outcome"]
        self._figures.left = outcome == "left"
        self._figures.left_after_s = (self._incident or {}).get("left_after_s")
        after = f" after {self._figures.left_after_s:.0f} s" if self._figures.left_after_s is not None else ""
        self._narrator.say(f"Outcome: {OUTCOMES[outcome]}{after}", "green" if self._figures.left else "red")

    async def _land(self) -> None:
        sortie = self._sortie or {}
        if self._state("flying", "holding"):
            await self._client.post(f"/api/sorties/{sortie['id']}/return")
            self._narrator.say("The job is done: the operator calls the drone home")
        await self._until(lambda: self._state("landed"), LANDING_TIMEOUT_S, "the landing")
        self._figures.landed = True
        self._narrator.say("Landed and disarmed", "green")

    # --- what the service and the world tell us ---

    def _on_event(self, event: Event) -> None:
        kind = event.get("type")
        if kind == "drone":
            self._drones[event["drone"]["system_id"]] = event["drone"]
        elif kind == "sortie" and self._sortie and event["sortie"]["id"] == self._sortie["id"]:
            self._on_sortie(event["sortie"])
        elif kind == "incident":
            self._on_incident(event["incident"])
        elif kind == "speech":
            self._on_speech(event["speech"])
        self._changed.set()

    def _on_sortie(self, sortie: Event) -> None:
        if self._sortie and sortie["state"] != self._sortie["state"] and sortie["state"] in ("holding", "returning"):
            self._narrator.say(f"Sortie: {sortie['state']}")
        self._sortie = sortie

    def _on_incident(self, incident: Event) -> None:
        if self._sortie is None or incident["event_type"] != "emergency_lane_occupancy":
            return
        if self._incident is None:
            if incident["state"] != "new" or incident["drone"] != DRONE:
                return
            fired_unix_s = datetime.fromisoformat(incident["last_seen_at"]).timestamp()
            self._figures.alert_s = time.time() - fired_unix_s
            if self._stopped_unix_s is not None:
                self._figures.detected_s = fired_unix_s - self._stopped_unix_s
        elif incident["id"] != self._incident["id"]:
            return
        self._incident = incident

    def _on_speech(self, speech: Event) -> None:
        if self._incident is None or speech["incident_id"] != self._incident["id"]:
            return
        if self._speech is None or speech["state"] != self._speech["state"]:
            self._narrator.say(f"  loudspeaker: {speech['state']}")
        self._speech = speech

    async def _follow_truth(self, feed: FeedClient) -> None:
        async for message in feed:
            if isinstance(message, TruthEvent) and message.event == "emergency_lane_occupancy":
                if message.phase == "start" and self._stopped_unix_s is None:
                    self._stopped_unix_s = message.t_unix_s
                    self._narrator.say("(in the simulated world a car has just stopped on the shoulder)", "dim")
                elif message.phase == "end":
                    self._narrator.say("(in the simulated world the car has left the shoulder)", "dim")

    # --- waiting ---

    def _ready(self) -> bool:
        drone = self._drones.get(DRONE)
        return bool(drone and drone["health"]["armable"] and drone["position"] and drone["camera"])

    def _state(self, *states: str) -> bool:
        state = (self._sortie or {}).get("state")
        if state in ("aborted", "lost") and state not in states:
            raise DemoFailure(f"the sortie is {state}: {(self._sortie or {}).get('reason')}")
        return state in states

    def _incident_is(self, *states: str) -> bool:
        return (self._incident or {}).get("state") in states

    def _speaking(self) -> bool:
        state = (self._speech or {}).get("state")
        if state in ("failed", "stopped"):
            raise DemoFailure(f"the warning was not spoken: {(self._speech or {}).get('error')}")
        return state in ("play", "done")

    async def _until(self, condition: Callable[[], bool], timeout_s: float, what: str) -> None:
        if not await self._within(condition, timeout_s):
            raise DemoFailure(f"waited {timeout_s:.0f} s for {what}, in vain")

    async def _within(self, condition: Callable[[], Any], timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        reported = time.monotonic()
        while not condition():
            self._alive()
            if time.monotonic() > deadline:
                return False
            if time.monotonic() - reported > PROGRESS_EVERY_S and DRONE in self._drones:
                reported = time.monotonic()
                self._narrator.say(f"  drone {DRONE}: {self._narrator.progress(self._drones[DRONE])}", "dim")
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), 1.0)
            except TimeoutError:
                continue
        return True
