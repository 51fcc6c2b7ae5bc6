import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gcs.perception.types import LaneFix, RoadUser, Scene
from gcs.rules.emergency_lane_occupancy import EmergencyLaneOccupancy
from gcs.rules.thresholds import ThresholdsError, load_thresholds
from gcs.rules.types import RuleEvent

LIMITS = load_thresholds().emergency_lane_occupancy
STEP_S = 0.2
T0 = 1_790_000_000.0


def user(track_id: int, x: float, y: float, lane_type: str | None, speed: float = 0.0, cls: str = "car") -> RoadUser:
    """On a road that leads north; the shoulder is at x = 7."""
    lane = None if lane_type is None else LaneFix(f"lane_{lane_type}", lane_type, 0.0, 1000.0 + y, 0.95)
    return RoadUser(
        track_id=track_id, cls=cls, cls_confidence=0.9, box=(0.4, 0.4, 0.5, 0.5), x_m=x, y_m=y, position_sigma_m=0.4,
        vx_mps=0.0, vy_mps=speed, speed_mps=speed, speed_sigma_mps=0.3, heading_rad=math.pi / 2,
        first_seen_unix_s=T0, observed=True, lane=lane,
    )  # fmt: skip


def play(seconds: float, at: Callable[[float], list[RoadUser]], limits=LIMITS) -> list[tuple[float, RuleEvent]]:
    """Run the rule over scenes at 5 Hz; (seconds since the start, event)."""
    rule = EmergencyLaneOccupancy(limits)
    told = []
    for i in range(round(seconds / STEP_S)):
        t = i * STEP_S
        told += [(t, event) for event in rule.update(Scene(1, T0 + t, 1280, 720, tuple(at(t))))]
    return told


def stopped(t: float, lane: str | None = "shoulder", **changes: object) -> RoadUser:
    rng = np.random.default_rng(round(t * 10))
    return replace(user(7, 7.0 + rng.normal(0, 0.15), 50.0 + rng.normal(0, 0.15), lane), **changes)


def passing(t: float) -> list[RoadUser]:
    return [user(20 + i, 3.0, (40.0 * i + 15.0 * t) % 120, "driving", 15.0) for i in range(3)]


def test_car_on_shoulder_longer_than_dwell_is_reported():
    told = play(12, lambda t: [stopped(t), *passing(t)])
    first_t, first = told[0]
    assert LIMITS.dwell_s <= first_t <= LIMITS.dwell_s + 0.5
    assert first.lane.lane_type == "shoulder"
    assert first.since_unix_s == pytest.approx(T0, abs=0.3)
    assert [t for t, _ in told] == pytest.approx(np.arange(first_t, 12, STEP_S), abs=1e-6)


def test_reason_tells_measured_figures_and_thresholds_in_both_languages():
    _, event = play(8, lambda t: [stopped(t, cls="truck")])[-1]
    assert "7.8 s" in event.reason.en
    assert "limit 5 s" in event.reason.en
    assert "truck" in event.reason.en
    assert "7.8 秒" in event.reason.zh
    assert "阈值 5 秒" in event.reason.zh
    assert "货车" in event.reason.zh
    assert "police" in event.reason.en


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(lambda t: [user(7, 7.0, 12.0 * t, "shoulder", 12.0)], id="drives along the shoulder"),
        pytest.param(lambda t: [stopped(t, "driving")], id="stands on a driving lane"),
        pytest.param(lambda t: [stopped(t, None)], id="lane unknown"),
        pytest.param(lambda t: [stopped(t, cls="pedestrian")], id="a person"),
        pytest.param(lambda t: [stopped(t)] if t < 4.5 else [], id="gone before the dwell"),
        pytest.param(lambda t: [stopped(t, observed=t < 2.0)], id="only predicted"),
    ],
)
def test_what_is_no_occupancy_is_not_reported(at):
    assert play(15, at) == []


def test_creeping_counts_and_driving_off_ends_the_report():
    def at(t: float) -> list[RoadUser]:
        y = 1.0 * t if t < 10 else 10 + 8 * (t - 10)
        return [user(7, 7.0, y, "shoulder", 1.0 if t < 10 else 8.0)]

    told = [t for t, _ in play(20, at)]
    assert told[0] <= LIMITS.dwell_s + 1.2
    assert 10 < told[-1] < 12.5


def test_a_stop_in_a_standing_queue_is_not_reported_until_the_queue_moves():
    def queue(t: float) -> list[RoadUser]:
        speed = 0.0 if t < 15 else 10.0
        return [user(20 + i, 3.0, 30.0 + 12 * i + max(0.0, t - 15) * 10, "driving", speed) for i in range(4)]

    told = [t for t, _ in play(20, lambda t: [stopped(t), *queue(t)])]
    assert 15 <= told[0] < 16


def test_a_queue_of_the_other_carriageway_does_not_excuse():
    def other_way(t: float) -> list[RoadUser]:
        return [replace(user(20 + i, -1.0, 30.0 + 12 * i, "driving"), heading_rad=-math.pi / 2) for i in range(4)]

    assert play(8, lambda t: [stopped(t), *other_way(t)])


def test_short_gaps_in_sight_or_lane_do_not_restart_the_dwell():
    def at(t: float) -> list[RoadUser]:
        if 2.0 <= t < 3.0:
            return [stopped(t, observed=False)]
        return [stopped(t, None if 3.5 < t < 4.5 else "shoulder")]

    told = [t for t, _ in play(8, at)]
    assert told[0] <= LIMITS.dwell_s + 0.5


def test_a_report_does_not_flicker_while_the_lane_is_doubtful_for_a_moment():
    told = [t for t, _ in play(14, lambda t: [stopped(t, None if 8 < t < 10 else "shoulder")])]
    assert np.diff(told).max() < 0.3


def test_two_vehicles_are_two_reports():
    told = play(8, lambda t: [stopped(t), replace(stopped(t + 100), track_id=8, y_m=90.0)])
    assert {event.user.track_id for _, event in told} == {7, 8}


def test_a_wrong_thresholds_file_is_refused_with_the_field(tmp_path):
    path = tmp_path / "thresholds.yaml"
    path.write_text("emergency_lane_occupancy: {dwell_s: -1, slow_mps: 2}")
    with pytest.raises(ThresholdsError, match=r"thresholds.yaml: emergency_lane_occupancy.dwell_s"):
        load_thresholds(path)
    path.write_text(":\n :")
    with pytest.raises(ThresholdsError, match=r"thresholds\.yaml"):
        load_thresholds(path)
    flicker = LIMITS.model_dump() | {"release_mps": 1.0}
    path.write_text(f"emergency_lane_occupancy: {flicker}")
    with pytest.raises(ThresholdsError, match="flicker"):
        load_thresholds(path)
