"""Video over HTTP: state, the WebSocket relay, MJPEG."""

import asyncio
import contextlib
from typing import Annotated, cast

from fastapi import APIRouter, Depends, HTTPException, Request, WebSocket, WebSocketDisconnect, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from gcs.people.api import require, require_socket
from gcs.people.schemas import Principal
from gcs.video.mjpeg import BOUNDARY
from gcs.video.relay import relay
from gcs.video.service import Channel, Video
from gcs.video.types import StreamState

GONE = (WebSocketDisconnect, RuntimeError, OSError)
"""What sending to a viewer that left raises, depending on how far its leaving got."""

router = APIRouter(prefix="/api/drones/{drone_id}", tags=["video"])


class VideoOut(BaseModel):
    """How a drone's video is doing."""

    state: StreamState
    detail: str
    url: str | None
    width: int | None
    height: int | None
    fps: float
    age_s: float | None
    recording_trouble: str


def video_of(request: Request) -> Video:
    """The video room of this application."""
    return cast(Video, request.app.state.video)


@router.get("/video")
async def video_state(
    drone_id: int, video: Annotated[Video, Depends(video_of)], _: Annotated[Principal, Depends(require())]
) -> VideoOut:
    """The state of a drone's video; off when it sends none."""
    channel = video.channels.get(drone_id)
    if channel is None:
        return VideoOut(
            state="off", detail="the drone sends no video", url=None, width=None, height=None,
            fps=0.0, age_s=None, recording_trouble="",
        )  # fmt: skip
    health = channel.stream.health
    return VideoOut(
        state=health.state, detail=health.detail, url=health.url, width=health.width, height=health.height,
        fps=round(health.fps, 1), age_s=health.age_s, recording_trouble=channel.recorder.trouble,
    )  # fmt: skip


@router.get("/video.mjpeg")
async def video_mjpeg(
    drone_id: int, video: Annotated[Video, Depends(video_of)], _: Annotated[Principal, Depends(require())]
) -> StreamingResponse:
    """Pictures as multipart JPEG, at most 5 a second; each part tells its capture time in `X-Capture-Time-Us`."""
    channel = _channel(video, drone_id)
    return StreamingResponse(
        channel.mjpeg.parts(),
        media_type=f"multipart/x-mixed-replace; boundary={BOUNDARY}",
        headers={"Cache-Control": "no-store"},
    )


@router.websocket("/video/ws")
async def video_socket(websocket: WebSocket, drone_id: int) -> None:
    """The access units as the drone encoded them; see `gcs.video.relay` for the messages."""
    await require_socket(websocket)
    video = cast(Video, websocket.app.state.video)
    channel = video.channels.get(drone_id)
    await websocket.accept()
    if channel is None:
        await websocket.close(status.WS_1013_TRY_AGAIN_LATER, "the drone sends no video")
        return
    tasks = [
        asyncio.create_task(work)
        for work in (relay(channel.stream, websocket), _until_closed(websocket), channel.stream.ended.wait())
    ]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    if channel.stream.ended.is_set():
        with contextlib.suppress(*GONE):
            await websocket.close(status.WS_1001_GOING_AWAY, "the video was closed")
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, GONE):
            raise result


async def _until_closed(websocket: WebSocket) -> None:
    """Read and ignore what the viewer says, so that its leaving is noticed at once."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


def _channel(video: Video, drone_id: int) -> Channel:
    channel = video.channels.get(drone_id)
    if channel is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"drone {drone_id} sends no video")
    return channel
