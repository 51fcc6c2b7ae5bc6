import asyncio
import socket
from collections.abc import Callable

import pytest


@pytest.fixture
def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def until() -> Callable:
    """Wait for a condition; TimeoutError when it doesn't come true."""

    async def wait(condition: Callable[[], bool], timeout_s: float = 12.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.05)

    return wait
