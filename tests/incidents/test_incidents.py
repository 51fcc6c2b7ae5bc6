"""The incidents room on a real database."""

import asyncio
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from gcs.incidents.lifecycle import NotFound, Refused
from gcs.incidents.place import format_chainage
from gcs.incidents.service import Incidents
from gcs.video.types import Frame
from tests.incidents.parts import ORIGIN, T0, describe_place, event


async def test_a_reported_incident_says_where_when_and_why(incidents: Incidents, frame: Frame) -> None:
    with incidents.changes.subscribe() as changes:
        report = await incidents.report(event(), frame, sortie_id=3)
        out = await asyncio.wait_for(changes.get(), 1)
    assert report.is_new
    assert out == await incidents.get(report.incident_id)
    assert (out.state, out.road_name.zh, out.direction, out.chainage) == ("new", "中州大道", "northbound", "K1+250")
    assert (out.lane_type, out.drone, out.sortie_id, out.track_id) == ("shoulder", 1, 3, 7)
    assert ORIGIN.to_enu(out.lat_deg, out.lon_deg) == pytest.approx((10, 250), abs=1e-3)
    assert out.first_seen_at.timestamp() == T0 - 12
    assert out.last_seen_at.timestamp() == T0
    assert [(step.who, step.action) for step in out.log] == [("drone 1", "reported")]


async def test_the_still_shows_the_boxed_vehicle_and_keeps_its_capture_time(incidents: Incidents, frame: Frame) -> None:
    report = await incidents.report(event(), frame)
    out = await incidents.get(report.incident_id)
    assert out.has_still
    assert out.still_captured_at is not None
    assert out.still_captured_at.timestamp() == frame.t_capture_unix_s
    path = await incidents.still(out.id)
    picture = cv2.imread(str(path))
    assert picture.shape[1] == 640
    assert picture.shape[0] > 360  # the caption lies below the picture
    red = (picture[:360, :, 2] > 180) & (picture[:360, :, 1] < 110)
    rows, columns = np.nonzero(red)
    assert columns.min() == pytest.approx(0.4 * 640, abs=6)
    assert columns.max() == pytest.approx(0.5 * 640, abs=6)
    assert rows.max() == pytest.approx(0.5 * 360, abs=6)
    assert [p.name for p in path.parent.iterdir()] == ["still.jpg"]


async def test_the_colour_is_noted_when_the_picture_leaves_no_doubt(incidents: Incidents, frame: Frame) -> None:
    grey = await incidents.get((await incidents.report(event(), frame)).incident_id)
    image = frame.image.copy()
    image[144:180, 256:320] = (245, 245, 245)
    white_frame = replace(frame, image=image)
    white = await incidents.get((await incidents.report(event(chainage_m=2000), white_frame)).incident_id)
    assert (grey.vehicle_colour, white.vehicle_colour) == (None, "white")


async def test_a_picture_of_another_moment_is_no_evidence(incidents: Incidents, frame: Frame) -> None:
    stale = replace(frame, t_capture_unix_s=T0 - 2)
    out = await incidents.get((await incidents.report(event(), stale)).incident_id)
    assert (out.has_still, len(out.log)) == (False, 1)


async def test_an_incident_without_room_for_its_still_is_kept_and_says_so(
    incidents: Incidents, frame: Frame, tmp_path: Path
) -> None:
    (tmp_path / "incidents").write_text("not a directory")
    report = await incidents.report(event(), frame)
    out = await incidents.get(report.incident_id)
    assert not out.has_still
    assert out.log[-1].action == "still_missing"
    with pytest.raises(NotFound, match="has no still"):
        await incidents.still(out.id)


async def test_frame_after_frame_is_one_incident_with_news_every_two_seconds(incidents: Incidents) -> None:
    with incidents.changes.subscribe() as changes:
        ids = {(await incidents.report(event(t=i / 10, chainage_m=1250 + i / 100))).incident_id for i in range(61)}
        told = [await asyncio.wait_for(changes.get(), 1) for _ in range(4)]
    assert len(ids) == 1
    assert [round(out.last_seen_at.timestamp() - T0, 1) for out in told] == [0, 2, 4, 6]
    assert len(await incidents.find()) == 1


async def test_a_second_drone_is_noted_and_takes_over_when_the_first_looks_away(incidents: Incidents) -> None:
    await incidents.report(event())
    await incidents.report(event(t=0.5, drone=2, track_id=1))
    (out,) = await incidents.find()
    assert [(step.who, step.action) for step in out.log] == [("drone 1", "reported"), ("drone 2", "also_seen")]
    assert out.drone == 1
    await incidents.report(event(t=5, drone=2, track_id=1))
    (out,) = await incidents.find()
    assert (out.drone, out.track_id, len(out.log)) == (2, 1, 2)


async def test_a_still_that_came_too_late_for_the_first_report_is_added(incidents: Incidents, frame: Frame) -> None:
    report = await incidents.report(event())
    await incidents.report(event(t=0.1), frame)
    assert (await incidents.get(report.incident_id)).has_still


async def test_a_lane_missing_from_the_map_loses_no_incident(incidents: Incidents) -> None:
    strange = event()
    strange = replace(strange, lane=replace(strange.lane, lane_id="gone"))
    out = await incidents.get((await incidents.report(strange)).incident_id)
    assert out.road_name.en == "unknown road"
    assert "no lane 'gone'" in out.log[0].note


async def test_each_step_is_logged_with_who_and_when(incidents: Incidents) -> None:
    i = (await incidents.report(event())).incident_id
    await incidents.acknowledge(i, "Wang Fang")
    await incidents.confirm(i, "Wang Fang", warn=False)
    await incidents.warned(i, "Wang Fang", "spoken in zh")
    stayed = await incidents.record_outcome(i, "stayed", None, "still there after 60 s")
    assert (stayed.state, stayed.outcome) == ("warned", "stayed")
    again = await incidents.warned(i, "Li Na", "spoken in zh")
    assert again.outcome is None
    left = await incidents.record_outcome(i, "left", 14.2, "drove on")
    assert (left.state, left.outcome, left.left_after_s) == ("resolved", "left", 14.2)
    assert [(s.action, s.who) for s in left.log] == [
        ("reported", "drone 1"), ("acknowledged", "Wang Fang"), ("confirmed", "Wang Fang"), ("warned", "Wang Fang"),
        ("outcome", "system"), ("warned", "Li Na"), ("outcome", "system"), ("resolved", "system"),
    ]  # fmt: skip
    assert all(a.at <= b.at for a, b in zip(left.log, left.log[1:], strict=False))
    assert left.resolved_at is not None


async def test_steps_out_of_order_are_refused_in_words(incidents: Incidents) -> None:
    i = (await incidents.report(event())).incident_id
    with pytest.raises(Refused, match="confirm or dismiss it first"):
        await incidents.resolve(i, "Wang Fang")
    with pytest.raises(Refused, match="confirm it first"):
        await incidents.warned(i, "Wang Fang", "")
    await incidents.dismiss(i, "Wang Fang", "recovery vehicle at work")
    with pytest.raises(Refused, match="was dismissed by Wang Fang at"):
        await incidents.confirm(i, "Li Na", warn=False)
    with pytest.raises(NotFound, match="no incident 999"):
        await incidents.acknowledge(999, "Li Na")
    with pytest.raises(ValueError, match="reason"):
        await incidents.dismiss(i, "Li Na", "  ")
    with pytest.raises(ValueError, match="named person"):
        await incidents.acknowledge(i, "")
    assert [s.action for s in (await incidents.get(i)).log] == ["reported", "acknowledged", "dismissed"]


async def test_asking_twice_changes_nothing(incidents: Incidents) -> None:
    i = (await incidents.report(event())).incident_id
    once = await incidents.confirm(i, "Wang Fang", warn=False)
    assert await incidents.confirm(i, "Wang Fang", warn=False) == once
    assert await incidents.acknowledge(i, "Wang Fang") == once


async def test_of_two_who_confirm_at_once_one_wins_and_the_other_is_told_who(incidents: Incidents) -> None:
    i = (await incidents.report(event())).incident_id
    names = [f"person {n}" for n in range(8)]
    results = await asyncio.gather(*(incidents.confirm(i, n, warn=False) for n in names), return_exceptions=True)
    refused = [r for r in results if isinstance(r, Refused)]
    assert len(refused) == 7
    winner = next(s.who for s in (await incidents.get(i)).log if s.action == "confirmed")
    assert all(f"already confirmed by {winner}" in str(r) for r in refused)


async def test_one_wins_even_between_two_services_on_one_database(incidents: Incidents, tmp_path: Path) -> None:
    i = (await incidents.report(event())).incident_id
    other = Incidents(incidents._db, tmp_path, ORIGIN, describe_place)
    results = await asyncio.gather(
        incidents.confirm(i, "a", warn=False), other.dismiss(i, "b", "no"), return_exceptions=True
    )
    assert sum(isinstance(r, Refused) for r in results) == 1


async def test_the_same_place_soon_after_it_was_left_is_a_repeat(incidents: Incidents) -> None:
    i = (await incidents.report(event(t=0))).incident_id
    await incidents.confirm(i, "Wang Fang", warn=False)
    await incidents.warned(i, "Wang Fang", "")
    gone = await incidents.record_outcome(i, "left", 9.0, "")
    assert gone.resolved_at is not None
    back = await incidents.report(event(t=gone.resolved_at.timestamp() - T0 + 90, track_id=31))
    out = await incidents.get(back.incident_id)
    assert (back.is_new, out.repeat_of, out.state) == (True, i, "new")


async def test_after_a_restart_an_open_incident_goes_on(incidents: Incidents, tmp_path: Path) -> None:
    now = incidents._clock().timestamp() - T0
    first = await incidents.report(event(t=now))
    restarted = Incidents(incidents._db, tmp_path, ORIGIN, describe_place)
    await restarted.start()
    second = await restarted.report(event(t=now + 40, track_id=1))
    assert (second.is_new, second.incident_id) == (False, first.incident_id)


async def test_incidents_are_found_by_state_and_type_page_by_page(incidents: Incidents) -> None:
    for n in range(5):
        await incidents.report(event(chainage_m=1000 + 100 * n))
    await incidents.report(event("debris", lane_id="nb_driving"))
    ids = [out.id for out in await incidents.find(event_types=["emergency_lane_occupancy"], limit=2)]
    rest = [out.id for out in await incidents.find(event_types=["emergency_lane_occupancy"], before=ids[-1])]
    assert (ids, rest) == ([5, 4], [3, 2, 1])
    await incidents.acknowledge(2, "Wang Fang")
    assert [out.id for out in await incidents.find(states=["acknowledged"])] == [2]


@pytest.mark.parametrize(
    ("chainage_m", "text"), [(1250.4, "K1+250"), (0, "K0+000"), (999.7, "K1+000"), (-50, "-K0+050"), (-0.2, "K0+000")]
)
def test_chainage_reads_as_on_the_stones(chainage_m: float, text: str) -> None:
    assert format_chainage(chainage_m) == text
