"""Real peers for the fleet: simulated vehicles in processes of their own, on ports nobody uses."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gcs.db.base import Database
from gcs.fleet.drone import Drone
from gcs.fleet.hub import Fleet

ROOT = Path(__file__).parents[2]
HOME = (34.7600, 113.7000, 100.0)


def free_port() -> int:
    """A UDP port nobody uses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Vehicle:
    """`python -m sim.vehicle` with one multicopter, system id 1, that can be killed and started again."""

    def __init__(self, gcs_port: int, speed_factor: float = 1.0) -> None:
        self.gcs_port = gcs_port
        self.payload_port = free_port()
        self._speed_factor = speed_factor
        self._local = (free_port(), free_port())
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """As a process, at home."""
        ports = {
            "--gcs": f"127.0.0.1:{self.gcs_port}",
            "--payload-base": self.payload_port,
            "--local-base": self._local[0],
            "--payload-local-base": self._local[1],
            "--home": ",".join(map(str, HOME)),
            "--speed-factor": self._speed_factor,
        }
        arguments = [str(part) for pair in ports.items() for part in pair]
        self._process = await process("sim.vehicle", *arguments)

    async def kill(self) -> None:
        """SIGKILL: it vanishes in the middle of a sentence."""
        await self._end(signal.SIGKILL)

    def pause(self) -> None:
        """It says nothing, and stands still in the air."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After `pause`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        """SIGTERM."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            await end(self._process, how)
            self._process = None


async def process(module: str, *arguments: str) -> asyncio.subprocess.Process:
    """`python -m module ...`; what it logs is not shown."""
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, cwd=ROOT, stdout=quiet, stderr=quiet
    )


async def end(running: asyncio.subprocess.Process, how: signal.Signals = signal.SIGTERM) -> None:
    """Signal and wait."""
    if running.returncode is None:
        running.send_signal(how)
    await asyncio.wait_for(running.wait(), 15)


@asynccontextmanager
async def vehicle(speed_factor: float = 1.0) -> AsyncIterator[Vehicle]:
    """A running vehicle, ended afterwards."""
    flying = Vehicle(free_port(), speed_factor)
    await flying.start()
    try:
        yield flying
    finally:
        await flying.stop()


@asynccontextmanager
async def fleet_on(db: Database, *ports: int) -> AsyncIterator[Fleet]:
    """A started fleet listening on these ports."""
    fleet = Fleet([f"udpin://127.0.0.1:{port}" for port in ports], db)
    await fleet.start()
    try:
        yield fleet
    finally:
        await fleet.stop()


async def first_drone(fleet: Fleet, system_id: int = 1) -> Drone:
    """The drone, ready to be armed."""
    with fleet.found.subscribe() as found:
        async with asyncio.timeout(20):
            while system_id not in fleet.drones:
                await found.get()
    drone = fleet.drones[system_id]
    await drone.until(lambda s: s.health.armable and s.position is not None and s.home is not None, 20)
    await drone.until(lambda s: s.mission is not None and s.battery is not None and s.gps is not None, 5)
    return drone
