import math
import time

import numpy as np
import pytest

from gcs.perception.tracker import COAST_S, CONFIRM_HITS, Sighting, Tracker
from gcs.perception.types import Detection

NOISE_M = 0.3
NORTH = math.pi / 2


def sighting(x: float, y: float, cls: str = "car", score: float = 0.8, direction: float | None = NORTH) -> Sighting:
    box = Detection(cls, score, 10 * x, 10 * y, 10 * x + 40, 10 * y + 30)
    return Sighting(box, np.array([x, y]), np.eye(2) * NOISE_M**2, direction)


def play(tracker: Tracker, at, seconds: float, step_s: float = 0.2, begin_s: float = 0.0) -> list[list]:
    """Feed sightings `at(t)` and return the tracks of each frame."""
    times = [begin_s + i * step_s for i in range(round(seconds / step_s))]
    return [
        [(t, track.number, track.state.copy(), track.observed) for track in tracker.update(t, at(t))] for t in times
    ]


def test_speed_and_place_of_a_driving_car_are_measured_within_their_bounds():
    rng = np.random.default_rng(3)
    tracker = Tracker()
    errors = []
    for i in range(50):
        t = 0.2 * i
        for track in tracker.update(t, [sighting(3 + rng.normal(0, NOISE_M), 20 * t + rng.normal(0, NOISE_M))]):
            if t > 3:
                error = track.state - [3, 20 * t, 0, 20]
                errors.append(error @ np.linalg.solve(track.covariance, error))
    assert np.mean(errors) < 8  # four degrees of freedom
    assert track.state[3] == pytest.approx(20, abs=0.8)
    assert math.sqrt(track.covariance[3, 3]) < 1.0


def test_a_road_user_is_told_after_enough_hits_and_keeps_its_number():
    frames = play(Tracker(), lambda t: [sighting(3, 15 * t)], 4)
    assert [len(frame) for frame in frames[: CONFIRM_HITS + 1]] == [0] * (CONFIRM_HITS - 1) + [1, 1]
    assert {number for frame in frames for _, number, *_ in frame} == {1}


def test_a_single_false_detection_is_never_told():
    frames = play(Tracker(), lambda t: [sighting(50, 50)] if t < 0.1 else [], 3)
    assert frames == [[]] * len(frames)


def test_a_hidden_car_coasts_for_two_seconds_and_is_taken_up_again():
    def at(t):
        return [] if 2 < t < 3.7 else [sighting(3, 15 * t)]

    frames = play(Tracker(), at, 6)
    hidden = [frame for frame in frames if frame and 2.1 < frame[0][0] < 3.6]
    assert all(not observed and state[1] == pytest.approx(15 * t, abs=6) for ((t, _, state, observed),) in hidden)
    assert {number for frame in frames for _, number, *_ in frame} == {1}
    gone = play(Tracker(), lambda t: [sighting(3, 15 * t)] if t < 2 else [], 6)
    assert max(frame[0][0] for frame in gone if frame) == pytest.approx(1.8 + COAST_S, abs=0.3)


def test_cars_side_by_side_and_passing_each_other_keep_their_numbers():
    rng = np.random.default_rng(5)

    def at(t):
        cars = [
            sighting(3.75 * lane + rng.normal(0, 0.2), (10 + 3 * lane) * t + rng.normal(0, 0.2)) for lane in range(4)
        ]
        rng.shuffle(cars)
        return cars

    frames = play(Tracker(), at, 8)
    lanes: dict[int, set[int]] = {}
    for frame in frames:
        for _, number, state, _ in frame:
            lanes.setdefault(number, set()).add(round(state[0] / 3.75))
    assert len(lanes) == 4
    assert all(len(seen) == 1 for seen in lanes.values())


def test_a_person_beside_a_car_is_not_taken_for_it():
    frames = play(Tracker(), lambda t: [sighting(3, 10), sighting(4, 10, "pedestrian", direction=None)], 2)
    assert len(frames[-1]) == 2


def test_the_class_is_voted_and_a_few_wrong_frames_do_not_change_it():
    tracker = Tracker()
    for i in range(30):
        cls = "truck" if i in (7, 8, 15) else "van"
        tracks = tracker.update(0.2 * i, [sighting(3, 10, cls)])
    assert tracks[0].cls == "van"
    assert 0.8 < tracks[0].cls_confidence < 1.0


def test_unjudged_repeated_and_late_frames_are_survived():
    tracker = Tracker()
    play(tracker, lambda t: [sighting(3, 10)], 1)
    (track,) = tracker.update(1.2, None)
    assert not track.observed
    assert tracker.update(1.2, [sighting(3, 10)])[0].number == track.number
    assert len(tracker.update(0.5, [sighting(3, 10)])) == 1
    assert tracker.update(1.2 - 100, [sighting(3, 10)]) == []


def test_a_busy_scene_costs_little():
    rng = np.random.default_rng(0)
    places = rng.uniform(0, 200, (60, 2))
    tracker = Tracker()
    began = time.process_time()
    for i in range(50):
        tracker.update(0.2 * i, [sighting(*(p + rng.normal(0, 0.1, 2))) for p in places])
    assert (time.process_time() - began) / 50 < 0.03
