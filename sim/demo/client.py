"""The demo's people: they use the service's public API, as the console does."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from sim.demo.processes import DemoFailure

Event = dict[str, Any]


class Client:
    """One signed-in person."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=20.0)
        self._socket_url = base_url.replace("http", "ws", 1)
        self._token = ""

    async def sign_in(self, username: str, password: str) -> None:
        """Raises DemoFailure when the service refuses."""
        answer = await self._http.post("/api/auth/login", data={"username": username, "password": password})
        self._token = self._checked(answer, "sign in")["access_token"]
        self._http.headers["Authorization"] = f"Bearer {self._token}"

    async def get(self, path: str) -> Any:
        """GET; raises DemoFailure with the service's words."""
        return self._checked(await self._http.get(path), path)

    async def post(self, path: str, body: Event | None = None) -> Any:
        """POST; raises DemoFailure with the service's words."""
        return self._checked(await self._http.post(path, json=body or {}), path)

    async def command(self, drone: int, name: str) -> Any:
        """A tracked command to a drone."""
        return await self.post(f"/api/drones/{drone}/commands", {"name": name, "params": {}, "key": str(uuid4())})

    async def follow(self, handle: Callable[[Event], None]) -> None:
        """Hand every live event to `handle`, reconnecting, until cancelled."""
        while True:
            try:
                async with connect(f"{self._socket_url}/api/events?token={self._token}", max_size=2**22) as socket:
                    async for message in socket:
                        handle(json.loads(message))
            except (OSError, WebSocketException):
                await asyncio.sleep(0.5)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @staticmethod
    def _checked(answer: httpx.Response, doing: str) -> Any:
        if answer.is_error:
            raise DemoFailure(f"{doing}: the service said {answer.status_code}: {answer.text[:500]}")
        return answer.json()


async def wait_healthy(base_url: str, timeout_s: float, alive: Callable[[], None]) -> Event:
    """The service's health once it answers. `alive` raises when the service has ended; else DemoFailure in the end."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    async with httpx.AsyncClient(base_url=base_url, timeout=2.0) as http:
        while asyncio.get_running_loop().time() < deadline:
            alive()
            try:
                answer = await http.get("/api/health")
                if answer.is_success:
                    return dict(answer.json())
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
    raise DemoFailure(f"the service did not answer within {timeout_s:.0f} s")
