"""Somebody stands on the emergency lane, where the patrol comes by; or nobody does, and what happens is no offence."""

import numpy as np

from sim.evaluation.plan import FlightPlan, Spot, draw_look, draw_patrol, scenario, spot_at
from sim.world.events import AnyEventConfig
from sim.world.events.base import Start, Vehicle
from sim.world.events.closed_lane import ClosedLaneConfig
from sim.world.events.lane_stop import LaneStopConfig
from sim.world.events.shoulder_stop import ShoulderStopConfig

DURATION_S = 45.0
LEAD_S = 120.0
APPROACH_S = 18.0
"""From an event's start to the picture's middle passing: 10 s of driving there, once a car has come by."""
KINDS = {
    "stops_in_view": 0.35,
    "found_standing": 0.35,
    "nothing": 0.1,
    "stands_in_lane": 0.1,
    "stands_briefly": 0.05,
    "queue": 0.05,
}
"""What is drawn how often. Offences: the first two, but for those that drive on before they can be called one."""
VEHICLES: dict[Vehicle, float] = {"car": 0.6, "van": 0.2, "truck": 0.2}


def draw(seed: int, rng: np.random.Generator) -> FlightPlan:
    """The flight of a seed."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    view_s = float(rng.uniform(8, DURATION_S - 15))
    while True:
        patrol = draw_patrol(rng, DURATION_S)
        spot = spot_at(patrol, view_s, ahead_m=float(rng.uniform(-10, 10)))
        if spot is not None:
            break
    road = scenario(f"emergency_lane {seed}: {kind}", rng.uniform(0.7, 1.7), *_events(kind, spot, view_s, rng))
    return FlightPlan(seed, kind, patrol, road, draw_look(rng), LEAD_S, DURATION_S)


def _events(kind: str, spot: Spot, view_s: float, rng: np.random.Generator) -> list[AnyEventConfig]:
    """What happens at the spot, which the picture's middle passes at flight time `view_s`."""
    at_view, long_before = Start(at_s=LEAD_S + view_s - APPROACH_S), Start(at_s=0.0)
    vehicle: Vehicle = list(VEHICLES)[int(rng.choice(len(VEHICLES), p=list(VEHICLES.values())))]
    lights = bool(rng.random() < 0.6)
    leaves_s = float(rng.uniform(12, 40)) if rng.random() < 0.5 else None
    match kind:
        case "stops_in_view":
            stop = ShoulderStopConfig(
                kind="shoulder_stop", start=at_view, edge=spot.edge, pos_m=spot.pos_m, stands_s=leaves_s,
                hazard_lights=lights,
            )  # fmt: skip
        case "found_standing":
            stop = ShoulderStopConfig(
                kind="shoulder_stop", start=long_before, edge=spot.edge, pos_m=spot.pos_m, vehicle=vehicle,
                hazard_lights=lights,
            )  # fmt: skip
        case "stands_briefly":
            stop = ShoulderStopConfig(
                kind="shoulder_stop", start=at_view, edge=spot.edge, pos_m=spot.pos_m, hazard_lights=lights,
                stands_s=float(rng.uniform(0.5, 1.5)),
            )  # fmt: skip
        case "stands_in_lane":
            return [LaneStopConfig(kind="lane_stop", start=long_before, edge=spot.edge, pos_m=spot.pos_m)]
        case "queue":
            works = ClosedLaneConfig(
                kind="closed_lane", start=long_before, edge=spot.edge, pos_m=spot.pos_m, lane_indices=[1, 2]
            )
            return [works]
        case _:
            return []
    return [stop]
