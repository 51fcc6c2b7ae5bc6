"""Against a real simulated vehicle, over MAVLink."""

import asyncio
import time

import pytest
from mavsdk.plugins.mission_raw import MissionItem

from gcs.db.base import Database
from gcs.fleet.errors import Refused
from gcs.fleet.mav import Cmd, Frame
from gcs.fleet.plan import FencePolygon, FlightPlan, LatLon, PlanItem, RallyPoint
from gcs.fleet.upload import first_difference, mission_items
from tests.fleet.parts import HOME, first_drone, fleet_on, vehicle

LAT, LON, ALT = HOME
BY = "Li Wei"


def corner(north: float, east: float) -> LatLon:
    return LatLon(lat_deg=LAT + north, lon_deg=LON + east)


def plan(*, fenced: bool = True) -> FlightPlan:
    def item(command: Cmd, frame: Frame = Frame.GLOBAL_RELATIVE_ALT, **params: float | None) -> PlanItem:
        return PlanItem(command=command, frame=frame, **params)

    place = {"param5": LAT + 0.0005, "param6": LON, "param7": 30.0}
    square = tuple(corner(n, e) for n, e in ((-0.002, -0.002), (-0.002, 0.002), (0.002, 0.002), (0.002, -0.002)))
    return FlightPlan(
        name="there", title="There and back", home=LatLon(lat_deg=LAT, lon_deg=LON), home_alt_amsl_m=ALT,
        cruise_speed_mps=5,
        items=(
            item(Cmd.NAV_TAKEOFF, param5=LAT, param6=LON, param7=20.0),
            item(Cmd.DO_CHANGE_SPEED, Frame.MISSION, param1=1.0, param2=8.0, param3=-1.0),
            item(Cmd.NAV_WAYPOINT, param1=2.0, **place),
            item(Cmd.NAV_RETURN_TO_LAUNCH, Frame.MISSION),
        ),
        fence=(FencePolygon(inclusion=True, corners=square),) if fenced else (),
        rally=(RallyPoint(lat_deg=LAT, lon_deg=LON, alt_rel_m=25),) if fenced else (),
    )  # fmt: skip


async def test_drone_flies_on_command_and_each_effect_is_seen(db: Database) -> None:
    async with vehicle(speed_factor=10) as flying, fleet_on(db, flying.gcs_port) as fleet:
        drone = await first_drone(fleet)
        state = drone.state
        assert (state.flight_mode, state.armed, state.landed_state) == ("Hold", False, "ON_GROUND")
        assert state.position is not None
        assert (state.position.lat_deg, state.position.alt_rel_m) == (pytest.approx(LAT), pytest.approx(0, abs=1))
        assert state.battery is not None
        assert state.battery.remaining_percent == 100.0

        with pytest.raises(Refused, match="drone 1 has no mission"):
            await drone.resume(BY)
        with pytest.raises(Refused, match="drone 1 is not armed"):
            await drone.takeoff(15, BY)

        with fleet.commands.subscribe() as news:
            for command in (
                drone.arm(BY, "a"),
                drone.takeoff(15, BY, "t"),
                drone.goto(LAT + 0.0002, LON, 20, BY, "g"),
                drone.hold(BY, "h"),
                drone.return_to_launch(BY, "r"),
            ):
                record = await command
                assert (record.state, record.reason, record.by) == ("accepted", None, BY)
                async with asyncio.timeout(30):
                    while not (record.key == "h" or record.effect_seen):
                        record = await news.get()
        landed = await drone.until(lambda s: s.armed is False, 60)
        assert landed.landed_state == "ON_GROUND"


async def test_plan_is_loaded_and_read_back_and_an_empty_fence_clears_the_old_one(db: Database) -> None:
    async with vehicle() as flying, fleet_on(db, flying.gcs_port) as fleet:
        drone = await first_drone(fleet)
        assert (await drone.upload(plan(), BY)).state == "accepted"
        assert await drone.flies(plan())
        assert len(await drone._peer.call(drone._raw.download_geofence)) == 4
        assert (await drone.upload(plan(fenced=False), BY)).state == "accepted"
        assert await drone._peer.call(drone._raw.download_geofence) == []
        other = plan().model_copy(update={"items": plan().items[:-1]})
        assert not await drone.flies(other)


def test_difference_between_sent_and_held_names_item_and_field() -> None:
    sent, held = mission_items(plan()), mission_items(plan())
    assert first_difference(sent, held) is None
    held[2].x += 5
    assert first_difference(sent, held) == "item 2: x was sent as 347605000, the drone holds 347605005"
    held[2].x, held[1].param2 = sent[2].x, 12.0
    assert first_difference(sent, held) == "item 1: param2 was sent as 8, the drone holds 12"
    assert first_difference(sent, held[:3]) == "4 items were sent, the drone holds 3"
    assert isinstance(held[0], MissionItem)


async def test_denied_arming_carries_the_autopilots_own_words(db: Database) -> None:
    async with vehicle() as flying, fleet_on(db, flying.gcs_port) as fleet:
        drone = await first_drone(fleet)
        assert (await drone.set_param("COM_ARM_MIS_REQ", 1, BY)).state == "accepted"
        state = await drone.until(lambda s: not s.health.armable, 5)
        record = await drone.arm(BY)
        assert record.state == "denied"
        assert record.reason is not None
        assert "mission" in record.reason.lower()
        state = await drone.until(lambda s: "mission" in " ".join(s.health.missing).lower(), 5)
        assert state.armed is False


async def test_drone_that_vanishes_is_stale_then_lost_then_back(db: Database) -> None:
    async with vehicle() as flying, fleet_on(db, flying.gcs_port) as fleet:
        drone = await first_drone(fleet)
        await flying.kill()
        killed_s = time.monotonic()
        await drone.until(lambda s: s.link.state == "stale", 3)
        assert time.monotonic() - killed_s < 1.5
        lost = await drone.until(lambda s: s.link.state == "lost", 4)
        assert 2.0 < time.monotonic() - killed_s < 3.5
        assert lost.link.age_s > 1.9
        assert lost.position is not None
        assert lost.position.age_s > 1.9
        for value in ("armed", "flight_mode", "landed_state", "velocity", "attitude", "gps", "mission"):
            await drone.until(lambda s, value=value: getattr(s, value) is None, 3)  # type: ignore[misc]
        with pytest.raises(Refused, match="drone 1 is lost: not heard for"):
            await drone.hold(BY)
        await flying.start()
        await drone.until(lambda s: s.live and s.health.armable, 20)
        assert (await drone.hold(BY)).state == "accepted"
