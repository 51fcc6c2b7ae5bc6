"""Warnings from the confirmation to the outcome, with real speech and a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from gcs.incidents.lifecycle import NotFound, Refused
from gcs.loudspeaker.drivers import SpeakerError
from gcs.loudspeaker.outcome import Thresholds
from gcs.loudspeaker.turns import WAITING
from gcs.perception.types import LaneFix, RoadUser, Scene
from tests.incidents.parts import event, user
from tests.loudspeaker.conftest import Rooms

pytestmark = pytest.mark.timeout(20)
MakeRooms = Callable[..., Awaitable[Rooms]]
AROUND = np.array([[-60.0, 190.0], [80.0, 190.0], [80.0, 310.0], [-60.0, 310.0]])


async def confirmed(rooms: Rooms, drone: int = 1, chainage_m: float = 1250.0, warn: bool = True) -> int:
    report = await rooms.incidents.report(event(drone=drone, chainage_m=chainage_m))
    await rooms.incidents.confirm(report.incident_id, "王芳", "zh", warn)
    return report.incident_id


def show(rooms: Rooms, after: float, seconds: float, users: tuple[RoadUser, ...] = ()) -> None:
    """What drone 1 sees at 10 Hz from `after` (unix s) on."""
    for i in range(int(seconds * 10)):
        rooms.loudspeaker.observe(Scene(1, after + i / 10, 1280, 720, users, AROUND))


async def test_a_confirmed_incident_is_warned_and_resolved_when_the_car_leaves(rooms: Rooms) -> None:
    with rooms.loudspeaker.speeches.subscribe() as news:
        await confirmed(rooms)
        speech = await rooms.until_speech("done")
        states = [(await news.get()).state for _ in range(news._queue.qsize())]
    assert list(dict.fromkeys(states)) == ["download", "encoding", "upload", "play", "done"]
    assert (speech.by, speech.drone, speech.language, speech.progress, speech.error) == ("王芳", 1, "zh", 1.0, None)
    assert speech.text.startswith("中州大道1公里250米处应急车道内的小轿车驾驶人，您好")
    assert speech.play_started_at is not None
    assert speech.ended_at is not None
    assert speech.started_at < speech.play_started_at < speech.ended_at
    assert len(rooms.speakers[1].played) == 1

    warned = await rooms.until_incident(lambda i: i.state == "warned")
    assert (warned.warned_at is not None, warned.outcome) == (True, None)
    end = speech.ended_at.timestamp()
    show(rooms, end, 9.0, (user(lane=LaneFix("nb_shoulder", "shoulder", 0.0, 1250.0, 0.9)),))
    show(rooms, end + 9, 3.5)
    left = await rooms.until_incident(lambda i: i.outcome is not None)
    assert (left.state, left.outcome, left.left_after_s) == ("resolved", "left", pytest.approx(9, abs=0.11))
    assert [(s.action, s.who) for s in left.log[2:]] == [
        ("confirmed", "王芳"), ("warned", "王芳"), ("outcome", "system"), ("resolved", "system"),
    ]  # fmt: skip


async def test_one_that_stays_is_kept_open(make_rooms: MakeRooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcs.loudspeaker.watching.LATE_FRAMES_S", 0.1)
    rooms = await make_rooms(Thresholds(deadline_s=1.0))
    await confirmed(rooms)
    speech = await rooms.until_speech("done")
    await rooms.until_incident(lambda i: i.state == "warned")
    assert speech.ended_at is not None
    show(rooms, speech.ended_at.timestamp(), 1.0, (user(),))
    out = await rooms.until_incident(lambda i: i.outcome is not None)
    assert (out.state, out.outcome, out.left_after_s) == ("warned", "stayed", None)
    assert "still there" in out.log[-1].note


async def test_a_place_nobody_looked_at_has_an_unknown_outcome(
    make_rooms: MakeRooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gcs.loudspeaker.watching.LATE_FRAMES_S", 0.1)
    rooms = await make_rooms(Thresholds(deadline_s=0.1))
    await confirmed(rooms)
    out = await rooms.until_incident(lambda i: i.outcome is not None)
    assert (out.state, out.outcome) == ("warned", "unknown")


async def test_without_a_confirmation_or_a_name_nothing_is_said(rooms: Rooms) -> None:
    i = (await rooms.incidents.report(event())).incident_id
    with pytest.raises(Refused, match="only a confirmed one is warned"):
        await rooms.loudspeaker.warn(i, "zh", "王芳")
    await rooms.incidents.confirm(i, "王芳", warn=False)
    with pytest.raises(ValueError, match="named person"):
        await rooms.loudspeaker.warn(i, "zh", " ")
    with pytest.raises(NotFound):
        await rooms.loudspeaker.warn(99, "zh", "王芳")
    assert await rooms.loudspeaker.speeches_of(i) == []


async def test_a_driver_gets_time_before_the_next_warning(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    i = await confirmed(rooms)
    with pytest.raises(Refused, match="being warned already, asked for by 王芳"):
        await rooms.loudspeaker.warn(i, "en", "李娜")
    await rooms.until_speech("done")
    await rooms.until_incident(lambda out: out.state == "warned")
    with pytest.raises(Refused, match=r"just warned: wait (60|59) s"):
        await rooms.loudspeaker.warn(i, "en", "李娜")
    monkeypatch.setattr("gcs.loudspeaker.service.COOL_DOWN", timedelta(0))
    again = await rooms.loudspeaker.warn(i, "en", "李娜")
    assert (again.by, again.state, again.text[:8]) == ("李娜", "download", "Good day")
    assert (await rooms.until_speech("done")).id == again.id


async def test_a_drone_speaks_one_thing_at_a_time_and_others_speak_beside_it(rooms: Rooms) -> None:
    rooms.speakers[1].may_end.clear()
    first, second, elsewhere = [
        await confirmed(rooms, drone, chainage_m) for drone, chainage_m in ((1, 1250), (1, 1400), (2, 1600))
    ]
    await rooms.until_speech("done", incident_id=elsewhere)
    assert (await rooms.until_speech("play", incident_id=first)).state == "play"
    assert (await rooms.loudspeaker.speeches_of(second))[0].state == "download"
    rooms.speakers[1].may_end.set()
    await rooms.until_speech("done", incident_id=second)
    assert len(rooms.speakers[1].played) == 2


async def test_a_line_that_is_full_refuses_and_says_so(rooms: Rooms) -> None:
    rooms.speakers[1].may_end.clear()
    ids = [await confirmed(rooms, 1, 1000 + 100 * n) for n in range(WAITING + 1)]
    await rooms.until_speech("play", incident_id=ids[0])
    late = await confirmed(rooms, 1, 2100)
    speech = await rooms.until_speech("failed", incident_id=late)
    assert speech.error == "too many warnings wait for drone 1"
    with pytest.raises(Refused, match="too many warnings"):
        await rooms.loudspeaker.warn(late, "zh", "王芳")
    assert (await rooms.incidents.get(late)).state == "confirmed"


async def test_a_speech_is_silenced_by_name(rooms: Rooms) -> None:
    rooms.speakers[1].may_end.clear()
    i = await confirmed(rooms)
    waiting = await confirmed(rooms, chainage_m=1400)
    speech = await rooms.until_speech("play")
    behind = (await rooms.loudspeaker.speeches_of(waiting))[0]
    assert (await rooms.loudspeaker.stop_speech(behind.id, "赵飞")).error == "stopped by 赵飞"
    stopped = await rooms.loudspeaker.stop_speech(speech.id, "李娜")
    assert (stopped.state, stopped.error) == ("stopped", "stopped by 李娜")
    assert rooms.speakers[1].silenced_by == ["李娜"]
    assert await rooms.loudspeaker.stop_speech(speech.id, "李娜") == stopped
    assert (await rooms.incidents.get(i)).state == "confirmed"
    rooms.speakers[1].may_end.set()
    again = await rooms.loudspeaker.warn(i, "zh", "王芳")  # the one that waited is skipped, this one is spoken
    done = await rooms.until_speech("done")
    assert done.id == again.id
    assert len(rooms.speakers[1].played) == 1
    with pytest.raises(Refused, match="has ended: done"):
        await rooms.loudspeaker.stop_speech(again.id, "李娜")


async def test_a_failed_warning_says_why_and_can_be_asked_for_again(rooms: Rooms) -> None:
    rooms.speakers[1].broken = "no space on the loudspeaker"
    i = await confirmed(rooms)
    assert (await rooms.until_speech("failed")).error == "no space on the loudspeaker"
    assert (await rooms.incidents.get(i)).state == "confirmed"
    rooms.speakers[1].broken = None
    await rooms.loudspeaker.warn(i, "zh", "王芳")
    await rooms.until_speech("done")
    assert [s.state for s in await rooms.loudspeaker.speeches_of(i)] == ["failed", "done"]


async def test_a_clip_that_never_ends_is_given_up_and_silenced(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcs.loudspeaker.service.PLAY_MARGIN_S", -1000.0)
    await confirmed(rooms)
    assert "play: not finished within" in ((await rooms.until_speech("failed")).error or "")
    assert rooms.speakers[1].silenced_by == ["王芳"]


async def test_without_espeak_the_incident_stays_confirmed_and_says_why(
    rooms: Rooms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "speech").unlink()  # nothing was spoken before
    monkeypatch.setenv("PATH", str(tmp_path))
    i = await confirmed(rooms)
    assert "apt-get install espeak-ng" in ((await rooms.until_speech("failed")).error or "")
    assert (await rooms.incidents.get(i)).state == "confirmed"


async def test_a_drone_without_a_loudspeaker_fails_the_speech_not_the_confirmation(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(drone: int) -> None:
        raise SpeakerError(f"drone {drone} has no loudspeaker")

    monkeypatch.setattr(rooms.loudspeaker, "_speaker_of", none)
    i = await confirmed(rooms)
    assert (await rooms.until_speech("failed")).error == "drone 1 has no loudspeaker"
    with pytest.raises(Refused, match="no loudspeaker"):
        await rooms.loudspeaker.warn(i, "zh", "王芳")


async def test_an_incident_resolved_while_the_drone_speaks_is_not_watched(rooms: Rooms) -> None:
    rooms.speakers[1].may_end.clear()
    i = await confirmed(rooms)
    await rooms.until_speech("play")
    await rooms.incidents.resolve(i, "李娜", "officer on site")
    rooms.speakers[1].may_end.set()
    await rooms.until_speech("done")
    assert (await rooms.incidents.get(i)).state == "resolved"


async def test_stopping_the_service_silences_and_journals(rooms: Rooms) -> None:
    rooms.speakers[1].may_end.clear()
    await confirmed(rooms)
    await rooms.until_speech("play")
    await asyncio.wait_for(rooms.loudspeaker.stop(), 5)
    (speech,) = await rooms.loudspeaker.speeches_of(1)
    assert (speech.state, speech.error, rooms.speakers[1].silenced_by) == (
        "failed",
        "the service was stopped",
        ["王芳"],
    )
