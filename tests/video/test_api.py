import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import av
import httpx
import pytest
import uvicorn
import websockets
from fastapi import FastAPI

from gcs.people.schemas import Principal, Role
from gcs.video import api
from gcs.video.service import Video
from tests.video.camera import LiveCamera, number_in


class OneUser:
    """Stands in for sign-in, which has its own tests."""

    async def who(self, token: str) -> Principal:
        from gcs.people.service import SignInRefused

        if token != "good":
            raise SignInRefused("not signed in")
        return Principal(username="li", name="Li", roles=list(Role), language="zh")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[tuple[Video, str]]:
    app = FastAPI()
    app.state.people = OneUser()
    app.state.video = video = Video(tmp_path)
    app.include_router(api.router)
    await video.start()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield video, f"127.0.0.1:{listener.getsockname()[1]}"
        await video.stop()
        server.should_exit = True
        await asyncio.wait_for(task, 10)


def url(host: str, drone: int = 1, token: str = "good") -> str:
    return f"ws://{host}/api/drones/{drone}/video/ws?token={token}"


async def test_a_viewer_gets_the_configuration_then_pictures_with_their_capture_time(service, free_port, until):
    video, host = service
    stream = await video.open(1, f"udp://127.0.0.1:{free_port}")
    with LiveCamera(free_port) as camera:
        await until(lambda: stream.health.state == "live")
        decoder = av.CodecContext.create("h264", "r")
        shown = {}
        async with asyncio.timeout(10), websockets.connect(url(host)) as viewer:
            config = json.loads(await viewer.recv())
            assert config["codec"].startswith("avc1.42")
            assert (config["width"], config["height"]) == (640, 360)
            first = True
            while len(shown) < 10:
                message = await viewer.recv()
                t_us, flags = struct.unpack(">QB", message[:9])
                assert flags & 1 or not first
                first = False
                for picture in decoder.decode(av.Packet(message[9:])):
                    shown[number_in(picture.to_ndarray(format="rgb24"))] = t_us
        assert {n: camera.sent[n] for n in shown} == shown


async def test_video_wants_a_sign_in_and_a_drone_that_sends(service):
    _, host = service
    async with httpx.AsyncClient(base_url=f"http://{host}") as http:
        assert (await http.get("/api/drones/1/video")).status_code == 401
        answer = await http.get("/api/drones/1/video", params={"token": "good"})
        assert answer.json()["state"] == "off"
        missing = await http.get("/api/drones/1/video.mjpeg", params={"token": "good"})
        assert missing.status_code == 404
        assert "drone 1" in missing.json()["detail"]
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(url(host, token="bad"))
    async with websockets.connect(url(host)) as viewer:
        with pytest.raises(websockets.ConnectionClosed, match="no video"):
            await asyncio.wait_for(viewer.recv(), 5)


async def test_mjpeg_is_limited_to_five_pictures_a_second_and_marks_when_they_stop(service, free_port, until):
    video, host = service
    stream = await video.open(1, f"udp://127.0.0.1:{free_port}")
    heads: list[int] = []
    arrived: list[float] = []
    async with (
        httpx.AsyncClient(base_url=f"http://{host}", timeout=10) as http,
        asyncio.timeout(20),
    ):
        with LiveCamera(free_port):
            await until(lambda: stream.health.state == "live")
            async with http.stream("GET", "/api/drones/1/video.mjpeg", params={"token": "good"}) as response:
                assert response.headers["content-type"].startswith("multipart/x-mixed-replace")
                async for chunk in response.aiter_raw():
                    for line in chunk.split(b"\r\n"):
                        if line.startswith(b"X-Capture-Time-Us: "):
                            heads.append(int(line.split()[1]))
                            arrived.append(asyncio.get_running_loop().time())
                    if len(heads) >= 8:
                        break
    assert heads == sorted(set(heads))
    assert arrived[-1] - arrived[0] > 7 / 5 * 0.9
    await until(lambda: stream.latest is None, 5)


async def test_closing_the_video_ends_its_viewers_and_is_told(service, free_port):
    video, host = service
    with video.changes.subscribe() as changes, LiveCamera(free_port):
        stream = await video.open(1, f"udp://127.0.0.1:{free_port}")
        async with asyncio.timeout(12):
            while (await changes.get()).state != "live":
                pass
        async with websockets.connect(url(host)) as viewer:
            await asyncio.wait_for(viewer.recv(), 5)
            await video.close(1)
            async with asyncio.timeout(5):
                async for _ in viewer:  # ends when the service closes the socket
                    pass
        assert stream.health.state == "off"
        assert (await asyncio.wait_for(changes.get(), 5)).state == "off"
    clip = await video.clip(1, 0.0, 4e9)
    assert clip.stat().st_size > 1000
