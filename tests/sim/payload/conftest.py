"""One small simulation for the whole folder, and a real MAVSDK client on it."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from mavsdk.asyncio import ComponentType, Configuration, Mavsdk

from tests.sim.payload.parts import Simulation, start_simulation, stop_simulation


@pytest.fixture(scope="session")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulation]:
    running = start_simulation(
        tmp_path_factory.mktemp("sim"), "--scenario", "quiet", "--video-size", "320x180", "--fps", "10"
    )
    yield running
    assert stop_simulation(running) == 0, running.log.read_text()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hub(simulation: Simulation) -> AsyncIterator[Mavsdk]:
    async with Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION)) as mavsdk:
        await mavsdk.add_any_connection(f"udpin://127.0.0.1:{simulation.ports.gcs()}")
        yield mavsdk
