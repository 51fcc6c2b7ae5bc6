"""Starting the service and the simulator, and taking them down again whatever happens."""

import asyncio
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

STOP_WAIT_S = 8.0


class DemoFailure(Exception):
    """The story cannot go on; the message says why."""


@dataclass
class Part:
    """One running process of the demo."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    def tail(self, lines: int = 8) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def check(self) -> None:
        """Raises DemoFailure with the part's last words when it has ended."""
        if self.process.returncode is not None:
            raise DemoFailure(f"{self.name} ended (exit {self.process.returncode}):\n{self.tail()}")

    async def stop(self) -> None:
        """SIGTERM to its process group, SIGKILL when it does not listen."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self.process.returncode is not None:
                return
            os.killpg(self.process.pid, sign)
            try:
                await asyncio.wait_for(self.process.wait(), STOP_WAIT_S)
            except TimeoutError:
                continue


async def start(name: str, arguments: list[str], log: Path, environment: dict[str, str]) -> Part:
    """Start `python <arguments>` in a process group of its own, its output in `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
            stdin=asyncio.subprocess.DEVNULL,
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    return Part(name, process, log)


def check_ports(udp: list[int], tcp: list[int]) -> None:
    """Raises DemoFailure naming the port that another program holds."""
    for kind, ports in ((socket.SOCK_DGRAM, udp), (socket.SOCK_STREAM, tcp)):
        for port in ports:
            with socket.socket(socket.AF_INET, kind) as probe:
                if kind == socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    word = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
                    raise DemoFailure(
                        f"{word} port {port} is in use: is another demo or simulator running? ({error.strerror})"
                    ) from error
