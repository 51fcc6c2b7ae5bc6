"""A pilot for the aircraft without I/O, running vehicles on free ports, and a MAVSDK ground station."""

import asyncio
import contextlib
import math
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from mavsdk.asyncio import ComponentType, Configuration, Mavsdk
from mavsdk.asyncio.plugins.telemetry import TelemetryAsync
from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.aircraft import Aircraft, Home
from sim.vehicle.clock import Clock
from sim.vehicle.modes import NavState
from sim.vehicle.multicopter import Multicopter, MulticopterConfig
from sim.vehicle.notices import ItemReached, PayloadCommand, Text
from sim.vehicle.plan import MISSION, Item
from sim.vehicle.wind import Wind

HOME = Home(34.76, 113.70, 100.0)
NAN = math.nan


class Pilot:
    """Flies an `Aircraft` by stepping it; collects what it says."""

    def __init__(self, wind: Wind | None = None, **params: float) -> None:
        self.craft = Aircraft(HOME, wind=wind, params=params)
        self.texts: list[str] = []
        self.reached: list[int] = []
        self.payload: list[PayloadCommand] = []
        self.watch: Callable[[], None] | None = None
        self.run(2.0)

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Step for so long, or until a condition holds; whether it did."""
        end_s = self.craft.t_s + seconds
        while self.craft.t_s < end_s:
            self.craft.step()
            if self.watch:
                self.watch()
            self._listen()
            if until and until():
                return True
        return until is None

    def _listen(self) -> None:
        while self.craft.notices:
            notice = self.craft.notices.popleft()
            if isinstance(notice, Text):
                self.texts.append(notice.text)
            elif isinstance(notice, ItemReached):
                self.reached.append(notice.seq)
            elif isinstance(notice, PayloadCommand):
                self.payload.append(notice)

    def arm(self, state: NavState = NavState.HOLD) -> bool:
        assert self.craft.commander.request_mode(state)
        armed = self.craft.commander.arm("test")
        self._listen()
        return armed

    def climb(self, height_m: float) -> None:
        """Arm, take off and hold at a height."""
        self.craft.params.set("MIS_TAKEOFF_ALT", height_m)
        assert self.arm(NavState.TAKEOFF)
        assert self.run(60.0, lambda: self.state is NavState.HOLD)
        self.run(3.0)

    def mission(self, *items: Item) -> None:
        self.craft.set_plan(MISSION, list(items), 0)
        self._listen()

    @property
    def state(self) -> NavState:
        return self.craft.commander.nav_state


def at(seq: int, command: int, north_m: float, east_m: float, z_m: float, p: tuple[float, ...] = ()) -> Item:
    """A mission item at a place relative to HOME, `z_m` above it."""
    lat_deg, lon_deg = Aircraft(HOME).to_global(north_m, east_m)
    params = (*p, *(0.0, 0.0, 0.0, NAN)[len(p) :])
    x, y = round(lat_deg * 1e7), round(lon_deg * 1e7)
    return Item(seq, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT, command, True, *params, x, y, z_m)


def do(seq: int, command: int, *p: float) -> Item:
    """A mission item without a place."""
    params = (*p, *(0.0,) * (4 - len(p)))
    return Item(seq, mavlink.MAV_FRAME_MISSION, command, True, *params, 0, 0, 0.0)


@pytest.fixture(name="at", scope="session")
def _at() -> Callable[..., Item]:
    return at


@pytest.fixture(name="do", scope="session")
def _do() -> Callable[..., Item]:
    return do


@pytest.fixture(scope="session")
def pilot() -> type[Pilot]:
    return Pilot


def free_ports(count: int) -> list[int]:
    """UDP ports nobody uses now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture(name="free_ports")
def _free_ports() -> Callable[[int], list[int]]:
    return free_ports


@dataclass
class Ground:
    """A vehicle, and a MAVSDK hub that found it; everything the vehicle said."""

    vehicle: Multicopter
    system: Any
    telemetry: TelemetryAsync
    texts: list[str] = field(default_factory=list)

    async def until(self, condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
        """Wait for a condition on the vehicle or on what was received."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.02)

    async def _listen(self) -> None:
        async for text in self.telemetry.subscribe_status_text():
            self.texts.append(text.text)


@contextlib.asynccontextmanager
async def ground_station(speed_factor: float, **params: float) -> AsyncIterator[Ground]:
    """A vehicle ready to arm and a MAVSDK ground station connected to it."""
    gcs, payload, local, payload_local = free_ports(4)
    config = MulticopterConfig(1, HOME, ("127.0.0.1", gcs), ("127.0.0.1", payload), local, payload_local, params=params)
    configuration = Configuration.create_with_component_type(ComponentType.GROUND_STATION)
    async with Multicopter(config, Clock(speed_factor)) as vehicle, Mavsdk(configuration) as hub:
        await hub.add_any_connection(f"udpin://127.0.0.1:{gcs}")
        system = await hub.first_autopilot(timeout_s=10)
        assert system is not None
        ground = Ground(vehicle, system, TelemetryAsync(system))
        listener = asyncio.create_task(ground._listen())
        async with asyncio.timeout(20):
            async for health in ground.telemetry.subscribe_health():
                if health.is_global_position_ok and health.is_home_position_ok and health.is_armable:
                    break
        yield ground
        listener.cancel()


@pytest.fixture(name="ground_station")
def _ground_station() -> Callable[..., contextlib.AbstractAsyncContextManager[Ground]]:
    return ground_station
