"""`python -m sim.demo`, what `make demo` runs.

Environment: `DEMO_EXIT=1` ends by itself and prints the figures as one JSON line; `PX4_BUILD_DIR` or `PX4_URL` fly the
same story on PX4 SITL; `PATROL_PORT` moves the console; `DEMO_SEED` changes the traffic.
"""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

from sim.demo.client import Client, wait_healthy
from sim.demo.cpu import CpuMeter
from sim.demo.narrator import Figures, Narrator
from sim.demo.processes import DemoFailure, Part, check_ports, start
from sim.demo.story import Story
from sim.world.feed import FeedClient

FOLDER = Path("var/demo")
SCENARIO = "demo"
FEED_PORT = 14700
POSE_ERROR = "gps_m=1.5,att_deg=1.0"
"""The cameras' true poses differ from what telemetry says, as real ones do."""
PASSWORD = "patrol-demo"
SERVICE_TIMEOUT_S = 60.0
SIMULATOR_TIMEOUT_S = 90.0


def vehicle_arguments() -> tuple[str, list[str], list[str]]:
    """Which vehicles fly: their name, the launcher's arguments, and the links the service listens on."""
    if build := os.environ.get("PX4_BUILD_DIR"):
        return "PX4 SITL", ["--px4-build", build], ["udpin://0.0.0.0:14540", "udpin://0.0.0.0:14541"]
    if url := os.environ.get("PX4_URL"):
        return "PX4 SITL (running)", ["--px4-url", url, "--drones", "1"], ["udpin://0.0.0.0:14540"]
    return "own simulator", [], ["udpin://0.0.0.0:14540"]


async def wait_ready(simulator: Part) -> None:
    """Until the launcher has said READY. Raises DemoFailure with its last words."""
    deadline = asyncio.get_running_loop().time() + SIMULATOR_TIMEOUT_S
    while "READY" not in simulator.tail(60):
        simulator.check()
        if asyncio.get_running_loop().time() > deadline:
            raise DemoFailure(f"the simulator was not ready within {SIMULATOR_TIMEOUT_S:.0f} s:\n{simulator.tail()}")
        await asyncio.sleep(0.2)


async def run(figures: Figures) -> None:
    """Start everything, tell the story, and stay for the console unless `DEMO_EXIT` is set."""
    narrator = Narrator()
    port = int(os.environ.get("PATROL_PORT", "8000"))
    base_url = f"http://localhost:{port}"
    figures.vehicle, vehicle, links = vehicle_arguments()
    check_ports(udp=[int(link.rsplit(":", 1)[1]) for link in links], tcp=[port, FEED_PORT])
    shutil.rmtree(FOLDER, ignore_errors=True)  # every demo is a first day
    parts: list[Part] = []
    client = Client(base_url)

    def alive() -> None:
        for part in parts:
            part.check()

    try:
        environment = {"PATROL_DATA_DIR": str(FOLDER / "data"), "PATROL_DEMO_ACCOUNTS": "true",
                       "PATROL_LINKS": ",".join(links), "PATROL_PORT": str(port)}  # fmt: skip
        seed = os.environ.get("DEMO_SEED", "7")
        launcher = [
            "-m",
            "sim",
            "run",
            "--scenario",
            SCENARIO,
            "--seed",
            seed,
            "--drones",
            "2",
            "--pose-error",
            POSE_ERROR,
            *vehicle,
        ]
        narrator.say(f"Starting the city road, two drones ({figures.vehicle}) and the service ...")
        parts.append(await start("service", ["-m", "gcs.cli", "serve"], FOLDER / "service.log", environment))
        parts.append(await start("simulator", launcher, FOLDER / "simulator.log", {}))
        health = await wait_healthy(base_url, SERVICE_TIMEOUT_S, alive)
        for name, state in health["parts"].items():
            if state["state"] != "ok":
                narrator.say(f"  {name}: {state['detail']}", "yellow")
        await wait_ready(parts[1])
        await client.sign_in("supervisor", PASSWORD)
        narrator.say(f"Console: [b]{base_url}[/b]  (sign in as operator, dispatcher or supervisor, {PASSWORD})")
        async with FeedClient("127.0.0.1", FEED_PORT) as feed:
            meter = CpuMeter({part.name: part.process.pid for part in parts})
            meter.start()
            await Story(client, narrator, figures, alive).tell(feed)
            figures.cpu_cores = meter.shares()
        figures.ok = figures.left and figures.landed
        if not os.environ.get("DEMO_EXIT"):
            narrator.plain(figures.line())
            narrator.say(f"The simulation runs on: {base_url}. Ctrl-C ends it.")
            while True:
                alive()
                await asyncio.sleep(1.0)
    finally:
        await client.close()
        for part in reversed(parts):
            await part.stop()


def main() -> int:
    """Exit status 0 only when the car left and the drone landed."""
    figures = Figures()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(run(figures))
    except DemoFailure as failure:
        figures.failure = str(failure)
        sys.stderr.write(f"The demo failed: {failure}\nLogs: {FOLDER}/*.log\n")
    except KeyboardInterrupt:
        return 0 if not os.environ.get("DEMO_EXIT") else 130
    sys.stdout.write(figures.line() + "\n")
    return 0 if figures.ok else 1


if __name__ == "__main__":
    sys.exit(main())
