"""A vehicle breaks down and stands in a driving lane, for a time or for good."""

from enum import Enum, auto
from typing import Literal

from pydantic import Field

from sim.world.events.base import VEHICLES, Event, EventConfig, Truth, Vehicle
from sim.world.traffic import Place, Traffic

PICK_M = (120.0, 180.0)
"""How far before the spot the vehicle is chosen: enough to brake from 80 km/h."""


class LaneStopConfig(EventConfig):
    """One vehicle in a driving lane."""

    kind: Literal["lane_stop"]
    vehicle: Vehicle = "car"
    lane_index: int = Field(default=1, ge=1)
    stands_s: float | None = Field(default=None, ge=0.0)
    """Seconds it stands before it drives on; null stays."""


class _Phase(Enum):
    WAITING = auto()
    APPROACHING = auto()
    STANDING = auto()
    OVER = auto()


class LaneStop(Event):
    """No truth is told: nobody occupies the emergency lane, and nothing collided."""

    def __init__(self, config: LaneStopConfig, traffic: Traffic) -> None:
        super().__init__(config, traffic)
        self.config = config
        self.user = ""
        self._phase = _Phase.WAITING
        self._since_s = 0.0
        self._place = Place(config.edge, config.lane_index, config.pos_m)

    def step(self, sim_s: float) -> list[Truth]:
        """One step of braking, standing, driving on."""
        match self._phase:
            case _Phase.WAITING if self.due(sim_s):
                if near := self.traffic.approaching(self._place, VEHICLES[self.config.vehicle], *PICK_M):
                    self.user = near[0]
                    self.traffic.stop_at(self.user, self._place)
                    self._phase = _Phase.APPROACHING
            case _Phase.APPROACHING if self.traffic.standing(self.user):
                self.traffic.hazards.add(self.user)
                self._phase, self._since_s = _Phase.STANDING, sim_s
            case _Phase.STANDING if self.config.stands_s is not None and sim_s >= self._since_s + self.config.stands_s:
                self.traffic.hazards.discard(self.user)
                self.traffic.move_on(self.user)
                self.traffic.join_traffic(self.user)
                self._phase = _Phase.OVER
        return []
