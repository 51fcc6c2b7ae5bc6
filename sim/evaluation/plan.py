"""What one flight is: drawn by a suite from a seed, and the draws suites share."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sim.camera.look import Look
from sim.evaluation.patrol import ROUTES, Patrol, Sway, edge_lanes, track_of
from sim.world.events import AnyEventConfig
from sim.world.scenario import Home, Scenario, TrafficConfig

AVENUE = ("northbound", "southbound")
"""Routes with an emergency lane."""
IN_VIEW_S = 14.0
"""A patrol is planned no faster than lets each spot stay in view for so long."""
SLOWEST_MPS, FASTEST_MPS = 2.0, 12.0
END_M = 120.0
"""The picture's middle stays so far from a route's ends."""
JOIN_M = 200.0
"""No event nearer to where vehicles enter the network, or a shoulder begins: changing lanes takes its way."""
AFTER_M, BEFORE_M = 70.0, 25.0
"""Nor so near after an edge's start and before its end: SUMO leaves a lane change across edges unfinished."""
HOME = Home(lat_deg=34.760276, lon_deg=113.700391)
"""A scenario needs one; nobody starts there."""


@dataclass(frozen=True)
class FlightPlan:
    """All that makes a flight; the seed decides it."""

    seed: int
    kind: str
    """What the suite drew, in a word."""
    patrol: Patrol
    scenario: Scenario
    look: Look
    lead_s: float
    """The scenario runs so long before the camera sees anything: flight time 0 is then."""
    duration_s: float


@dataclass(frozen=True)
class Spot:
    """A place on an edge, for a scenario's event."""

    edge: str
    pos_m: float


def draw_patrol(rng: np.random.Generator, duration_s: float, routes: tuple[str, ...] = AVENUE) -> Patrol:
    """Height 40-90 m, depression 35-60 degrees; mostly looking ahead, also aside and back; any stretch, either way."""
    route = str(rng.choice(routes))
    aside = math.radians(rng.uniform(25, 90)) * rng.choice([-1, 1])
    direction: Literal[1, -1] = 1 if rng.random() < 0.5 else -1
    drawn = Patrol(
        route=route,
        start_m=track_of(route).length_m / 2,
        direction=direction,
        speed_mps=0.0,
        height_m=rng.uniform(40, 90),
        depression_rad=math.radians(rng.uniform(35, 60)),
        yaw_offset_rad=float(rng.choice([rng.normal(0, math.radians(12)), aside, math.pi - aside], p=[0.6, 0.3, 0.1])),
        sway=Sway(rng.uniform(0, 2 * np.pi, (6, 2))),
    )
    room_m = track_of(route).length_m - 2 * END_M
    fastest = min(FASTEST_MPS, drawn.stretch_in_view_m() / IN_VIEW_S, room_m / duration_s)
    speed = rng.uniform(min(SLOWEST_MPS, fastest), fastest)
    start = END_M + rng.uniform(0, room_m - speed * duration_s)
    if direction < 0:
        start += speed * duration_s
    return replace(drawn, speed_mps=float(speed), start_m=float(start))


def draw_look(rng: np.random.Generator) -> Look:
    """Daylight from low sun to closed cloud, clear air to haze."""
    return Look(
        sun_azimuth_rad=rng.uniform(0, 2 * math.pi),
        sun_elevation_rad=math.radians(rng.uniform(15, 80)),
        overcast=float(rng.choice([0.0, rng.uniform(0, 1), 1.0])),
        haze_per_m=rng.uniform(0.0, 0.002),
        exposure=math.exp(rng.normal(0, 0.15)),
        white_balance=(rng.uniform(0.94, 1.06), 1.0, rng.uniform(0.92, 1.08)),
        ground_tint=(rng.uniform(0.8, 1.2), rng.uniform(0.85, 1.15), rng.uniform(0.8, 1.2)),
    )


def scenario(title: str, scale: float, *events: AnyEventConfig) -> Scenario:
    """A scenario with ordinary traffic of this density and these events."""
    return Scenario(title=title, seed=0, traffic=TrafficConfig(scale=scale), homes=[HOME], events=events)


def spot_at(patrol: Patrol, t_s: float, ahead_m: float = 0.0) -> Spot | None:
    """Where on its edge the picture's middle is at flight time `t_s`, moved `ahead_m` in driving direction.

    None where no vehicle can be asked to pull over: between edges, near their ends, without a shoulder.
    """
    x, y = track_of(patrol.route).at(patrol.middle_m(t_s) + ahead_m)
    shoulder_before = False
    for edge in ROUTES[patrol.route]:
        right = edge_lanes(edge)[0]
        goes_on, shoulder_before = shoulder_before, right.lane_type == "shoulder"
        steps = np.diff(right.shape, axis=0)
        way = steps / np.hypot(*steps.T)[:, None]
        pos = np.einsum("ij,ij->i", np.array([x, y]) - right.shape[:-1], way)
        length = np.hypot(*steps.T)
        inside = np.flatnonzero((pos >= 0) & (pos < length))
        if not len(inside) or right.lane_type != "shoulder":
            continue
        pos_m = float(length[: inside[0]].sum() + pos[inside[0]])
        if (AFTER_M if goes_on else JOIN_M) <= pos_m <= right.length_m - BEFORE_M:
            return Spot(edge, round(pos_m, 1))
    return None
