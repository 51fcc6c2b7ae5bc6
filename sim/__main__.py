"""`python -m sim run`: a whole simulation in one command."""

import asyncio
import json
import re
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from sim.launch.plan import Plan
from sim.launch.ports import PortError, Ports, check_free
from sim.launch.supervise import Part, PartError, Supervisor
from sim.px4.sitl import Px4Error, check_build
from sim.world.scenario import ScenarioError, load_scenario

USAGE = 2
"""Exit status when it cannot start as asked; 1 when a part died."""

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def sim() -> None:
    """The simulated city road, its drones and their payloads."""


@app.command()
def run(
    scenario: Annotated[str, typer.Option(help="Name in sim/scenarios, or a .yaml file.")] = "shoulder_stop",
    drones: Annotated[int, typer.Option(min=1, max=10, help="How many.")] = 2,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the scenario's own.")] = None,
    px4_build: Annotated[Path | None, typer.Option(help="Fly PX4 SITL from this build directory.")] = None,
    px4_url: Annotated[
        str | None, typer.Option(help="A running PX4's payload link, udpin:127.0.0.1:14030; nothing is started.")
    ] = None,
    video_size: Annotated[str, typer.Option(help="WIDTHxHEIGHT of each camera.")] = "1280x720",
    fps: Annotated[float, typer.Option(min=1, max=60, help="Frames a second.")] = 10.0,
    samples: Annotated[int, typer.Option(min=0, max=8, help="Anti-aliasing samples a pixel; 4 doubles the work.")] = 0,
    pose_error: Annotated[str, typer.Option(help="gps_m=1.5,att_deg=1.0: how far true poses stray.")] = "",
    base_port_offset: Annotated[int, typer.Option(min=-5000, max=50000, help="Added to every port.")] = 0,
) -> None:
    """Starts world, vehicles and payloads; prints READY and a JSON object once all work; ends when one of them does."""
    with TemporaryDirectory(prefix="patrol-sim-") as folder:
        try:
            loaded = load_scenario(scenario)
            plan = Plan(
                scenario_name=scenario,
                scenario=loaded,
                seed=loaded.seed if seed is None else seed,
                drones=drones,
                ports=Ports(base_port_offset),
                folder=Path(folder),
                video_size=video_size,
                fps=fps,
                samples=samples,
                pose_error=pose_error,
                px4_build=px4_build.resolve() if px4_build else None,
                px4_link=_host_port(px4_url) if px4_url else None,
            )
            if plan.px4_build and plan.px4_link:
                raise ValueError("--px4-build and --px4-url exclude each other")
            if plan.px4_build:
                check_build(plan.px4_build)
            check_free(plan.udp_ports(), [plan.ports.feed])
        except (ScenarioError, Px4Error, PortError, ValueError) as error:
            print(f"sim: {error}", file=sys.stderr)
            raise typer.Exit(USAGE) from error
        raise typer.Exit(asyncio.run(_fly(plan)))


def _host_port(url: str) -> tuple[str, int]:
    match = re.fullmatch(r"udpin:(?://)?([^:/]+):(\d+)", url)
    if match is None:
        raise ValueError(f"--px4-url {url!r}: expected udpin:HOST:PORT")
    return match[1], int(match[2])


def _vehicles(plan: Plan) -> list[Part]:
    if plan.px4_link:
        return []
    return plan.px4(plan.px4_build) if plan.px4_build else [plan.vehicles()]


async def _fly(plan: Plan) -> int:
    supervisor = Supervisor()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    work = asyncio.create_task(_work(supervisor, plan))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            return 0
        work.result()
    except (PartError, OSError) as error:
        print(f"sim: {error}", file=sys.stderr)
        return 1
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await supervisor.stop()
    return 0


async def _work(supervisor: Supervisor, plan: Plan) -> None:
    payloads = [plan.payload(seat) for seat in plan.seats]
    await supervisor.start([plan.world(), *_vehicles(plan), *payloads])
    print("READY " + json.dumps(plan.announcement()), flush=True)
    await supervisor.watch()


if __name__ == "__main__":
    app()
