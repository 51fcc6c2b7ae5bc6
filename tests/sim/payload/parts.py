"""Starting, watching and ending one small simulation, as a user would."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import av

from sim.camera.sei import parse_time_stamp
from sim.launch.ports import PortError, Ports, check_free

START_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Simulation:
    """A running `python -m sim run` with one drone."""

    process: subprocess.Popen[bytes]
    ports: Ports
    video_url: str
    log: Path


def free_ports() -> Ports:
    for offset in range(17000, 20000, 100):
        ports = Ports(offset)
        udp = [p(0) for p in (ports.gcs, ports.vehicle_gcs, ports.payload, ports.vehicle_payload, ports.video)]
        try:
            check_free(udp, [ports.feed])
        except PortError:
            continue
        return ports
    raise AssertionError("no free ports")


def start_simulation(folder: Path, *arguments: str) -> Simulation:
    ports = free_ports()
    command = [sys.executable, "-m", "sim", "run", "--drones", "1", "--base-port-offset", str(ports.offset)]
    log = folder / "log.txt"
    out = folder / "out.txt"
    with log.open("wb") as err, out.open("wb") as told:
        process = subprocess.Popen([*command, *arguments], stdout=told, stderr=err)
    deadline = time.monotonic() + START_TIMEOUT_S
    while "READY" not in out.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            process.wait(10)
            raise AssertionError(f"the simulation did not start:\n{log.read_text()}")
        time.sleep(0.1)
    line = next(line for line in out.read_text().splitlines() if line.startswith("READY "))
    drone = json.loads(line.removeprefix("READY "))["drones"][0]
    return Simulation(process, ports, drone["video"], log)


def stop_simulation(simulation: Simulation) -> int:
    simulation.process.terminate()
    return simulation.process.wait(15)


def read_frames(url: str, count: int) -> list[tuple[float, float]]:
    """(capture, arrival) unix seconds of each access unit; every one must decode."""
    times = []
    with av.open(f"{url}?timeout=10000000", format="mpegts", options={"probesize": "50000", "fflags": "nobuffer"}) as v:
        for packet in v.demux(video=0):
            assert all(frame.width == 320 for frame in packet.decode())
            if packet.size:
                stamp = parse_time_stamp(bytes(packet))
                assert stamp is not None, "a frame without its capture time"
                times.append((stamp / 1e6, time.time()))
            if len(times) >= count:
                break
    return times
