"""The whole warning on a real simulated drone: MAVLink FTP up to its loudspeaker, played in real time, heard below."""

import asyncio
import json
import socket
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from gcs.db.base import Database
from gcs.fleet.hub import Fleet
from gcs.incidents.service import Incidents
from gcs.loudspeaker.drivers import SpeakerError
from gcs.loudspeaker.drivers.mavlink import mavlink_speakers
from gcs.loudspeaker.messages import MessageLibrary
from gcs.loudspeaker.service import Loudspeaker
from tests.incidents.parts import ORIGIN, event
from tests.loudspeaker.conftest import Rooms

ROOT = Path(__file__).parents[2]
CLIP_S = 1.5


def free_ports(count: int) -> list[int]:
    """UDP ports nobody uses, all different."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[None]:
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments, cwd=ROOT)
    try:
        yield
    finally:
        if running.returncode is None:
            running.terminate()
        try:
            await asyncio.wait_for(running.wait(), 10)
        except TimeoutError:
            running.kill()
            await running.wait()


@asynccontextmanager
async def road(heard: asyncio.Queue[dict[str, object]]) -> AsyncIterator[int]:
    """The world's end of the feed, at the port given: nothing moves on it, but it hears loudspeakers."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            message = json.loads(line)
            if message["type"] == "heard":
                heard.put_nowait(message)
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def record(path: Path) -> None:
    """A short recording, so that the test need not listen to the whole warning."""
    path.parent.mkdir()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        t = np.arange(int(16_000 * CLIP_S)) / 16_000
        file.writeframes((8000 * np.sin(2 * np.pi * 440 * t)).astype("<i2").tobytes())


@pytest.mark.timeout(90)
async def test_a_warning_is_uploaded_played_and_heard_and_can_be_silenced(
    db: Database, incidents: Incidents, tmp_path: Path
) -> None:
    heard: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    record(tmp_path / "clips" / "emergency_lane_occupancy.zh.wav")
    hub, to_payload, vehicle, vehicle_payload, video = free_ports(5)
    fleet = Fleet([f"udpin://127.0.0.1:{hub}"], db)
    speakers = mavlink_speakers(fleet)
    with pytest.raises(SpeakerError, match="no drone with system id 1"):
        speakers(1)
    loudspeaker = Loudspeaker(db, tmp_path, ORIGIN, incidents, speakers, MessageLibrary.load())
    await loudspeaker.start()
    rooms = Rooms(db, incidents, loudspeaker, {})
    async with (
        road(heard) as feed,
        process(
            "sim.vehicle", "--home", "34.76,113.70,100", "--gcs", f"127.0.0.1:{hub}",
            "--payload-base", str(to_payload), "--local-base", str(vehicle),
            "--payload-local-base", str(vehicle_payload),
        ),
        process(
            "sim.payload", "--system-id", "1", "--vehicle-link", f"udpin:127.0.0.1:{to_payload}",
            "--gcs-link", f"udpout:127.0.0.1:{hub}", "--feed", f"127.0.0.1:{feed}",
            "--video", f"udp://127.0.0.1:{video}", "--size", "320x180", "--folder", str(tmp_path / "payload"),
        ),
    ):  # fmt: skip
        await fleet.start()
        try:
            async with asyncio.timeout(60):
                while 1 not in fleet.drones or fleet.drones[1].speaker is None:
                    await asyncio.sleep(0.1)
                i = (await incidents.report(event())).incident_id
                await incidents.confirm(i, "王芳", "zh")
                done = await rooms.until_speech("done", "failed")
                assert (done.state, done.error) == ("done", None)
                assert done.play_started_at is not None
                assert done.ended_at is not None
                assert CLIP_S <= (done.ended_at - done.play_started_at).total_seconds() < CLIP_S + 3
                (clip,) = (tmp_path / "payload" / "clips").glob("*.ogg")
                assert clip.stem in str((await heard.get()).values())
                assert (await rooms.until_incident(lambda out: out.state == "warned")).log[-1].who == "王芳"

                j = (await incidents.report(event(chainage_m=1500))).incident_id
                await incidents.confirm(j, "王芳", "en")  # no recording: espeak speaks for many seconds
                speaking = await rooms.until_speech("play", "failed", incident_id=j)
                assert speaking.error is None
                stopped = await loudspeaker.stop_speech(speaking.id, "李娜")
                assert (stopped.state, stopped.error) == ("stopped", "stopped by 李娜")
                assert heard.empty()
        finally:
            await loudspeaker.stop()
            await fleet.stop()
