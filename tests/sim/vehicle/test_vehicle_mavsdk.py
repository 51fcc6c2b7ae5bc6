"""The vehicle as MAVSDK 4 sees it, over UDP."""

import asyncio
import math

import pytest
from mavsdk.asyncio.plugins.action import ActionAsync
from mavsdk.asyncio.plugins.geofence import GeofenceAsync
from mavsdk.asyncio.plugins.info import InfoAsync
from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.plugins.action import ActionError
from mavsdk.plugins.geofence import FenceType, GeofenceData, Point, Polygon
from mavsdk.plugins.mission_raw import MissionItem, MissionRawError
from mavsdk.plugins.telemetry import FlightMode, LandedState
from pymavlink.dialects.v20 import common as mavlink

RELATIVE, PLACELESS = mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT, mavlink.MAV_FRAME_MISSION


def item(seq, command, north_m=0.0, east_m=0.0, z_m=0.0, p=(0.0, 0.0, 0.0, math.nan), frame=RELATIVE):
    x = round((34.76 + north_m / 110922.0) * 1e7) if frame == RELATIVE else 0
    y = round((113.70 + east_m / 91550.0) * 1e7) if frame == RELATIVE else 0
    return MissionItem(seq, frame, command, int(seq == 0), 1, *p, x, y, z_m, 0)


def patrol(cruise_mps=8.0):
    """Take off, two waypoints, return."""
    return [
        item(0, mavlink.MAV_CMD_NAV_TAKEOFF, z_m=10),
        item(1, mavlink.MAV_CMD_DO_CHANGE_SPEED, p=(1.0, cruise_mps, -1.0, 0.0), frame=PLACELESS),
        item(2, mavlink.MAV_CMD_NAV_WAYPOINT, 60, 0, 15),
        item(3, mavlink.MAV_CMD_NAV_WAYPOINT, 60, 40, 15, (1.0, 0.0, 0.0, math.nan)),
        item(4, mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH, p=(0.0, 0.0, 0.0, 0.0), frame=PLACELESS),
    ]


def fence(half_deg):
    corners = [(-half_deg, -half_deg), (half_deg, -half_deg), (half_deg, half_deg), (-half_deg, half_deg)]
    points = [Point(34.76 + lat, 113.70 + lon) for lat, lon in corners]
    return GeofenceData([Polygon(points, FenceType.INCLUSION)], [])


async def test_found_at_once_with_version_health_and_telemetry(ground_station):
    async with ground_station(5.0) as ground:
        assert await ground.system.get_system_id() == 1
        assert (await InfoAsync(ground.system).get_version()).flight_sw_major == 1
        position, home = await ground.telemetry.position(), await ground.telemetry.home()
        assert position.latitude_deg == pytest.approx(34.76, abs=1e-6)
        assert home.absolute_altitude_m == pytest.approx(100.0)
        assert await ground.telemetry.landed_state() == LandedState.ON_GROUND
        assert await ground.telemetry.flight_mode() == FlightMode.HOLD
        assert (await ground.telemetry.battery()).remaining_percent == 100
        await ground.telemetry.set_rate_position(2.0)


async def test_parameters_read_write_and_list(ground_station):
    async with ground_station(5.0) as ground:
        params = ParamAsync(ground.system)
        assert await params.get_param_int("SYS_AUTOSTART") == 10040
        assert await params.get_param_float("RTL_RETURN_ALT") == 30.0
        await params.set_param_int("NAV_DLL_ACT", 2)
        await params.set_param_float("MPC_XY_CRUISE", 7.5)
        assert await params.get_param_int("NAV_DLL_ACT") == 2
        assert ground.vehicle.aircraft.cruise_mps == 7.5
        every = await params.get_all_params()
        assert len(every.int_params) + len(every.float_params) == len(ground.vehicle.aircraft.params.names())


async def test_mission_and_fence_go_up_come_down_and_are_flown_to_the_disarmed_end(ground_station):
    async with ground_station(20.0) as ground:
        raw, action = MissionRawAsync(ground.system), ActionAsync(ground.system)
        await raw.upload_mission(patrol())
        await GeofenceAsync(ground.system).upload_geofence(fence(0.002))
        rally = item(0, mavlink.MAV_CMD_NAV_RALLY_POINT, 500, 0)
        rally.mission_type = mavlink.MAV_MISSION_TYPE_RALLY
        await raw.upload_rally_points([rally])
        assert [i.x for i in await raw.download_rallypoints()] == [rally.x]
        down = await raw.download_mission()
        assert [(i.command, i.x, i.y, i.z) for i in down] == [(i.command, i.x, i.y, i.z) for i in patrol()]
        areas = await GeofenceAsync(ground.system).download_geofence()
        assert len(areas.polygons[0].points) == 4
        seen, modes = [], []

        async def watch():
            async for progress in raw.subscribe_mission_progress():
                seen.append((progress.current, progress.total))

        async def watch_mode():
            async for mode in ground.telemetry.subscribe_flight_mode():
                if mode not in modes:
                    modes.append(mode)

        watchers = [asyncio.create_task(watch()), asyncio.create_task(watch_mode())]
        await action.arm()
        await raw.start_mission()
        await ground.until(lambda: "Disarmed by landing" in ground.texts)
        for watcher in watchers:
            watcher.cancel()
        assert [current for current, _ in seen][-1] == 4
        assert seen[-1][1] == 5
        assert {FlightMode.MISSION, FlightMode.RETURN_TO_LAUNCH} <= set(modes)
        body = ground.vehicle.aircraft.body
        assert math.hypot(body.north_m, body.east_m) < 0.5


async def test_mission_outside_the_fence_is_not_started(ground_station):
    async with ground_station(5.0) as ground:
        raw = MissionRawAsync(ground.system)
        await GeofenceAsync(ground.system).upload_geofence(fence(0.0003))
        await raw.upload_mission(patrol())
        await ground.until(lambda: "Geofence violation for waypoint 3" in ground.texts)
        await raw.start_mission()  # PX4 grants any mode while disarmed: arming is where it says no
        await ground.until(lambda: ground.vehicle.aircraft.commander.nav_state.title == "Mission")
        vehicle = ground.vehicle.aircraft
        assert not vehicle.commander.can_arm


async def test_unsupported_item_fails_the_upload_with_a_text(ground_station):
    async with ground_station(5.0) as ground:
        with pytest.raises(MissionRawError, match="UNSUPPORTED"):
            await MissionRawAsync(ground.system).upload_mission([item(0, mavlink.MAV_CMD_DO_PARACHUTE)])
        await ground.until(lambda: "IGN MISSION_ITEM: Invalid item" in ground.texts)


async def test_pause_holds_and_resume_goes_on(ground_station):
    async with ground_station(15.0) as ground:
        raw, action = MissionRawAsync(ground.system), ActionAsync(ground.system)
        await raw.upload_mission(patrol(cruise_mps=5.0))
        await action.arm()
        await raw.start_mission()
        body = ground.vehicle.aircraft.body
        await ground.until(lambda: body.north_m > 15)
        await raw.pause_mission()
        await ground.until(lambda: body.ground_speed_mps < 0.05)
        held_m = body.north_m
        assert held_m < 50
        await asyncio.sleep(0.3)
        assert body.north_m == pytest.approx(held_m, abs=0.3)
        await raw.set_current_mission_item(3)
        await raw.start_mission()
        await ground.until(lambda: ground.vehicle.aircraft.mission.index == 4)
        with pytest.raises(MissionRawError):
            await raw.set_current_mission_item(17)


async def test_takeoff_reposition_and_return(ground_station):
    async with ground_station(20.0) as ground:
        action, craft = ActionAsync(ground.system), ground.vehicle.aircraft
        await action.set_takeoff_altitude(8.0)
        await action.takeoff()
        await asyncio.sleep(0.3)
        assert craft.body.height_m == 0.0, "an unarmed vehicle stays on the ground"
        await action.arm()
        await ground.until(lambda: craft.commander.nav_state.title == "Hold" and craft.body.height_m > 7)
        await action.goto_location(34.7603, 113.7002, 115.0, 90.0)
        place = craft.to_local(34.7603, 113.7002)
        await ground.until(lambda: math.dist(place, (craft.body.north_m, craft.body.east_m)) < 0.3)
        await ground.until(lambda: abs(craft.alt_amsl_m - 115.0) < 0.3 and abs(craft.body.yaw_rad - math.pi / 2) < 0.1)
        await action.return_to_launch()
        await ground.until(lambda: "Disarmed by landing" in ground.texts)


async def test_denied_arming_reaches_the_ground_with_its_reason(ground_station):
    async with ground_station(5.0, SYS_FAILURE_EN=1) as ground:
        ground.vehicle.aircraft.fail_gps(True)
        await ground.until(lambda: not ground.vehicle.aircraft.position_ok)
        with pytest.raises(ActionError, match="DENIED"):
            await ActionAsync(ground.system).arm()
        await ground.until(lambda: "Preflight Fail: GPS fix too low" in ground.texts)
        await ground.until(
            lambda: "Preflight Fail: Navigation error: No valid global position estimate" in ground.texts
        )


async def test_vehicle_returns_when_the_ground_station_vanishes(ground_station):
    async with ground_station(10.0, NAV_DLL_ACT=2, COM_DL_LOSS_T=18, MIS_TAKEOFF_ALT=5.0) as ground:
        action, craft = ActionAsync(ground.system), ground.vehicle.aircraft
        await ground.until(lambda: not craft.commander.gcs_lost)
        await action.arm()
        await action.takeoff()
        await ground.until(lambda: craft.commander.nav_state.title == "Hold" and craft.body.height_m > 4)
        ground.vehicle.gcs.datagram_received = lambda data, addr: None  # the uplink is cut
        await ground.until(lambda: craft.commander.nav_state.title == "Return")
        assert "Connection to ground station lost" in ground.texts
