"""The figures are what the alarms and the truth make them."""

import math

import pytest

from sim.evaluation.measures import Placing, placing_summary
from sim.evaluation.scoring import delay_s, owed, row, score_event, summary, verdicts
from tests.sim.evaluation.parts import EVENT, alarm, episode, flight, real, seen


def verdict_of(*alarms, episodes):
    return [verdict for _, verdict, _ in verdicts(episodes, alarms)]


def test_an_alarm_on_the_vehicle_that_stands_there_is_right_and_another_for_it_repeats() -> None:
    stands = [episode("a", 5.0, seen=(5.0, 20.0))]
    assert verdict_of(alarm("a", 11.0), alarm("a", 15.0, track_id=2), episodes=stands) == ["right", "repeat"]


def test_an_alarm_on_another_vehicle_on_nobody_or_of_another_type_is_false() -> None:
    stands = [episode("a", 5.0, seen=(5.0, 20.0))]
    assert verdict_of(alarm("b", 11.0), alarm("", 12.0), episodes=stands) == ["false", "false"]
    stands[0].event = "accident"
    assert verdict_of(alarm("a", 11.0), episodes=stands) == ["false"]


def test_an_alarm_before_anybody_stands_or_long_after_is_false() -> None:
    brief = [episode("a", 10.0, 12.0, seen=(10.0, 12.0))]
    assert verdict_of(alarm("a", 9.0), alarm("a", 12.5), alarm("a", 14.0), episodes=brief) == [
        "false",
        "right",
        "false",
    ]


def test_only_what_stands_in_view_for_ten_unbroken_seconds_is_owed() -> None:
    assert owed(episode("a", 0.0, seen=(3.0, 13.2)))
    assert not owed(episode("a", 0.0, seen=(3.0, 12.0)))
    broken = episode("a", 0.0, seen=(3.0, 9.0))
    broken.seen_s += episode("a", 0.0, seen=(12.0, 18.0)).seen_s
    assert not owed(broken)
    blinked = episode("a", 0.0, seen=(3.0, 9.0))
    blinked.seen_s += episode("a", 0.0, seen=(9.8, 14.0)).seen_s
    assert owed(blinked)


def test_time_to_detect_counts_from_first_standing_in_view() -> None:
    assert delay_s(episode("a", -60.0, seen=(4.0, 20.0)), alarm("a", 10.5)) == pytest.approx(6.5)
    assert delay_s(episode("a", -60.0, seen=(4.0, 20.0)), alarm("a", 3.0)) == 0.0


def test_rates_over_flights() -> None:
    found = flight([episode("a", 0.0, seen=(0.0, 20.0))], [alarm("a", 6.0), alarm("x", 8.0, 2)])
    missed = flight([episode("a", 0.0, seen=(0.0, 20.0))], [])
    unowed = flight([episode("a", 0.0, seen=(0.0, 5.0))], [alarm("a", 5.0)])
    score = score_event(EVENT, [found, missed, unowed])
    assert (score["owed"], score["detected"], score["dr"]) == (2, 1, 0.5)
    assert (score["alarms"], score["false_alarms"], score["repeats"]) == (3, 1, 0)
    assert score["far_per_flight_hour"] == pytest.approx(1 / (3 * 36 / 3600), rel=1e-3)
    assert score["mttd_median_s"] == 6.0
    # 5 % of the time a detector of this rate would find at least one of two.
    assert 1 - (1 - score["dr_lower95"]) ** 2 == pytest.approx(0.05, abs=1e-3)
    # No false alarm in an hour leaves up to three an hour possible.
    quiet = score_event(EVENT, [flight([], [], duration_s=3600.0)])
    assert quiet["far_upper95_per_flight_hour"] == pytest.approx(-math.log(0.05), abs=1e-3)
    assert quiet["dr"] is None
    assert quiet["mttd_median_s"] is None


def test_rows_and_summary_are_plain_json_without_infinity() -> None:
    import json

    one = flight([episode("a", 0.0, seen=(0.0, 20.0))], [alarm("a", 6.0)])
    told = json.loads(json.dumps({"summary": summary([one]), "row": row(one)}, allow_nan=False))
    assert told["row"]["truth"][0]["detected"] is True
    assert told["row"]["truth"][0]["end_s"] is None
    assert told["summary"]["events"][EVENT]["dr"] == 1.0


def test_position_errors_are_split_along_the_true_heading() -> None:
    placing = Placing()
    # Heading north; the service has it 3 m too far west (left) and 4 m too far south (behind).
    placing.measure(seen(1, 0, 0, 10, 10), real(3.0, 4.0, heading_rad=math.pi / 2, speed_mps=5.0), lane_right=None)
    assert placing.across_m == pytest.approx([3.0])
    assert placing.along_m == pytest.approx([-4.0])
    assert placing.in_sigmas == pytest.approx([5.0])
    placing.measure(seen(1, 0, 0, 10, 10), real(0.0, 0.0), lane_right=True)
    figures = placing_summary([placing])
    assert figures["lane_accuracy"] == 1.0
    assert figures["lane_stated_share"] == 0.5
    assert figures["speed_mae_kmh"] == pytest.approx(3.6 * 2.5)
    assert figures["position_within_2_sigma"] == 0.5
