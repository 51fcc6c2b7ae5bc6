"""A sortie on a real PX4 SITL carrying our payload: `PX4_BUILD_DIR=... pytest -m px4`."""

import asyncio
import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gcs.db.base import Database
from gcs.missions.schemas import SortieRequest
from gcs.missions.service import Missions
from tests.fleet.parts import first_drone, fleet_on
from tests.sim.payload.parts import Simulation, start_simulation, stop_simulation

PLANS = Path(__file__).parents[2] / "mission_plans"
BY = "Li Wei"

pytestmark = [pytest.mark.px4, pytest.mark.timeout(420)]


@pytest.fixture
def px4(tmp_path: Path) -> Iterator[Simulation]:
    build = os.environ.get("PX4_BUILD_DIR")
    if not build:
        pytest.skip("PX4_BUILD_DIR names no PX4 SITL build directory")
    running = start_simulation(tmp_path, "--px4-build", build, "--video-size", "320x180")
    yield running
    assert stop_simulation(running) == 0, running.log.read_text()


async def test_px4_flies_the_patrol_holds_for_an_alert_and_lands(px4: Simulation, db: Database) -> None:
    async with fleet_on(db, px4.ports.gcs()) as fleet:
        missions = Missions(fleet, db, PLANS)
        await missions.start()
        drone = await first_drone(fleet)
        await drone.until(lambda s: s.gimbal is not None, 30)
        with missions.sorties.subscribe(256) as news:
            await missions.start_sortie(SortieRequest(drone=1, plan="zhongzhou_patrol"), BY)

            async def until(state: str, timeout_s: float) -> None:
                async with asyncio.timeout(timeout_s):
                    while (sortie := await news.get()).state != state:
                        assert sortie.state != "aborted", sortie.reason

            await until("flying", 60)
            await drone.until(lambda s: s.landed_state == "IN_AIR" and s.position.alt_rel_m > 25, 60)  # type: ignore[union-attr]
            await drone.until(lambda s: s.gimbal is not None and abs(s.gimbal.pitch_deg + 45) < 1, 30)
            here = drone.state.position
            assert here is not None
            assert await missions.hold_for_alert(1, here.lat_deg + 0.0003, here.lon_deg)
            down = math.degrees(math.atan2(here.alt_rel_m, 0.0003 * 111_195))
            await drone.until(lambda s: s.gimbal is not None and abs(s.gimbal.pitch_deg + down) < 12, 15)
            assert await missions.release(1)
            await drone.until(lambda s: s.flight_mode == "Mission", 5)
            await drone.until(lambda s: s.gimbal is not None and abs(s.gimbal.pitch_deg + 45) < 1, 15)
            await until("returning", 240)
            await until("landed", 120)
        await missions.stop()
