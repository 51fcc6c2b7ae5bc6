"""`python -m sim.world`: the road, running, served as a feed."""

import asyncio
import logging
import signal
import sys
from typing import Annotated

import typer

from sim.world.scenario import ScenarioError, load_scenario
from sim.world.server import FeedServer
from sim.world.world import World


def main(
    scenario: Annotated[str, typer.Option(help="Name in sim/scenarios, or a .yaml file.")] = "quiet",
    seed: Annotated[int | None, typer.Option(help="Instead of the scenario's own.", min=0)] = None,
    host: Annotated[str, typer.Option(help="Address to serve the feed on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="TCP port of the feed.", min=1, max=65535)] = 14700,
) -> None:
    """Runs a scenario in real time until it is stopped."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="world: %(message)s")
    try:
        with World(load_scenario(scenario), seed) as world:
            asyncio.run(_serve(world, host, port))
    except (ScenarioError, OSError) as error:
        print(f"world: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


async def _serve(world: World, host: str, port: int) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await FeedServer(world).serve(host, port, stop)


if __name__ == "__main__":
    typer.run(main)
