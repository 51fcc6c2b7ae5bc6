"""The demo, run once for all the tests that look at it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_run import Demo

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    port = free_port()
    log = tmp_path_factory.mktemp("demo") / "story.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "sim.demo"],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "DEMO_EXIT": "1", "PATROL_PORT": str(port), "PYTHONUNBUFFERED": "1"},
        )
    yield Demo(process, f"http://localhost:{port}", log)
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
