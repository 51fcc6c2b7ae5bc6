"""`python -m sim.vehicle`: several multicopters in one process."""

import asyncio
import logging
import math
import signal
import sys
from typing import Annotated

import typer

from sim.vehicle.aircraft import Home
from sim.vehicle.clock import Clock
from sim.vehicle.link import Address, PortInUse
from sim.vehicle.multicopter import Multicopter, MulticopterConfig
from sim.vehicle.wind import Wind

PAYLOAD_LOCAL_BASE = 14280
GROUND_ALT_M = 100.0
SPACING_M = 6.0
"""Distance between vehicles that share one --home."""


def parse_home(text: str) -> Home:
    """`LAT,LON[,ALT[,HEADING]]` in degrees and metres AMSL (default: the simulated world's ground, 100 m).

    Raises ValueError naming what is wrong.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"--home {text!r}: expected LAT,LON[,ALT[,HEADING]] as numbers") from None
    if not 2 <= len(numbers) <= 4:
        raise ValueError(f"--home {text!r}: expected 2 to 4 numbers, got {len(numbers)}")
    lat, lon, alt, heading = [*numbers, *(GROUND_ALT_M, 0.0)[len(numbers) - 2 :]]
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError(f"--home {text!r}: latitude or longitude out of range")
    return Home(lat, lon, alt, math.radians(heading))


def parse_address(text: str) -> Address:
    """`HOST:PORT`. Raises ValueError naming what is wrong."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{text!r}: expected HOST:PORT")
    return host, int(port)


def homes_for(count: int, texts: list[str]) -> list[Home]:
    """One home per vehicle; a single one is shared by all, side by side to the east. Raises ValueError."""
    homes = [parse_home(text) for text in texts]
    if len(homes) == count:
        return homes
    if len(homes) != 1:
        raise ValueError(f"--home given {len(homes)} times for {count} vehicles: give it once, or once for each")
    first = homes[0]
    step_deg = math.degrees(SPACING_M / (6378137.0 * math.cos(math.radians(first.lat_deg))))
    return [Home(first.lat_deg, first.lon_deg + i * step_deg, first.alt_m, first.yaw_rad) for i in range(count)]


async def run(vehicles: list[Multicopter]) -> None:
    """Run until SIGTERM or SIGINT. Raises `PortInUse`, or what stopped a vehicle."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    started: list[Multicopter] = []
    try:
        for vehicle in vehicles:
            await vehicle.start()
            started.append(vehicle)
        waits = [asyncio.ensure_future(vehicle.wait()) for vehicle in started]
        stopping = asyncio.ensure_future(stop.wait())
        done, _ = await asyncio.wait([stopping, *waits], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in done:
            task.result()
    finally:
        for vehicle in started:
            await vehicle.stop()


def main(
    home: Annotated[list[str], typer.Option(help="LAT,LON[,ALT[,HEADING]]; once, or once for each vehicle")],
    count: Annotated[int, typer.Option(min=1, max=100, help="Number of vehicles")] = 1,
    gcs: Annotated[str, typer.Option(help="Ground station, HOST:PORT (UDP)")] = "127.0.0.1:14540",
    payload_base: Annotated[int, typer.Option(help="Vehicle i sends to its payload at this port + i")] = 14030,
    local_base: Annotated[int, typer.Option(help="Vehicle i's own port towards the ground is this + i")] = 14580,
    payload_local_base: Annotated[
        int, typer.Option(help="Vehicle i's own port towards its payload is this + i")
    ] = PAYLOAD_LOCAL_BASE,
    wind_mps: Annotated[float, typer.Option(min=0.0, help="Mean wind speed")] = 0.0,
    wind_from: Annotated[float, typer.Option(help="Direction the wind comes from, degrees")] = 270.0,
    seed: Annotated[int, typer.Option(help="Seed of the gusts")] = 0,
    speed_factor: Annotated[float, typer.Option(min=0.1, max=100.0, help="Simulated seconds per second")] = 1.0,
) -> None:
    """Simulated PX4-flavoured multicopters speaking MAVLink 2 over UDP."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
    try:
        homes = homes_for(count, home)
        ground = parse_address(gcs)
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    clock = Clock(speed_factor)
    vehicles = [
        Multicopter(
            MulticopterConfig(
                system_id=i + 1,
                home=homes[i],
                gcs=ground,
                payload=("127.0.0.1", payload_base + i),
                local_port=local_base + i,
                payload_local_port=payload_local_base + i,
                wind=Wind(wind_mps, math.radians(wind_from), seed=seed + i),
            ),
            clock,
        )
        for i in range(count)
    ]
    logging.info("%d vehicle(s): from port %d to %s, payload at port %d", count, local_base, gcs, payload_base)
    try:
        asyncio.run(run(vehicles))
    except PortInUse as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    typer.run(main)
