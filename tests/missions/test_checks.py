import json
from pathlib import Path
from typing import Any

import pytest

from gcs.missions.checks import check, estimate, first_gimbal_pitch_deg, gimbal_pitch_deg
from gcs.missions.plan_file import parse_plan, read_plan
from tests.missions.plans import ALT, back, item, place, plan, speed, takeoff, waypoint


def found(*items: dict[str, Any], **top: Any) -> list[tuple[int | None, str, str]]:
    read = parse_plan("p", json.dumps(plan(*items, **top)))
    return [(error.item, error.field, error.message) for error in check(read)]


def test_sound_plan_has_nothing_against_it() -> None:
    assert found() == []


def test_bundled_plans_are_sound() -> None:
    for path in (Path(__file__).parents[2] / "mission_plans").glob("*.plan"):
        assert check(read_plan(path)) == [], path.name


@pytest.mark.parametrize(
    ("items", "index", "field", "words"),
    [
        ([waypoint(10, 0), back()], 0, "command", "first item flown must be NAV_TAKEOFF (22), not NAV_WAYPOINT (16)"),
        ([takeoff(), waypoint(10, 0)], 1, "command", "last item flown must be NAV_RETURN_TO_LAUNCH (20) or NAV_LAND"),
        ([takeoff(), back(), waypoint(10, 0), back()], 1, "command", "what comes after NAV_RETURN_TO_LAUNCH"),
        ([takeoff(), waypoint(10, 0, 121), back()], 1, "params.6", "121 m above home is over the limit of 120 m"),
        ([takeoff(), waypoint(10, 0, -5), back()], 1, "params.6", "-5 m above home is not in the air"),
        ([takeoff(130), back()], 0, "params.6", "130 m above home"),
        ([takeoff(), waypoint(10, 300), back()], 1, "params.4", "outside the fence"),
        ([takeoff(), speed(0), back()], 1, "params.1", "speed must be above 0"),
        ([takeoff(), item(177, 2, 1, -1, 0, 0, 0, 0, 0), back()], 1, "params.1", "without end never lands"),
        ([takeoff(), item(177, 2, 1, 30000, 0, 0, 0, 0, 0), back()], None, "mission.items", "longer than 20000 steps"),
    ],
)
def test_what_speaks_against_flying_names_the_item(
    items: list[dict[str, Any]], index: int | None, field: str, words: str
) -> None:
    errors = found(*items)
    assert (index, field) in [error[:2] for error in errors], errors
    assert any(words in message for _, _, message in errors), errors


def test_height_above_the_sea_counts_from_home() -> None:
    high = item(16, 0, 0, 0, 0, None, *place(10, 0), ALT + 119)
    assert found(takeoff(), high, back()) == []
    high["params"][6] = ALT + 125
    assert found(takeoff(), high, back())[0][:2] == (1, "params.6")


def test_way_between_two_places_inside_may_not_cross_an_exclusion() -> None:
    fence = plan()["geoFence"]
    fence["circles"] = [{"circle": {"center": place(50, 0), "radius": 10}, "inclusion": False}]
    errors = found(takeoff(), waypoint(100, 0), back(), geoFence=fence)
    assert errors[0] == (1, "params.4", "the way there leaves the fence")


def test_plan_without_an_inclusion_fence_is_not_flown() -> None:
    assert found(geoFence={"polygons": [], "circles": []}) == [(None, "geoFence", "the plan has no inclusion fence")]


def test_distance_and_duration_follow_speed_waits_and_jumps() -> None:
    legs = [takeoff(20), speed(10), waypoint(100, 0, 20, hold_s=5), back()]
    once = estimate(parse_plan("p", json.dumps(plan(*legs))))
    assert once.distance_m == pytest.approx(200, rel=0.01)
    assert once.duration_s == pytest.approx(20 / 3 + 10 + 5 + 10 + 20 / 1.5, rel=0.02)
    assert once.route[0] == pytest.approx((*reversed(place(0, 0)), 20))

    out = [takeoff(20), speed(10), waypoint(0, 0, 20), waypoint(100, 0, 20), item(177, 2, 3, 2, 0, 0, 0, 0, 0), back()]
    thrice = estimate(parse_plan("p", json.dumps(plan(*out))))
    assert thrice.distance_m == pytest.approx(600, rel=0.01)


def test_gimbal_angle_at_an_item_is_the_last_one_ordered() -> None:
    read = parse_plan("p", json.dumps(plan()))
    assert first_gimbal_pitch_deg(read) == -45
    assert [gimbal_pitch_deg(read, i) for i in (0, 3, 4, 6)] == [-45, -45, -60, -60]
