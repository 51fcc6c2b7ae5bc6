import math

from gcs.fleet.schemas import GimbalAngles, Position
from gcs.missions.looking import looks_elsewhere, pitch_to_deg


class Seen:
    """The parts of a drone's state that looking reads."""

    def __init__(self, pitch_deg: float | None) -> None:
        self.position = Position(lat_deg=34.76, lon_deg=113.7, alt_amsl_m=160.0, alt_rel_m=60.0, age_s=0.0)
        self.gimbal = None if pitch_deg is None else GimbalAngles(pitch_deg=pitch_deg, yaw_deg=0.0, age_s=0.0)


NORTH_60_M = 34.76 + math.degrees(60 / 6371008.8)


def test_a_place_as_far_away_as_the_drone_is_high_lies_45_degrees_down() -> None:
    assert abs(pitch_to_deg(Seen(None), NORTH_60_M, 113.7, 100.0) + 45.0) < 0.01


def test_a_levelled_gimbal_looks_elsewhere_and_an_aimed_one_does_not() -> None:
    assert looks_elsewhere(Seen(0.0), NORTH_60_M, 113.7, 100.0)
    assert not looks_elsewhere(Seen(-47.0), NORTH_60_M, 113.7, 100.0)
    assert not looks_elsewhere(Seen(None), NORTH_60_M, 113.7, 100.0)
