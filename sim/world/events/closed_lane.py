"""Works vehicles stand in some lanes: the others have to carry the traffic, and a queue grows."""

from enum import Enum, auto
from typing import Literal

from pydantic import Field

from sim.world.events.base import Event, EventConfig, Truth
from sim.world.traffic import Place, Traffic

EVENT = "congestion"
PICK_M = (130.0, 600.0)
WORKS = frozenset({"truck", "van"})
QUEUE_M, QUEUE_VEHICLES = 200.0, 8
"""The queue is what stands within this distance before the works, and has to be this many."""
JAM_MPS, FLOW_MPS = 20 / 3.6, 30 / 3.6
"""Congestion starts when their mean speed falls below the one and ends when it rises above the other..."""
HOLD_S = 10.0
"""...and has been so for this long."""


class ClosedLaneConfig(EventConfig):
    """One works vehicle in each of these lanes."""

    kind: Literal["closed_lane"]
    lane_indices: list[int] = Field(min_length=1)
    opens_after_s: float | None = Field(default=None, ge=0.0)
    """Seconds from the last works vehicle's arrival until all drive off; null never."""


class _Phase(Enum):
    CLOSING = auto()
    CLOSED = auto()
    OPEN = auto()


class ClosedLane(Event):
    """Truth is about the queue, not the works: about no user in particular, on the first closed lane, at the works."""

    def __init__(self, config: ClosedLaneConfig, traffic: Traffic) -> None:
        super().__init__(config, traffic)
        self.config = config
        self.works: list[str] = []
        self._phase = _Phase.CLOSING
        self._closed_at_s = 0.0
        self._jammed = False
        self._changing_since_s: float | None = None
        self._places = [Place(config.edge, index, config.pos_m) for index in config.lane_indices]

    def step(self, sim_s: float) -> list[Truth]:
        """One step of closing, measuring, opening."""
        if not self.due(sim_s):
            return []
        if self._phase is _Phase.CLOSING:
            self._close(sim_s)
        elif self._phase is _Phase.CLOSED and self.config.opens_after_s is not None:
            self._open(sim_s, self.config.opens_after_s)
        return self._measure(sim_s)

    def _close(self, sim_s: float) -> None:
        standing = [works for works in self.works if self.traffic.standing(works)]
        self.traffic.hazards.update(standing)
        if len(standing) == len(self._places):
            self._phase, self._closed_at_s = _Phase.CLOSED, sim_s
        elif len(standing) == len(self.works):
            self._send_works(self._places[len(self.works)])

    def _send_works(self, place: Place) -> None:
        for index in dict.fromkeys((place.lane_index, 2, 1)):
            beside = Place(place.edge, index, place.pos_m)
            if near := self.traffic.approaching(beside, WORKS, *PICK_M):
                self.works.append(near[0])
                self.traffic.stop_at(near[0], place)
                return

    def _open(self, sim_s: float, opens_after_s: float) -> None:
        if sim_s < self._closed_at_s + opens_after_s:
            return
        for works in self.works:
            self.traffic.hazards.discard(works)
            self.traffic.move_on(works)
            self.traffic.join_traffic(works)
        self._phase = _Phase.OPEN

    def _measure(self, sim_s: float) -> list[Truth]:
        start_m = self.config.pos_m - QUEUE_M
        speeds = self.traffic.speeds_between(self.config.edge, start_m, self.config.pos_m)
        mean_mps = sum(speeds) / len(speeds) if len(speeds) >= QUEUE_VEHICLES else FLOW_MPS + 1
        if not (mean_mps > FLOW_MPS if self._jammed else mean_mps < JAM_MPS):
            self._changing_since_s = None
            return []
        if self._changing_since_s is None:
            self._changing_since_s = sim_s
        if sim_s - self._changing_since_s < HOLD_S:
            return []
        self._jammed, self._changing_since_s = not self._jammed, None
        x_m, y_m = self.traffic.position(self._places[0])
        return [Truth(EVENT, "start" if self._jammed else "end", "", self._places[0].lane_id, sim_s, x_m, y_m)]
