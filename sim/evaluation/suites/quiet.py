"""Ordinary traffic everywhere, from nearly none to jams behind works and at the signals: nothing may alarm."""

import numpy as np

from sim.evaluation.plan import AVENUE, FlightPlan, draw_look, draw_patrol, scenario, spot_at
from sim.world.events.base import Start
from sim.world.events.closed_lane import ClosedLaneConfig

DURATION_S = 45.0
KINDS = {"free": 0.4, "jam": 0.3, "town": 0.3}
LEAD_S = {"free": 10.0, "jam": 150.0, "town": 10.0}
CLOSED = ([1], [2], [3], [1, 2], [2, 3])
"""Lanes that works may close."""
TOWN = ("off_ramp", "weilai", "nongye")


def draw(seed: int, rng: np.random.Generator) -> FlightPlan:
    """The flight of a seed."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    patrol = draw_patrol(rng, DURATION_S, TOWN if kind == "town" else AVENUE)
    events, scale = [], float(rng.uniform(0.2, 2.0))
    if kind == "jam":
        scale = float(rng.uniform(1.2, 2.0))
        while (spot := spot_at(patrol, float(rng.uniform(0, DURATION_S)), ahead_m=float(rng.uniform(0, 60)))) is None:
            patrol = draw_patrol(rng, DURATION_S)
        closed = list(CLOSED[rng.integers(len(CLOSED))])
        events = [
            ClosedLaneConfig(
                kind="closed_lane", start=Start(at_s=0.0), edge=spot.edge, pos_m=spot.pos_m, lane_indices=closed
            )
        ]
    road = scenario(f"quiet {seed}: {kind}", scale, *events)
    return FlightPlan(seed, kind, patrol, road, draw_look(rng), LEAD_S[kind], DURATION_S)
