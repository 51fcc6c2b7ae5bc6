"""A motor vehicle stands or creeps on the emergency lane (OpenDRIVE `shoulder`) while traffic beside it moves.

Told only from confident lanes. VisDrone's classes don't tell police and rescue vehicles apart, which may stand there:
the reason asks the dispatcher to look.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from gcs.perception.types import MOTOR_VEHICLES, LaneFix, RoadUser, RoadUserClass, Scene
from gcs.rules.thresholds import EmergencyLaneThresholds
from gcs.rules.types import EventType, RuleEvent, Text

MIN_WINDOW_S = 1.0
"""A shorter way says more about the noise of places than about speed."""
BESIDE_M = 9.0
"""How far to the side lanes still count as beside the shoulder: two driving lanes."""
SAME_DIRECTION_RAD = math.radians(45)

CLASS_ZH: dict[RoadUserClass, str] = {
    "car": "小客车", "van": "面包车", "truck": "货车", "bus": "客车", "motor": "摩托车", "tricycle": "三轮车",
    "awning-tricycle": "篷式三轮车",
}  # fmt: skip


@dataclass(slots=True)
class _Watched:
    """What is remembered of one road user."""

    way: deque[tuple[float, float, float]] = field(default_factory=deque)
    """(t, x, y) of the frames in which it was observed, the newest window only."""
    lane: LaneFix | None = None
    """The newest confident fix on a shoulder."""
    lane_t: float = -math.inf
    since: float | None = None
    """When the condition began to hold."""
    held_t: float = -math.inf
    """When it last held."""
    firing: bool = False

    def speed_mps(self) -> float | None:
        """Mean speed over the window; None before there is enough of it."""
        if not self.way or self.way[-1][0] - self.way[0][0] < MIN_WINDOW_S:
            return None
        (t0, x0, y0), (t1, x1, y1) = self.way[0], self.way[-1]
        return math.hypot(x1 - x0, y1 - y0) / (t1 - t0)


class EmergencyLaneOccupancy:
    """The rule for one drone's scenes."""

    event_type: EventType = "emergency_lane_occupancy"

    def __init__(self, thresholds: EmergencyLaneThresholds) -> None:
        self._limits = thresholds
        self._watched: dict[int, _Watched] = {}

    def update(self, scene: Scene) -> list[RuleEvent]:
        """Events that began to fire or still fire in this scene, for road users observed in it."""
        present = {user.track_id for user in scene.users}
        self._watched = {number: w for number, w in self._watched.items() if number in present}
        events = []
        for user in scene.users:
            if user.cls not in MOTOR_VEHICLES:
                continue
            watched = self._watched.setdefault(user.track_id, _Watched())
            self._look(watched, user, scene.t_capture_unix_s)
            if user.observed and self._fires(watched, user, scene):
                events.append(self._event(watched, user, scene))
        return events

    def _look(self, watched: _Watched, user: RoadUser, t: float) -> None:
        """Update since when the condition holds."""
        limits = self._limits
        if user.observed:
            watched.way.append((t, user.x_m, user.y_m))
            while t - watched.way[0][0] > limits.window_s:
                watched.way.popleft()
            if user.lane is not None:
                on_shoulder = user.lane.lane_type == "shoulder"
                if on_shoulder:
                    watched.lane, watched.lane_t = user.lane, t
                elif watched.lane is not None and user.lane.confidence >= watched.lane.confidence:
                    watched.lane, watched.lane_t = None, -math.inf
        speed = watched.speed_mps()
        if speed is not None and speed > limits.release_mps:
            watched.since, watched.firing = None, False
            return
        lane_known = watched.lane is not None and t - watched.lane_t <= limits.gap_s
        if user.observed and lane_known and speed is not None and speed < limits.slow_mps:
            if watched.since is None:
                # The mean tells of the way until now; before MIN_WINDOW_S it may have been braking.
                watched.since = max(watched.way[0][0], t - MIN_WINDOW_S)
            watched.held_t = t
        elif watched.since is not None:
            patience_s = limits.release_s if watched.firing else limits.gap_s
            if t - watched.held_t > patience_s:
                watched.since, watched.firing = None, False

    def _fires(self, watched: _Watched, user: RoadUser, scene: Scene) -> bool:
        if watched.since is None or watched.lane is None:
            return False
        if not watched.firing:
            dwell_s = scene.t_capture_unix_s - watched.since
            watched.firing = dwell_s >= self._limits.dwell_s and not self._in_queue(user, scene)
        return watched.firing

    def _in_queue(self, user: RoadUser, scene: Scene) -> bool:
        """Whether the traffic beside it stands too."""
        limits = self._limits
        beside = [other for other in scene.users if other is not user and self._is_beside(user, other)]
        standing = sum(other.speed_mps < limits.slow_mps for other in beside)
        return len(beside) >= limits.queue_vehicles and standing >= limits.queue_share * len(beside)

    def _is_beside(self, user: RoadUser, other: RoadUser) -> bool:
        if other.cls not in MOTOR_VEHICLES or other.lane is None or other.lane.lane_type not in ("driving", "bus"):
            return False
        east, north = other.x_m - user.x_m, other.y_m - user.y_m
        c, s = math.cos(user.heading_rad), math.sin(user.heading_rad)
        turn = math.remainder(other.heading_rad - user.heading_rad, math.tau)
        return (
            abs(c * east + s * north) <= self._limits.queue_radius_m
            and abs(c * north - s * east) <= BESIDE_M
            and abs(turn) < SAME_DIRECTION_RAD
        )

    def _event(self, watched: _Watched, user: RoadUser, scene: Scene) -> RuleEvent:
        assert watched.lane is not None
        assert watched.since is not None
        limits = self._limits
        dwell_s = scene.t_capture_unix_s - watched.since
        speed_kmh = 3.6 * (watched.speed_mps() or 0.0)
        limit_kmh = 3.6 * limits.slow_mps
        share = round(100 * watched.lane.confidence)
        zh = (
            f"{CLASS_ZH.get(user.cls, '机动车')}占用应急车道 {dwell_s:.1f} 秒（阈值 {limits.dwell_s:g} 秒），"
            f"{limits.window_s:g} 秒平均车速 {speed_kmh:.1f} km/h（阈值 {limit_kmh:g} km/h），车道置信度 {share}%；"
            "未区分警车与救援车辆，请核对画面"
        )
        en = (
            f"A {user.cls} has occupied the emergency lane for {dwell_s:.1f} s (limit {limits.dwell_s:g} s) at "
            f"{speed_kmh:.1f} km/h over {limits.window_s:g} s (limit {limit_kmh:g} km/h), lane confidence {share} %; "
            "police and rescue vehicles are not told apart: check the picture"
        )
        return RuleEvent(
            event_type=self.event_type,
            drone_id=scene.drone_id,
            user=user,
            lane=watched.lane,
            t_unix_s=scene.t_capture_unix_s,
            since_unix_s=watched.since,
            reason=Text(zh, en),
            severity="warning",
        )
