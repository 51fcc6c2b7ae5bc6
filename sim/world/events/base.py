"""What every scenario event has: when it starts, what it hears, and what it says happened."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import hypot
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.world.snapshot import RoadUserState
from sim.world.traffic import Traffic

CARS = frozenset({"sedan", "hatch", "suv"})
Vehicle = Literal["car", "van", "truck"]
VEHICLES: dict[Vehicle, frozenset[str]] = {
    "car": CARS,
    "van": frozenset({"van"}),
    "truck": frozenset({"truck", "semi"}),
}
"""The kinds of each vehicle an event may ask for."""


class Strict(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Start(Strict):
    """When an event starts: at a simulation time, on a feed trigger, or at whichever comes first."""

    at_s: float | None = Field(default=None, ge=0.0)
    trigger: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Start":
        if self.at_s is None and self.trigger is None:
            raise ValueError("needs at_s or trigger")
        return self


class EventConfig(Strict):
    """The part all event kinds share."""

    start: Start
    edge: str = Field(default="nb_3", min_length=1)
    """SUMO edge where it happens."""
    pos_m: float = Field(gt=0.0)
    """Metres along that edge."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A loudspeaker finished speaking at (x_m, y_m) ENU, audible within radius_m."""

    x_m: float
    y_m: float
    radius_m: float

    def by(self, user: RoadUserState) -> bool:
        """Whether this road user could hear it."""
        return hypot(user.x_m - self.x_m, user.y_m - self.y_m) <= self.radius_m


@dataclass(frozen=True, slots=True)
class Truth:
    """Ground truth: this really began or ended, at this simulation time and place (ENU metres)."""

    event: str
    phase: Literal["start", "end"]
    user: str
    lane_id: str
    sim_s: float
    x_m: float
    y_m: float


def truth(event: str, phase: Literal["start", "end"], user: RoadUserState, sim_s: float, lane_id: str = "") -> Truth:
    """Truth about one road user, on the lane it is on unless another is named."""
    return Truth(event, phase, user.id, lane_id or user.lane_id, sim_s, user.x_m, user.y_m)


class Event(ABC):
    """A running event: stepped once per simulation step, it acts on the traffic and reports truth."""

    def __init__(self, config: EventConfig, traffic: Traffic) -> None:
        self.traffic = traffic
        self._start = config.start
        self._triggered = False

    def trigger(self, name: str) -> bool:
        """Starts the event if it waits for this trigger; says whether it did."""
        matches = self._start.trigger == name
        self._triggered |= matches
        return matches

    def due(self, sim_s: float) -> bool:
        """Whether it may begin."""
        return self._triggered or (self._start.at_s is not None and sim_s >= self._start.at_s)

    def heard(self, heard: Heard, sim_s: float) -> None:  # noqa: B027 - most events are deaf
        """A loudspeaker spoke."""

    @abstractmethod
    def step(self, sim_s: float) -> list[Truth]:
        """Acts for one step."""
