"""Who left after the warning, judged on synthetic scenes at 10 Hz."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from gcs.loudspeaker.outcome import Judge, Subject, Verdict
from gcs.perception.types import LaneFix, LaneType, RoadUser, Scene
from gcs.rules.types import EventType
from tests.incidents.parts import T0, user

AROUND = np.array([[-60.0, 190.0], [80.0, 190.0], [80.0, 310.0], [-60.0, 310.0]])
ELSEWHERE = AROUND + np.array([0.0, 500.0])


def on(lane_type: LaneType | None, **changes: object) -> RoadUser:
    lane = None if lane_type is None else LaneFix(f"nb_{lane_type}", lane_type, 0.0, 1250.0, 0.9)
    return user(lane=lane, **changes)  # type: ignore[arg-type]


def scene(t: float, users: Iterable[RoadUser] = (), shown: np.ndarray = AROUND, drone: int = 1) -> Scene:
    return Scene(drone, T0 + t, 1280, 720, tuple(users), shown)


def subject(event_type: EventType = "emergency_lane_occupancy", lane_type: LaneType = "shoulder") -> Subject:
    return Subject(event_type, 10.0, 250.0, lane_type, drone=1, track_id=7, warned_unix_s=T0)


def watch(make: Callable[[float], Scene], seconds: float = 60, who: Subject | None = None) -> Verdict:
    judge = Judge(who or subject())
    for i in range(int(seconds * 10) + 1):
        if verdict := judge.observe(make(i / 10)):
            return verdict
    return judge.at_deadline()


def test_a_place_seen_empty_for_three_seconds_was_left() -> None:
    verdict = watch(lambda t: scene(t, [on("shoulder")] if t < 20 else []))
    assert (verdict.outcome, verdict.left_after_s) == ("left", pytest.approx(20, abs=0.11))


def test_a_vehicle_that_stands_to_the_end_stayed() -> None:
    assert watch(lambda t: scene(t, [on("shoulder")])).outcome == "stayed"


def test_a_vehicle_of_another_number_standing_there_means_nobody_left() -> None:
    assert watch(lambda t: scene(t, [on("shoulder", track_id=40 + int(t / 5), y_m=260.0)])).outcome == "stayed"


def test_a_standing_vehicle_whose_lane_is_unknown_may_be_the_one() -> None:
    assert watch(lambda t: scene(t, [on(None, track_id=9)])).outcome == "stayed"


def test_traffic_passing_or_queueing_in_the_driving_lanes_does_not_hide_that_it_left() -> None:
    verdict = watch(lambda t: scene(t, [on("driving", track_id=50), on("driving", track_id=51, speed_mps=15.0)]))
    assert (verdict.outcome, verdict.left_after_s) == ("left", 0.0)


def test_looking_elsewhere_tells_nothing() -> None:
    assert watch(lambda t: scene(t, [], ELSEWHERE)).outcome == "unknown"
    assert watch(lambda t: scene(t, [], AROUND[:0])).outcome == "unknown"


def test_a_place_at_the_very_edge_of_the_picture_is_not_in_view() -> None:
    edge = np.array([[8.5, 190.0], [80.0, 190.0], [80.0, 310.0], [8.5, 310.0]])
    assert watch(lambda t: scene(t, [], edge)).outcome == "unknown"


def test_one_missed_frame_now_and_then_is_not_leaving() -> None:
    assert watch(lambda t: scene(t, [] if t % 3 < 2.5 else [on("shoulder")])).outcome == "stayed"


def test_short_glances_add_up_only_while_the_place_is_empty() -> None:
    def glance(t: float) -> Scene:
        return scene(t, [], AROUND if t % 10 < 1 else ELSEWHERE)

    assert watch(glance).outcome == "left"
    assert watch(glance, seconds=20).outcome == "unknown"


def test_frames_far_apart_do_not_count_as_looking() -> None:
    judge = Judge(subject())
    assert all(judge.observe(scene(t)) is None for t in range(0, 60, 5))


def test_the_followed_vehicle_driving_on_in_a_driving_lane_has_left_at_once() -> None:
    def drives_on(t: float) -> Scene:
        queue = on("shoulder", track_id=8, y_m=262.0)  # another one still stands there
        return scene(t, [on("shoulder") if t < 8 else on("driving", speed_mps=6.0, y_m=250 + 6 * t), queue])

    verdict = watch(drives_on)
    assert (verdict.outcome, verdict.left_after_s) == ("left", pytest.approx(8, abs=0.11))


def test_driving_along_the_shoulder_is_not_leaving() -> None:
    assert watch(lambda t: scene(t, [on("shoulder", speed_mps=8.0, y_m=250 + 8 * t)])).outcome == "stayed"


def test_a_standing_vehicle_whose_position_wavers_over_the_line_has_not_moved_on() -> None:
    assert watch(lambda t: scene(t, [on("driving" if t % 4 < 2 else "shoulder")])).outcome == "stayed"


def test_another_drones_track_numbers_mean_nothing_but_what_it_sees_counts() -> None:
    assert watch(lambda t: scene(t, [on("driving", speed_mps=9.0)], ELSEWHERE, drone=2)).outcome == "unknown"
    assert watch(lambda t: scene(t, [], AROUND, drone=2)).outcome == "left"


def test_frames_from_before_the_end_of_the_warning_are_not_looked_at() -> None:
    judge = Judge(subject())
    assert all(judge.observe(scene(t / 10)) is None for t in range(-50, 0))
    assert judge.at_deadline().outcome == "unknown"


@pytest.mark.parametrize(
    ("who", "after", "outcome"),
    [
        (subject("illegal_parking", "driving"), on("driving", speed_mps=5.0, y_m=280.0), "left"),
        (subject("pedestrian_on_carriageway", "driving"), on("sidewalk", cls="pedestrian", speed_mps=1.4), "left"),
        (subject("pedestrian_on_carriageway", "driving"), on("driving", cls="pedestrian", speed_mps=1.4), "stayed"),
        (subject("non_motor_in_motor_lane", "driving"), on("biking", cls="bicycle", speed_mps=4.0), "left"),
        (subject("restricted_vehicle", "driving"), on("driving", cls="truck", speed_mps=18.0), "stayed"),
        (subject("speeding", "driving"), on("driving", speed_mps=18.0, track_id=99), "unknown"),
    ],
)  # fmt: skip
def test_each_event_ends_in_its_own_way(who: Subject, after: RoadUser, outcome: str) -> None:
    assert watch(lambda t: scene(t, [after]), who=who).outcome == outcome
