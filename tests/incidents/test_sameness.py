"""One incident per real event."""

import pytest

from gcs.incidents.sameness import Choice, Known, Sighting, choose, takes_over

T0 = 1_780_000_000.0


def sighting(event_type="emergency_lane_occupancy", chainage_m=1250.0, t=0.0, **changes) -> Sighting:
    fields = {"road_id": "r", "direction": "northbound", "speed_mps": 0.0, "drone": 1, "track_id": 7} | changes
    return Sighting(event_type=event_type, chainage_m=chainage_m, t_unix_s=T0 + t, **fields)


def known(seen: Sighting, incident_id=1, state="new", closed=None, left=False) -> Known:
    closed_unix_s = None if closed is None else T0 + closed
    return Known(incident_id, state, seen, seen.t_unix_s, closed_unix_s, left)


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (sighting(t=0.1), True),
        (sighting(t=30, track_id=99, chainage_m=1262), True),  # re-detected under another number
        (sighting(t=5, drone=2, track_id=3, chainage_m=1240), True),  # another drone
        (sighting(t=5, chainage_m=1276), False),
        (sighting(t=5, direction="southbound"), False),
        (sighting(t=5, road_id="other"), False),
        (sighting(t=5, event_type="accident"), False),
        (sighting(t=1900), False),  # nobody saw it for half an hour
    ],
)
def test_a_standing_vehicle_is_one_incident(now: Sighting, same: bool) -> None:
    assert choose([known(sighting())], now).same == (1 if same else None)


def test_a_moving_vehicle_is_looked_for_as_far_as_it_can_have_driven() -> None:
    before = known(sighting("wrong_way", 1250, speed_mps=20))
    assert choose([before], sighting("wrong_way", 1450, t=10, track_id=9, speed_mps=20)).same == 1
    assert choose([before], sighting("wrong_way", 1500, t=10, track_id=9, speed_mps=20)).same is None


def test_two_tracks_seen_at_once_far_apart_are_two_speeding_vehicles() -> None:
    first = known(sighting("speeding", 1250, speed_mps=40))
    assert choose([first], sighting("speeding", 1200, t=0.8, track_id=8, speed_mps=40)).same is None


def test_noise_in_the_speed_of_a_standing_vehicle_does_not_widen_the_search() -> None:
    assert choose([known(sighting(speed_mps=0.6))], sighting(chainage_m=1350, t=600, speed_mps=0.7)).same is None


def test_the_nearest_of_several_incidents_gets_the_news() -> None:
    two = [known(sighting(chainage_m=1230), 1), known(sighting(chainage_m=1260), 2)]
    assert choose(two, sighting(chainage_m=1250, t=3)).same == 2


def test_what_comes_back_to_the_place_it_left_is_a_new_incident_and_a_repeat() -> None:
    gone = known(sighting(), 4, "resolved", closed=60, left=True)
    assert choose([gone], sighting(t=300)) == Choice(repeat_of=4)
    assert choose([gone], sighting(t=661)) == Choice()
    assert choose([gone], sighting(t=59)) == Choice(same=4)  # a late frame from before it left


def test_a_dismissed_vehicle_that_is_still_there_is_not_raised_again() -> None:
    dismissed = known(sighting(), 4, "dismissed", closed=10)
    assert choose([dismissed], sighting(t=100)).same == 4
    assert choose([dismissed], sighting(t=130)) == Choice()


def test_the_incident_stays_with_its_own_vehicle_while_that_one_is_seen() -> None:
    mine = known(sighting())
    assert takes_over(mine, sighting(t=0.1, chainage_m=1251))
    assert not takes_over(mine, sighting(t=0.1, track_id=8, chainage_m=1265))
    assert takes_over(mine, sighting(t=2.5, track_id=8, chainage_m=1265))
    assert not takes_over(mine, sighting(t=-5))
