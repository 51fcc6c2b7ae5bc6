"""Whole sorties on a real simulated vehicle, in fast time."""

import asyncio
from pathlib import Path

import pytest

from gcs.bus import Subscription
from gcs.db.base import Database
from gcs.fleet.errors import Refused, UnknownDrone
from gcs.missions.schemas import SortieOut, SortieRequest
from gcs.missions.service import Missions, NotFound
from tests.fleet.parts import fleet_on, free_port, vehicle
from tests.missions.conftest import OpenRooms
from tests.missions.plans import back, plan, takeoff, waypoint, write

BY = "Li Wei"
SQUARE = SortieRequest(drone=1, plan="square")


async def until(news: Subscription[SortieOut], state: str, timeout_s: float = 60) -> SortieOut:
    async with asyncio.timeout(timeout_s):
        while (sortie := await news.get()).state != state:
            assert sortie.state != "aborted", sortie.reason
    return sortie


def said(sortie: SortieOut) -> str:
    return "\n".join(f"{line.who}: {line.text}" for line in sortie.log)


async def test_sortie_is_flown_held_for_an_alert_and_landed(open_rooms: OpenRooms) -> None:
    async with vehicle(speed_factor=10) as flying, open_rooms(flying.gcs_port) as rooms:
        missions, drone = rooms.missions, rooms.drone
        with missions.sorties.subscribe() as news:
            sortie = await missions.start_sortie(SQUARE, BY)
            assert (sortie.state, sortie.by, sortie.plan) == ("planned", BY, "square")
            assert await missions.hold_for_alert(1, 34.76, 113.70) is False  # not in the air yet
            with pytest.raises(Refused, match=r"drone 1 is in sortie \d+"):
                await missions.start_sortie(SQUARE, BY)
            flown = await until(news, "flying")
            assert flown.airborne_at is not None
            assert drone.state.sortie_id == sortie.id

            await drone.until(lambda s: s.landed_state == "IN_AIR", 20)
            assert await missions.hold_for_alert(1, 34.7606, 113.7001) is True
            held = await until(news, "holding")
            assert held.log[-1].who == f"{BY} (hold on alert)"
            await drone.until(lambda s: s.flight_mode == "Hold", 5)
            assert await missions.hold_for_alert(1, 34.7606, 113.7001) is False  # once is enough
            assert await missions.release(1) is True
            await until(news, "flying")
            await drone.until(lambda s: s.flight_mode == "Mission", 5)
            await until(news, "returning")
            landed = await until(news, "landed")
        assert landed.landed_at is not None
        assert landed.landed_at > flown.airborne_at
        text = said(landed)
        for words in (
            f"{BY}: fly square with drone 1",
            "mission and fence loaded and read back",
            "NAV_DLL_ACT was 0 (no action), set to 2; COM_LOW_BAT_ACT was 0 (no action), set to 3",
            "go on with the plan",
            "flight mode Return",
        ):
            assert words in text
        assert await missions.sortie(sortie.id) == landed
        assert (await missions.recent())[0] == landed
        assert missions.active() == []
        await drone.until(lambda s: s.sortie_id is None, 2)


async def test_operator_calls_it_back_and_an_own_hold_goes_before_the_alerts(open_rooms: OpenRooms) -> None:
    async with vehicle(speed_factor=10) as flying, open_rooms(flying.gcs_port) as rooms:
        with rooms.missions.sorties.subscribe() as news:
            sortie = await rooms.missions.start_sortie(SQUARE, BY)
            await until(news, "flying")
            await rooms.drone.until(lambda s: s.landed_state == "IN_AIR", 20)
            assert await rooms.missions.hold_for_alert(1, 34.7606, 113.7001)
            await rooms.drone.hold("Zhang San")
            async with asyncio.timeout(5):
                while "Zhang San: took over from the hold on alert" not in said(await news.get()):
                    pass
            assert await rooms.missions.release(1) is False

            called = await rooms.missions.return_sortie(sortie.id, "Zhang San")
            assert (called.state, called.log[-1].who) == ("returning", "Zhang San")
            await until(news, "landed")
        with pytest.raises(Refused, match="is landed: there is nothing to call back"):
            await rooms.missions.return_sortie(sortie.id, BY)
        with pytest.raises(NotFound):
            await rooms.missions.return_sortie(999, BY)


async def test_a_call_back_is_not_undone_by_the_end_of_a_hold_at_the_same_moment(open_rooms: OpenRooms) -> None:
    async with vehicle(speed_factor=10) as flying, open_rooms(flying.gcs_port) as rooms:
        with rooms.missions.sorties.subscribe() as news:
            sortie = await rooms.missions.start_sortie(SQUARE, BY)
            await until(news, "flying")
            await rooms.drone.until(lambda s: s.landed_state == "IN_AIR", 20)
            assert await rooms.missions.hold_for_alert(1, 34.7606, 113.7001)
            await asyncio.gather(rooms.missions.release(1), rooms.missions.return_sortie(sortie.id, "Zhang San"))
            assert (await rooms.missions.sortie(sortie.id)).state == "returning"
            assert await rooms.missions.release(1) is False
            await rooms.drone.until(lambda s: s.flight_mode == "Return", 5)
            await until(news, "landed")


async def test_alert_does_not_hold_a_sortie_that_does_not_allow_it(open_rooms: OpenRooms) -> None:
    async with vehicle(speed_factor=10) as flying, open_rooms(flying.gcs_port) as rooms:
        with rooms.missions.sorties.subscribe() as news:
            await rooms.missions.start_sortie(SQUARE.model_copy(update={"hold_on_alert": False}), BY)
            await until(news, "flying")
            await rooms.drone.until(lambda s: s.landed_state == "IN_AIR", 20)
            assert await rooms.missions.hold_for_alert(1, 34.7606, 113.7001) is False
            assert await rooms.missions.release(1) is False


async def test_drone_that_vanishes_in_flight_is_lost_and_taken_up_when_it_is_back(open_rooms: OpenRooms) -> None:
    async with vehicle(speed_factor=5) as flying, open_rooms(flying.gcs_port) as rooms:
        with rooms.missions.sorties.subscribe() as news:
            sortie = await rooms.missions.start_sortie(SQUARE, BY)
            await until(news, "flying")
            await flying.kill()
            lost = await until(news, "lost", 4)
            assert lost.reason == "the link to the drone is lost"
            with pytest.raises(Refused, match="is lost: there is nothing to call back"):
                await rooms.missions.return_sortie(sortie.id, BY)
            with pytest.raises(Refused, match=r"in sortie \d+ \(lost\)"):
                await rooms.missions.start_sortie(SQUARE, BY)
            await flying.start()  # it comes back on the ground, motors off
            landed = await until(news, "landed", 20)
            assert landed.reason is None


async def test_link_that_returns_in_flight_brings_the_sortie_back_to_flying(open_rooms: OpenRooms) -> None:
    async with vehicle(speed_factor=5) as flying, open_rooms(flying.gcs_port) as rooms:
        with rooms.missions.sorties.subscribe() as news:
            await rooms.missions.start_sortie(SQUARE, BY)
            await until(news, "flying")
            await rooms.drone.until(lambda s: s.landed_state == "IN_AIR", 20)
            flying.pause()
            await until(news, "lost", 5)
            flying.go_on()
            found = await until(news, "flying", 10)
            assert "the link is back" in found.log[-1].text


async def test_sortie_survives_a_restart_of_the_service(open_rooms: OpenRooms) -> None:
    async with vehicle(speed_factor=5) as flying:
        async with open_rooms(flying.gcs_port) as rooms:
            with rooms.missions.sorties.subscribe() as news:
                sortie = await rooms.missions.start_sortie(SQUARE, BY)
                await until(news, "flying")
        async with open_rooms(flying.gcs_port) as rooms:
            async with asyncio.timeout(10):
                while (found := await rooms.missions.sortie(sortie.id)).log[-1].text == "airborne":
                    await asyncio.sleep(0.1)
            assert "the drone still flies this plan" in said(found)
            assert found.state == "flying"
            assert rooms.drone.state.sortie_id == sortie.id
            with rooms.missions.sorties.subscribe() as news:
                called = await rooms.missions.return_sortie(sortie.id, BY)
                assert called.state == "returning"
                await until(news, "landed", 60)


async def test_sortie_whose_drone_flies_something_else_after_the_restart_is_given_up(open_rooms: OpenRooms) -> None:
    async with vehicle(speed_factor=5) as flying:
        async with open_rooms(flying.gcs_port) as rooms:
            with rooms.missions.sorties.subscribe() as news:
                sortie = await rooms.missions.start_sortie(SQUARE, BY)
                await until(news, "flying")
            other = rooms.missions.plan("square").model_copy(update={"items": rooms.missions.plan("square").items[1:]})
            assert (await rooms.drone.upload(other, BY)).state == "accepted"
        async with open_rooms(flying.gcs_port) as rooms:
            async with asyncio.timeout(10):
                while (found := await rooms.missions.sortie(sortie.id)).state != "aborted":
                    await asyncio.sleep(0.1)
            assert found.reason == "after the service's restart the drone was found flying another mission"


async def test_everything_that_keeps_a_drone_on_the_ground_is_said_at_once(
    open_rooms: OpenRooms, plans_dir: Path
) -> None:
    elsewhere = plan(takeoff(), waypoint(10, 0), back())
    for corner in elsewhere["geoFence"]["polygons"][0]["polygon"]:
        corner[0] += 0.1
    elsewhere["mission"]["plannedHomePosition"][0] += 0.1
    for each in elsewhere["mission"]["items"][:2]:
        each["params"][4] += 0.1
    write(plans_dir, "elsewhere", elsewhere)
    write(plans_dir, "broken", "{")
    write(plans_dir, "unfenced", plan(geoFence={"polygons": []}))
    async with vehicle() as flying, open_rooms(flying.gcs_port) as rooms:
        start = rooms.missions.start_sortie
        with pytest.raises(UnknownDrone, match="no drone with system id 9"):
            await start(SortieRequest(drone=9, plan="square"), BY)
        with pytest.raises(NotFound, match="no plan 'nowhere'"):
            await start(SortieRequest(drone=1, plan="nowhere"), BY)
        with pytest.raises(NotFound):
            await start(SortieRequest(drone=1, plan="../plans/square"), BY)
        with pytest.raises(Refused, match=r"broken\.plan: file: Invalid JSON"):
            await start(SortieRequest(drone=1, plan="broken"), BY)
        with pytest.raises(Refused, match=r"unfenced\.plan: geoFence: the plan has no inclusion fence"):
            await start(SortieRequest(drone=1, plan="unfenced"), BY)
        with pytest.raises(Refused, match="needs the name"):
            await start(SQUARE, "")
        with pytest.raises(Refused, match="it stands outside the plan's fence"):
            await start(SortieRequest(drone=1, plan="elsewhere"), BY)
        await rooms.drone.arm(BY)
        await rooms.drone.until(lambda s: s.armed is True, 3)
        with pytest.raises(Refused, match="drone 1 can't be sent: it is armed"):
            await start(SQUARE, BY)
        await flying.kill()
        await rooms.drone.until(lambda s: s.link.state == "stale", 3)
        with pytest.raises(Refused, match="the link is stale"):
            await start(SQUARE, BY)
        assert await rooms.missions.recent() == []


async def test_plans_are_listed_with_what_is_wrong(db: Database, plans_dir: Path) -> None:
    write(plans_dir, "broken", "{")
    write(plans_dir, "high", plan(takeoff(), waypoint(10, 0, 150), back(), title="High"))
    async with fleet_on(db, free_port()) as fleet:
        broken, high, square = Missions(fleet, db, plans_dir).plans()
    assert (broken.valid, broken.route, broken.errors[0].field) == (False, [], "file")
    assert (high.title, high.valid, high.errors[0].item) == ("High", False, 1)
    assert (square.valid, square.errors, len(square.route)) == (True, [], 4)
    assert square.fence is not None
    assert square.distance_m == pytest.approx(205, abs=2)
