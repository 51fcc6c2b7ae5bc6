"""`/api/events`: everything that happens, to every open console, as it happens."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

from gcs.bus import Topic
from gcs.people.api import require_socket
from gcs.perception.types import Scene

router = APIRouter()

BOUND = 1024
"""Messages a slow console may fall behind before it is sent away to start afresh."""
DRONE_PERIOD_S = 0.2
TRY_AGAIN_LATER = 1013

Truth = Callable[[], Awaitable[list[dict[str, Any]]]]
"""The messages that tell a newly connected console how things stand."""


class Live:
    """Collects the rooms' topics into messages for the consoles."""

    def __init__(self, truth: Truth) -> None:
        self.messages: Topic[str] = Topic()
        self._truth = truth
        self._tasks: list[asyncio.Task[None]] = []

    def forward(self, kind: str, topic: Topic[Any], period_s: float = 0.0) -> None:
        """Tell of every item of a topic as `{"type": kind, kind: item}`, each system id at most every `period_s`."""
        self._tasks.append(asyncio.create_task(self._forward(kind, topic, period_s), name=f"live-{kind}"))

    def say(self, message: Mapping[str, Any]) -> None:
        """Tell every console now."""
        self.messages.publish(json.dumps(message, ensure_ascii=False))

    async def stop(self) -> None:
        """Stop forwarding."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def serve(self, websocket: WebSocket) -> None:
        """One console, until it leaves or falls too far behind."""
        await websocket.accept()
        with self.messages.subscribe(BOUND) as subscription:
            for message in await self._truth():
                await websocket.send_text(json.dumps(message, ensure_ascii=False))
            sender = asyncio.create_task(_send(websocket, subscription.get, lambda: subscription.dropped))
            try:
                while True:  # a console says nothing; this notices that it left
                    await websocket.receive_text()
            except WebSocketDisconnect:
                pass
            finally:
                sender.cancel()
                await asyncio.gather(sender, return_exceptions=True)

    async def _forward(self, kind: str, topic: Topic[Any], period_s: float) -> None:
        last: dict[int, float] = {}
        with topic.subscribe(BOUND) as subscription:
            async for item in subscription:
                if period_s:
                    now, key = time.monotonic(), item.system_id
                    if now - last.get(key, 0.0) < period_s:
                        continue
                    last[key] = now
                self.say(as_message(kind, item))


async def _send(websocket: WebSocket, get: Callable[[], Awaitable[str]], dropped: Callable[[], int]) -> None:
    while True:
        message = await get()
        if dropped():
            # An alert may be among what was dropped: the console must connect again and fetch the truth.
            await websocket.close(TRY_AGAIN_LATER, "too slow")
            return
        await websocket.send_text(message)


def as_message(kind: str, item: BaseModel) -> dict[str, Any]:
    """`{"type": kind, kind: item}` in JSON types."""
    return {"type": kind, kind: item.model_dump(mode="json")}


def scene_message(
    scene: Scene, to_wgs84: Callable[[float, float], tuple[float, float]], flagged: Mapping[int, str]
) -> dict[str, Any]:
    """A scene as the console draws it: boxes as shares of the frame, keyed by its capture time."""
    users = []
    for user in scene.users:
        lat, lon = to_wgs84(user.x_m, user.y_m)
        users.append(
            {
                "track_id": user.track_id,
                "cls": user.cls,
                "box": [round(v, 4) for v in user.box],
                "speed_kmh": round(user.speed_mps * 3.6, 1),
                "speed_sigma_kmh": round(user.speed_sigma_mps * 3.6, 1),
                "lane_type": user.lane.lane_type if user.lane else None,
                "lat_deg": round(lat, 7),
                "lon_deg": round(lon, 7),
                "observed": user.observed,
                "flagged": flagged.get(user.track_id),
            }
        )
    t_us = round(scene.t_capture_unix_s * 1e6)
    return {"type": "scene", "drone": scene.drone_id, "t_capture_us": t_us, "users": users}


@router.websocket("/api/events")
async def events(websocket: WebSocket) -> None:
    """Live events for anybody signed in: first how things stand, then what changes."""
    await require_socket(websocket)
    live: Live = websocket.app.state.live
    await live.serve(websocket)
