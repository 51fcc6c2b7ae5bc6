"""A driver brakes hard for nothing, the one behind does not look: both stand in the lane."""

from enum import Enum, auto
from typing import Literal

from pydantic import Field

from sim.world.events.base import CARS, Event, EventConfig, Truth, truth
from sim.world.traffic import STEP_S, Place, Traffic

EVENT = "accident"
PICK_M = (30.0, 70.0)
"""How far before the spot the one behind is when the one ahead starts to brake."""
GAP_M = (8.0, 45.0)
"""Between the two bumpers then."""
BRAKING_MPS2, IMPACT_MPS2 = 7.0, 12.0
DRIVE_OFF_GAP_S = 4.0
"""The one behind follows the first by this much when they drive off."""


class CollisionConfig(EventConfig):
    """Two vehicles in one lane."""

    kind: Literal["collision"]
    lane_index: int = Field(default=2, ge=1)
    clears_after_s: float | None = Field(default=None, ge=0.0)
    """Seconds from the impact until both drive off; null never."""


class _Phase(Enum):
    WAITING = auto()
    BRAKING = auto()
    CRASHED = auto()
    CLEARING = auto()
    OVER = auto()


class Collision(Event):
    """Truth starts at the impact, about the vehicle that was hit, and ends when both have driven off."""

    def __init__(self, config: CollisionConfig, traffic: Traffic) -> None:
        super().__init__(config, traffic)
        self.config = config
        self.hit = ""
        self.hitting = ""
        self._phase = _Phase.WAITING
        self._since_s = 0.0
        self._lane_id = ""

    def step(self, sim_s: float) -> list[Truth]:
        """One step of approach, impact, clearing."""
        match self._phase:
            case _Phase.WAITING if self.due(sim_s):
                self._pick()
            case _Phase.BRAKING:
                if self._touching():
                    return [self._impact(sim_s)]
                self.traffic.drive_blindly(self.hit, self.traffic.speed_of(self.hit) - BRAKING_MPS2 * STEP_S)
            case _Phase.CRASHED:
                for user in (self.hit, self.hitting):
                    self.traffic.drive_blindly(user, self.traffic.speed_of(user) - IMPACT_MPS2 * STEP_S)
                clears_s = self.config.clears_after_s
                if clears_s is not None and sim_s >= self._since_s + clears_s:
                    self.traffic.hazards -= {self.hit, self.hitting}
                    self.traffic.join_traffic(self.hit)
                    self._phase, self._since_s = _Phase.CLEARING, sim_s
            case _Phase.CLEARING if sim_s >= self._since_s + DRIVE_OFF_GAP_S:
                self._phase = _Phase.OVER
                self.traffic.join_traffic(self.hitting)
                return [truth(EVENT, "end", self.traffic.vehicle(self.hit), sim_s, self._lane_id)]
        return []

    def _pick(self) -> None:
        place = Place(self.config.edge, self.config.lane_index, self.config.pos_m)
        for behind in self.traffic.approaching(place, CARS, *PICK_M):
            ahead = self.traffic.leader(behind)
            if ahead is None or not GAP_M[0] <= ahead[1] <= GAP_M[1]:
                continue
            lane = self.traffic.lane_of(ahead[0])
            if lane is None or lane.edge_id != place.edge or lane.index != place.lane_index:
                continue
            self.hit, self.hitting = ahead[0], behind
            self.traffic.drive_blindly(behind, self.traffic.speed_of(behind))
            self._phase = _Phase.BRAKING
            return

    def _touching(self) -> bool:
        ahead = self.traffic.leader(self.hitting)
        return ahead is None or ahead[0] != self.hit or ahead[1] <= self.traffic.speed_of(self.hitting) * STEP_S

    def _impact(self, sim_s: float) -> Truth:
        # Both go on at the speed the hit one had: the crash takes the rest out of the one behind.
        self.traffic.drive_blindly(self.hitting, self.traffic.speed_of(self.hit))
        self.traffic.hazards |= {self.hit, self.hitting}
        self._phase, self._since_s = _Phase.CRASHED, sim_s
        state = self.traffic.vehicle(self.hit)
        self._lane_id = state.lane_id
        return truth(EVENT, "start", state, sim_s)
