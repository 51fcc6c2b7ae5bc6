"""The same payload under a real PX4 SITL: `PX4_BUILD_DIR=... pytest -m px4`."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from mavsdk.asyncio import ComponentType, Configuration, Mavsdk
from mavsdk.asyncio.plugins.action import ActionAsync
from mavsdk.asyncio.plugins.camera import CameraAsync
from mavsdk.asyncio.plugins.gimbal import GimbalAsync
from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.asyncio.plugins.telemetry import TelemetryAsync

from tests.sim.payload.parts import Simulation, read_frames, start_simulation, stop_simulation
from tests.sim.payload.waiting import first

PLAN = Path(__file__).parents[3] / "mission_plans" / "zhongzhou_patrol.plan"
CAMERA = 100

pytestmark = pytest.mark.px4


@pytest.fixture
def px4(tmp_path: Path) -> Iterator[Simulation]:
    build = os.environ.get("PX4_BUILD_DIR")
    if not build:
        pytest.skip("PX4_BUILD_DIR names no PX4 SITL build directory")
    running = start_simulation(tmp_path, "--px4-build", build, "--video-size", "320x180")
    yield running
    assert stop_simulation(running) == 0, running.log.read_text()


async def test_px4_flies_a_plan_and_its_gimbal_items_reach_our_gimbal(px4: Simulation) -> None:
    async with Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION)) as hub:
        await hub.add_any_connection(f"udpin://127.0.0.1:{px4.ports.gcs()}")
        drone = await hub.first_autopilot(timeout_s=15)
        telemetry, camera, gimbal = TelemetryAsync(drone), CameraAsync(drone), GimbalAsync(drone)
        await first(telemetry.subscribe_health(), lambda h: h.is_armable, 40)
        assert await ParamAsync(drone).get_param_int("NAV_DLL_ACT") == 2
        mission = MissionRawAsync(drone)
        plan = await mission.import_qgroundcontrol_mission_from_string(PLAN.read_text())
        await mission.upload_mission(plan.mission_items)
        await first(gimbal.subscribe_gimbal_list(), lambda found: found.gimbals)
        await ActionAsync(drone).arm()
        await mission.start_mission()
        await first(gimbal.subscribe_attitude(), lambda a: abs(a.euler_angle_north.pitch_deg + 45) < 0.5, 60)
        assert (await telemetry.position()).relative_altitude_m > 20
        assert set(await drone.component_ids()) == {1, 100, 154, 158}
        reading = asyncio.create_task(asyncio.to_thread(read_frames, px4.video_url, 15))
        await camera.start_video_streaming(CAMERA, 1)
        frames = await asyncio.wait_for(reading, 30)
        assert all(0 < arrival - capture < 3 for capture, arrival in frames)
