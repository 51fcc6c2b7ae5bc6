"""The launcher ends with what it started, and says why."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from sim.launch.plan import Plan
from sim.launch.ports import Ports
from sim.launch.supervise import Part, PartError, Supervisor
from sim.world.scenario import load_scenario

SLEEPER = "import time; print('I am up', flush=True); time.sleep(60)"
DYING = "import sys, time; print('I am up', flush=True); time.sleep(0.2); print('out of petrol'); sys.exit(3)"


def part(name: str, program: str) -> Part:
    return Part(name, [sys.executable, "-c", program], "I am up", ready_within_s=10)


async def test_dying_part_ends_the_run_with_its_last_lines_and_leaves_nobody() -> None:
    others = set(psutil.Process().children(recursive=True))  # of tests that ran before in this process
    supervisor = Supervisor()
    await supervisor.start([part("steady", SLEEPER), part("weak", DYING)])
    with pytest.raises(PartError, match=r"(?s)weak ended with status 3.*out of petrol"):
        await supervisor.watch()
    await supervisor.stop()
    assert set(psutil.Process().children(recursive=True)) <= others


async def test_part_that_ends_before_it_is_ready_is_an_error() -> None:
    supervisor = Supervisor()
    with pytest.raises(PartError, match="no such road"):
        await supervisor.start([part("world", "import sys; sys.exit('no such road')")])
    await supervisor.stop()


def test_parts_die_with_a_killed_launcher(tmp_path: Path) -> None:
    program = (
        "import asyncio\n"
        "from sim.launch.supervise import Part, Supervisor\n"
        "async def main():\n"
        "    supervisor = Supervisor()\n"
        f"    await supervisor.start([Part('steady', [{sys.executable!r}, '-c', {SLEEPER!r}], 'I am up')])\n"
        "    await supervisor.watch()\n"
        "asyncio.run(main())\n"
    )
    launcher = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == b"steady ready\n"
    (child,) = psutil.Process(launcher.pid).children()
    os.kill(launcher.pid, signal.SIGKILL)
    launcher.wait()
    deadline = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the part outlived its launcher"
        time.sleep(0.05)


def test_port_in_use_is_named_and_nothing_is_started() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        command = [sys.executable, "-m", "sim", "run", "--drones", "1", "--base-port-offset", str(port - 14030)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert f"UDP port {port}" in done.stderr


def plan(**changes: object) -> Plan:
    scenario = load_scenario("shoulder_stop")
    settings = {"scenario_name": "shoulder_stop", "scenario": scenario, "seed": 7, "drones": 2, "ports": Ports(100)}
    settings |= {"folder": Path("x"), "video_size": "320x180", "fps": 5.0, "samples": 0, "pose_error": ""}
    return Plan(**(settings | changes))  # type: ignore[arg-type]


def test_every_port_follows_the_offset_and_no_two_parts_share_one() -> None:
    ports = plan(drones=4).udp_ports()
    assert len(set(ports)) == len(ports) == 12
    assert plan().announcement()["links"] == ["udpin://0.0.0.0:14640"]


def test_px4_drones_have_a_ground_link_each() -> None:
    announced = plan(px4_link=("127.0.0.1", 14030))
    assert announced.announcement()["links"] == ["udpin://0.0.0.0:14640", "udpin://0.0.0.0:14641"]
    assert announced.udp_ports() == [14030, 14031]


def test_drones_beyond_the_scenarios_homes_stand_apart() -> None:
    homes = plan(drones=4).homes()
    assert len(set(homes)) == 4
