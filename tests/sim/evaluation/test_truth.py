"""What is in view, who is who, and which lane a place is in."""

import math

from sim.evaluation.truth import LaneSurfaces, TruthLog, identify, in_view
from sim.world.events import Truth
from sim.world.roads import load_lanes
from tests.sim.evaluation.parts import EVENT, SIZE, label, real, seen


def test_in_view_means_whole_large_enough_and_not_hidden() -> None:
    assert in_view(label("a", 100, 100, 117, 110), SIZE)
    assert not in_view(label("a", 100, 100, 115, 110), SIZE)
    assert not in_view(label("a", 0, 100, 60, 140), SIZE)
    assert not in_view(label("a", 100, 680, 160, 720), SIZE)
    assert not in_view(label("a", 100, 100, 160, 140, visible=0.3), SIZE)
    assert in_view(label("a", 25, 25, 30, 30), (320, 180))


def test_boxes_are_given_to_the_road_user_they_overlap_most_and_to_one_only() -> None:
    users = [seen(1, 100, 100, 140, 130), seen(2, 104, 102, 144, 132), seen(3, 900, 500, 940, 530)]
    labels = [label("a", 100, 100, 140, 130), label("b", 106, 103, 146, 133), label("c", 500, 300, 540, 330)]
    assert {track: found.user for track, found in identify(users, labels, SIZE).items()} == {1: "a", 2: "b"}


def test_a_road_user_only_predicted_is_nobody() -> None:
    assert identify([seen(1, 100, 100, 140, 130, observed=False)], [label("a", 100, 100, 140, 130)], SIZE) == {}


def test_an_episode_is_in_view_only_while_it_lasts_and_stands_and_shows() -> None:
    log = TruthLog()
    shown = {"a": label("a", 100, 100, 140, 130)}
    stands, drives = {"a": real(0.0, 0.0)}, {"a": real(0.0, 0.0, speed_mps=4.0)}
    assert log.see(shown, stands, 0.0, SIZE) == []
    log.take([Truth(EVENT, "start", "a", "nb_3_0", 91.0, 0.0, 0.0)], 1.0)
    assert [e.user for e in log.see(shown, stands, 1.2, SIZE)] == ["a"]
    assert log.see(shown, drives, 1.3, SIZE) == []
    assert log.see({}, stands, 1.4, SIZE) == []
    log.take([Truth(EVENT, "end", "a", "nb_3_0", 92.0, 0.0, 0.0)], 2.0)
    assert log.see(shown, stands, 2.2, SIZE) == []
    (episode,) = log.episodes
    assert (episode.start_s, episode.end_s, episode.seen_s) == (1.0, 2.0, [1.2])


def test_an_event_shows_before_it_is_in_view() -> None:
    log = TruthLog()
    log.take([Truth(EVENT, "start", "a", "nb_3_0", 91.0, 0.0, 0.0)], 1.0)
    stands = {"a": real(0.0, 0.0)}
    for t_s, width in ((1.2, 5), (1.4, 10), (1.6, 20)):
        log.see({"a": label("a", 100, 100, 100 + width, 104)}, stands, t_s, SIZE)
    assert log.episodes[0].shown_s == 1.4
    assert log.episodes[0].seen_s == [1.6]


def test_a_lane_holds_its_own_middle_and_not_its_neighbours() -> None:
    surfaces = LaneSurfaces()
    lanes = {lane.id: lane for lane in load_lanes()}
    shoulder = lanes["nb_3_0"]
    (x, y), step = shoulder.shape[4], shoulder.shape[5] - shoulder.shape[4]
    assert surfaces.holds("nb_3_0", x, y)
    left = (x - 3.6 * step[1] / math.hypot(*step), y + 3.6 * step[0] / math.hypot(*step))
    assert not surfaces.holds("nb_3_0", *left)
    assert surfaces.holds("nb_3_1", *left)
