"""Whether the road user left after the warning. Pure: fed with scenes, reads no clock."""

from dataclasses import dataclass, field

from shapely import Point, Polygon

from gcs.incidents.lifecycle import Outcome
from gcs.incidents.sameness import STANDING_REACH_M
from gcs.perception.types import MOTOR_VEHICLES, LaneType, RoadUser, RoadUserClass, Scene
from gcs.rules.types import EventType

ON_FOOT: frozenset[RoadUserClass] = frozenset({"pedestrian", "people"})
PLACE_BOUND: frozenset[EventType] = frozenset(
    {"emergency_lane_occupancy", "illegal_parking", "accident", "pedestrian_on_carriageway"}
)
"""Events that are over when nobody is left at the place. The others only end with the road user that was followed."""
OVER_WHEN_MOVING: frozenset[EventType] = frozenset({"illegal_parking", "accident"})
"""Driving on ends these, whatever the lane. The others end by leaving the lane, fast or slow."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What counts as having left."""

    radius_m: float = STANDING_REACH_M
    """Around the place warned; the same distance within which two reports are one event."""
    clear_s: float = 3.0
    """So long must the place be seen empty."""
    moved_on_s: float = 1.0
    """So long must the road user be seen driving in another lane."""
    deadline_s: float = 60.0
    standing_mps: float = 2.0
    still_there_s: float = 5.0
    """At the deadline it stayed if it was seen there within this time."""
    edge_m: float = 3.0
    """A place nearer than this to the picture's edge is not in view."""
    gap_s: float = 1.0
    """Between two frames further apart than this nobody was looking."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who was warned, where. ENU metres."""

    event_type: EventType
    x_m: float
    y_m: float
    lane_type: LaneType
    drone: int
    track_id: int
    warned_unix_s: float
    """When the warning had been spoken."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of the warning."""

    outcome: Outcome
    left_after_s: float | None
    """From the end of the warning to the first sight of the place without them."""
    why: str


@dataclass(slots=True)
class Judge:
    """Follows one warned road user through the scenes of any drone, in order of each drone's capture times."""

    subject: Subject
    thresholds: Thresholds = field(default_factory=Thresholds)
    verdict: Verdict | None = None
    _last_t: dict[int, float] = field(default_factory=dict)
    _clear_s: float = 0.0
    _clear_from: float = 0.0
    _moved_s: float = 0.0
    _moved_from: float = 0.0
    _seen_there: float | None = None

    def observe(self, scene: Scene) -> Verdict | None:
        """Take in a scene; the verdict, once there is one."""
        subject, limits, t = self.subject, self.thresholds, scene.t_capture_unix_s
        if self.verdict is not None or t < subject.warned_unix_s:
            return self.verdict
        step_s = t - self._last_t.get(scene.drone_id, t)
        self._last_t[scene.drone_id] = t
        if not 0 <= step_s <= limits.gap_s:
            step_s = 0.0

        followed = self._followed(scene)
        if followed is not None:
            if self._has_moved_on(followed):
                if self._moved_s == 0:
                    self._moved_from = t - step_s
                self._moved_s += step_s
            else:
                self._moved_s = 0.0
        if self._moved_s >= limits.moved_on_s:
            return self._left(self._moved_from, "drove on in another lane")

        offends = followed is not None and self._goes_on(followed)
        if subject.event_type not in PLACE_BOUND:
            if offends:
                self._seen_there = t
            return None
        if offends or any(self._stands_there(user) for user in scene.users):
            self._seen_there, self._clear_s = t, 0.0
        elif self._covers(scene):
            if self._clear_s == 0:
                self._clear_from = t - step_s
            self._clear_s += step_s
            if self._clear_s >= limits.clear_s:
                return self._left(self._clear_from, f"nobody at the place for {limits.clear_s:.0f} s")
        return None

    def at_deadline(self) -> Verdict:
        """The verdict when the time is up."""
        if self.verdict is None:
            deadline = self.subject.warned_unix_s + self.thresholds.deadline_s
            there = self._seen_there
            if there is not None and deadline - there <= self.thresholds.still_there_s:
                why = f"still there {self.thresholds.deadline_s:.0f} s after the warning"
                self.verdict = Verdict("stayed", None, why)
            else:
                self.verdict = Verdict("unknown", None, "the place was not in view long enough")
        return self.verdict

    def _left(self, since: float, why: str) -> Verdict:
        self.verdict = Verdict("left", max(0.0, since - self.subject.warned_unix_s), why)
        return self.verdict

    def _followed(self, scene: Scene) -> RoadUser | None:
        if scene.drone_id != self.subject.drone:
            return None
        return next((u for u in scene.users if u.track_id == self.subject.track_id and u.observed), None)

    def _has_moved_on(self, user: RoadUser) -> bool:
        # A standing vehicle whose position wavers across a line has not moved on.
        moves = user.cls in ON_FOOT or user.speed_mps >= self.thresholds.standing_mps
        elsewhere = user.lane is not None and user.lane.lane_type != self.subject.lane_type
        return moves and (elsewhere or self.subject.event_type in OVER_WHEN_MOVING)

    def _goes_on(self, user: RoadUser) -> bool:
        """Whether the followed road user surely still does what it was warned for, wherever it is now."""
        in_lane = user.lane is not None and user.lane.lane_type == self.subject.lane_type
        stands = user.speed_mps < self.thresholds.standing_mps
        return in_lane and (stands or self.subject.event_type not in OVER_WHEN_MOVING)

    def _in_lane(self, user: RoadUser) -> bool:
        """An unknown lane counts as theirs: in doubt they are still there."""
        return user.lane is None or user.lane.lane_type == self.subject.lane_type

    def _stands_there(self, user: RoadUser) -> bool:
        who = ON_FOOT if self.subject.event_type == "pedestrian_on_carriageway" else MOTOR_VEHICLES
        near = (user.x_m - self.subject.x_m) ** 2 + (user.y_m - self.subject.y_m) ** 2 <= self.thresholds.radius_m**2
        return user.cls in who and near and user.speed_mps < self.thresholds.standing_mps and self._in_lane(user)

    def _covers(self, scene: Scene) -> bool:
        if len(scene.footprint_enu_m) < 3:
            return False
        shown, place = Polygon(scene.footprint_enu_m), Point(self.subject.x_m, self.subject.y_m)
        return bool(shown.contains(place)) and shown.exterior.distance(place) >= self.thresholds.edge_m
