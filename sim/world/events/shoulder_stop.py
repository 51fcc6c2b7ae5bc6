"""A vehicle pulls over to the shoulder and stands there: until it hears a warning, for a time, or for good."""

import math
from enum import Enum, auto
from typing import Literal

from pydantic import Field

from sim.world.events.base import VEHICLES, Event, EventConfig, Heard, Truth, Vehicle, truth
from sim.world.traffic import Place, Traffic

EVENT = "emergency_lane_occupancy"
PICK_M = (120.0, 180.0)
"""How far before the spot the vehicle is chosen: enough to brake from 80 km/h and change lane."""
BRIEF_S = 3.0
"""Who stands shorter has halted, not occupied the lane: no truth is told."""
MERGE_SPEED_MPS = 10.0
"""It gathers speed on the shoulder before it asks for a lane."""


class ShoulderStopConfig(EventConfig):
    """One vehicle on the shoulder."""

    kind: Literal["shoulder_stop"]
    vehicle: Vehicle = "car"
    leaves_after_heard_s: float | None = Field(default=None, ge=0.0)
    """Seconds from a warning heard to driving off; null heeds none."""
    stands_s: float | None = Field(default=None, ge=0.0)
    """Seconds it stands before it drives off unasked; null stays. Less than `BRIEF_S` is no occupancy."""
    hazard_lights: bool = True


class _Phase(Enum):
    WAITING = auto()
    APPROACHING = auto()
    STANDING = auto()
    LEAVING = auto()
    OVER = auto()


class ShoulderStop(Event):
    """Truth starts when the vehicle stands on the shoulder and ends when the whole of it has left the shoulder."""

    def __init__(self, config: ShoulderStopConfig, traffic: Traffic) -> None:
        super().__init__(config, traffic)
        self.config = config
        self.user = ""
        self._phase = _Phase.WAITING
        self._leaves_at_s = math.inf
        self._lane_id = f"{config.edge}_0"

    def heard(self, heard: Heard, sim_s: float) -> None:
        """Only a driver who stands there, hears it and heeds it decides to leave; hearing it again changes nothing."""
        reaction_s = self.config.leaves_after_heard_s
        if self._phase is not _Phase.STANDING or reaction_s is None:
            return
        if heard.by(self.traffic.vehicle(self.user)):
            self._leaves_at_s = min(self._leaves_at_s, sim_s + reaction_s)

    def step(self, sim_s: float) -> list[Truth]:
        """One step of pulling over, standing, leaving."""
        match self._phase:
            case _Phase.WAITING if self.due(sim_s):
                self._pick()
            case _Phase.APPROACHING if self.traffic.standing(self.user):
                self._phase = _Phase.STANDING
                if self.config.hazard_lights:
                    self.traffic.hazards.add(self.user)
                if self.config.stands_s is not None:
                    self._leaves_at_s = sim_s + self.config.stands_s
                return self._tell("start", sim_s)
            case _Phase.STANDING if sim_s >= self._leaves_at_s:
                self._phase = _Phase.LEAVING
                self.traffic.hazards.discard(self.user)
                self.traffic.move_on(self.user)
            case _Phase.LEAVING:
                return self._leave(sim_s)
        return []

    def _pick(self) -> None:
        beside = Place(self.config.edge, 1, self.config.pos_m)
        if near := self.traffic.approaching(beside, VEHICLES[self.config.vehicle], *PICK_M):
            self.user = near[0]
            self.traffic.stop_at(self.user, Place(self.config.edge, 0, self.config.pos_m))
            self._phase = _Phase.APPROACHING

    def _leave(self, sim_s: float) -> list[Truth]:
        lane = self.traffic.lane_of(self.user)
        on_shoulder = lane is None or lane.lane_type == "shoulder"
        if on_shoulder and self.traffic.speed_of(self.user) >= MERGE_SPEED_MPS:
            self.traffic.merge_left(self.user)
        if on_shoulder or self.traffic.between_lanes(self.user):
            return []
        self.traffic.join_traffic(self.user)
        self._phase = _Phase.OVER
        return self._tell("end", sim_s)

    def _tell(self, phase: Literal["start", "end"], sim_s: float) -> list[Truth]:
        if self.config.stands_s is not None and self.config.stands_s < BRIEF_S:
            return []
        return [truth(EVENT, phase, self.traffic.vehicle(self.user), sim_s, self._lane_id)]
