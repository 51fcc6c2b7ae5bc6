"""The kinds of scenario event: one file each, with its configuration and its behaviour."""

from typing import Annotated, assert_never

from pydantic import Field

from sim.world.events.base import Event, Heard, Truth
from sim.world.events.closed_lane import ClosedLane, ClosedLaneConfig
from sim.world.events.collision import Collision, CollisionConfig
from sim.world.events.lane_stop import LaneStop, LaneStopConfig
from sim.world.events.shoulder_stop import ShoulderStop, ShoulderStopConfig
from sim.world.traffic import Traffic

AnyEventConfig = Annotated[
    ShoulderStopConfig | LaneStopConfig | CollisionConfig | ClosedLaneConfig, Field(discriminator="kind")
]


def make_event(config: AnyEventConfig, traffic: Traffic) -> Event:
    """The running event of a configuration."""
    match config:
        case ShoulderStopConfig():
            return ShoulderStop(config, traffic)
        case LaneStopConfig():
            return LaneStop(config, traffic)
        case CollisionConfig():
            return Collision(config, traffic)
        case ClosedLaneConfig():
            return ClosedLane(config, traffic)
    assert_never(config)


__all__ = ["AnyEventConfig", "Event", "Heard", "Truth", "make_event"]
