"""Whether what a rule sees now is an incident already known. Pure: no clock, no I/O.

One real event is one incident, whichever drone sees it and whatever number the tracker gave the road user. Two reports
are the same event when type, road and direction agree, the place along the road agrees, and not too much time passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gcs.incidents.lifecycle import OPEN_STATES, State
from gcs.rules.types import EventType

STANDING_REACH_M = 25.0
"""Two reports of something that stands are the same event up to this distance along the road."""
STANDING_MPS = 2.0
"""Slower than this is standing: what a tracker makes of noise must not widen the search."""
DRIVING_ON_S = 60.0
"""How long a moving road user is looked for further down the road."""
MOVING_REACH_CAP_M = 500.0
COEXIST_S = 1.0
"""Two track numbers of one drone seen within this time are two road users."""
PRIMARY_LOST_S = 2.0
"""When the road user first reported was not seen for this long, another track number takes its place."""
CLOSED_GAP_S = 120.0
"""A dismissed or resolved event that keeps being seen without a longer gap is not raised again."""
REPEAT_S = 600.0
"""A new event this soon after the last one left the same place is its repeat."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How events of one type behave."""

    moves: bool
    patience_s: float
    """An open incident not seen for longer is over: what is seen now is another one."""
    either_direction: bool = False
    """The carriageway's direction says nothing about it."""
    reach_m: float = STANDING_REACH_M


HABITS: dict[EventType, Habit] = {
    "emergency_lane_occupancy": Habit(moves=True, patience_s=1800),
    "illegal_parking": Habit(moves=False, patience_s=1800),
    "accident": Habit(moves=False, patience_s=1800),
    "debris": Habit(moves=False, patience_s=1800, either_direction=True),
    "congestion": Habit(moves=False, patience_s=900, reach_m=150),
    "pedestrian_on_carriageway": Habit(moves=True, patience_s=300, either_direction=True),
    "non_motor_in_motor_lane": Habit(moves=True, patience_s=120),
    "restricted_vehicle": Habit(moves=True, patience_s=60),
    "wrong_way": Habit(moves=True, patience_s=60),
    "speeding": Habit(moves=True, patience_s=30),
}


@dataclass(slots=True)
class Sighting:
    """Where and when something was seen."""

    event_type: EventType
    road_id: str
    direction: str
    chainage_m: float
    speed_mps: float
    drone: int
    track_id: int
    t_unix_s: float


@dataclass(slots=True)
class Known:
    """An incident as it was last seen. `seen` belongs to the road user first reported while that one is followed."""

    incident_id: int
    state: State
    seen: Sighting
    last_t_unix_s: float
    """Last time any report was merged into it."""
    closed_unix_s: float | None = None
    left: bool = False
    """Closed because the road user was seen to leave."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a sighting is: part of `same`, or new (and perhaps a repeat of an earlier incident)."""

    same: int | None = None
    repeat_of: int | None = None


def choose(known: Iterable[Known], now: Sighting) -> Choice:
    """The nearest open incident wins; then a closed one that simply goes on; else it is new."""
    near = sorted((k for k in known if _same_place(k, now)), key=lambda k: abs(k.seen.chainage_m - now.chainage_m))
    patience_s = HABITS[now.event_type].patience_s
    for k in near:
        if k.state in OPEN_STATES and now.t_unix_s - k.last_t_unix_s <= patience_s:
            return Choice(same=k.incident_id)
    repeat_of = None
    for k in near:
        if k.closed_unix_s is None:
            continue
        if k.left:
            if now.t_unix_s <= k.closed_unix_s:  # a frame from before it left, told late
                return Choice(same=k.incident_id)
            if now.t_unix_s - k.closed_unix_s <= REPEAT_S:
                repeat_of = max(repeat_of or 0, k.incident_id)
        elif now.t_unix_s - k.last_t_unix_s <= CLOSED_GAP_S:
            return Choice(same=k.incident_id)
    return Choice(repeat_of=repeat_of)


def takes_over(known: Known, now: Sighting) -> bool:
    """Whether the incident's place follows this sighting: its own road user, or that one is no longer seen."""
    own = (known.seen.drone, known.seen.track_id) == (now.drone, now.track_id)
    return now.t_unix_s >= known.seen.t_unix_s and (own or now.t_unix_s - known.seen.t_unix_s > PRIMARY_LOST_S)


def _same_place(known: Known, now: Sighting) -> bool:
    seen, habit = known.seen, HABITS[now.event_type]
    if seen.event_type != now.event_type or seen.road_id != now.road_id:
        return False
    if not habit.either_direction and seen.direction != now.direction:
        return False
    distance_m = abs(seen.chainage_m - now.chainage_m)
    if distance_m <= habit.reach_m:
        return True
    if not habit.moves or _another_user(seen, now):
        return False
    # No further than it could have driven since.
    elapsed_s, speed_mps = abs(now.t_unix_s - seen.t_unix_s), max(seen.speed_mps, now.speed_mps)
    if speed_mps < STANDING_MPS or elapsed_s > DRIVING_ON_S:
        return False
    return distance_m <= min(habit.reach_m + speed_mps * elapsed_s, MOVING_REACH_CAP_M)


def _another_user(seen: Sighting, now: Sighting) -> bool:
    return seen.drone == now.drone and seen.track_id != now.track_id and abs(now.t_unix_s - seen.t_unix_s) <= COEXIST_S
