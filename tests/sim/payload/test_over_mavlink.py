"""A MAVSDK ground station and the payload of a flying simulation."""

import asyncio
import hashlib
import json
import math
import struct
import time
import wave
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import cv2
import psutil
import pytest
import pytest_asyncio
from mavsdk.asyncio import Mavsdk, System
from mavsdk.asyncio.plugins.camera import CameraAsync
from mavsdk.asyncio.plugins.ftp import FtpAsync, FtpError
from mavsdk.asyncio.plugins.gimbal import GimbalAsync
from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.plugins.gimbal import ControlMode, GimbalMode, SendMode
from mavsdk.plugins.mavlink_direct import MavlinkMessage

from tests.sim.payload.parts import Simulation, read_frames
from tests.sim.payload.waiting import first

pytestmark = pytest.mark.asyncio(loop_scope="session")

CAMERA, GIMBAL, SPEAKER = 100, 154, 158
PLAY, STOP = 1, 2
USER_1, USER_2 = 31010, 31011
ACCEPTED, DENIED, FAILED, IN_PROGRESS, CANCELLED = 0, 2, 4, 5, 6


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def drone(hub: Mavsdk) -> System:
    system = await hub.first_autopilot(timeout_s=15.0)
    async with asyncio.timeout(15):
        while set(await system.component_ids()) < {1, CAMERA, GIMBAL, SPEAKER}:
            await asyncio.sleep(0.1)
    return system


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def direct(drone: System) -> AsyncGenerator[MavlinkDirectAsync, None]:
    plugin = MavlinkDirectAsync(drone)
    yield plugin
    plugin.destroy()


def fields(message: MavlinkMessage) -> dict[str, Any]:
    return dict(json.loads(message.fields_json))


def command(component: int, number: int, *parameters: float | None) -> MavlinkMessage:
    values: dict[str, float | None] = dict.fromkeys((f"param{n}" for n in range(1, 8)), 0.0)  # None travels as NaN
    values |= {f"param{n}": value for n, value in enumerate(parameters, 1)}
    body = {"command": number, "confirmation": 0, "target_system": 1, "target_component": component, **values}
    return MavlinkMessage("COMMAND_LONG", 0, 0, 1, component, json.dumps(body))


async def test_one_system_carries_exactly_camera_gimbal_and_speaker(drone: System) -> None:
    assert set(await drone.component_ids()) == {1, CAMERA, GIMBAL, SPEAKER}


async def test_camera_tells_what_it_is_and_where_it_streams(
    drone: System, direct: MavlinkDirectAsync, simulation: Simulation
) -> None:
    camera = CameraAsync(drone)
    listed = await first(camera.subscribe_camera_list(), lambda found: found.cameras)
    assert (listed.cameras[0].horizontal_resolution_px, listed.cameras[0].vertical_resolution_px) == (320, 180)
    stream = asyncio.create_task(first(camera.subscribe_video_stream_info()))
    await direct.send_command(command(CAMERA, 512, 269))
    info = (await stream).video_stream_info
    assert info.settings.uri == simulation.video_url
    assert info.settings.horizontal_fov_deg == 65
    camera.destroy()


async def test_every_component_maps_its_boot_time_to_unix_time(direct: MavlinkDirectAsync) -> None:
    waiting = {CAMERA, GIMBAL, SPEAKER}
    async with asyncio.timeout(5):
        async for message in direct.subscribe_message("SYSTEM_TIME"):
            if message.component_id in waiting:
                assert abs(fields(message)["time_unix_usec"] / 1e6 - time.time()) < 1.0
                waiting.discard(message.component_id)
            if not waiting:
                return


async def test_gimbal_turns_down_45_degrees_and_reports_it(drone: System) -> None:
    gimbal = GimbalAsync(drone)
    number = (await first(gimbal.subscribe_gimbal_list(), lambda found: found.gimbals)).gimbals[0].gimbal_id
    await gimbal.take_control(number, ControlMode.PRIMARY)
    begun = time.monotonic()
    await gimbal.set_angles(number, 0.0, -45.0, 0.0, GimbalMode.YAW_FOLLOW, SendMode.ONCE)
    await first(gimbal.subscribe_attitude(), lambda a: abs(a.euler_angle_north.pitch_deg + 45) < 0.5)
    assert time.monotonic() - begun > 0.5, "a real gimbal takes time"
    await gimbal.set_angles(number, 0.0, -45.0, 90.0, GimbalMode.YAW_LOCK, SendMode.STREAM)
    await first(gimbal.subscribe_attitude(), lambda a: abs(a.euler_angle_north.yaw_deg - 90) < 0.5)
    await gimbal.release_control(number)
    gimbal.destroy()


async def test_gimbal_held_by_one_ground_station_denies_another(direct: MavlinkDirectAsync) -> None:
    held = await direct.send_command(command(GIMBAL, 1001, 77, 1, -1, -1))
    refused = await direct.send_command(command(GIMBAL, 1000, -10, 0, None, None))
    given_back = await direct.send_command(command(GIMBAL, 1001, 0, 0, -1, -1))
    assert [fields(m)["result"] for m in (held, refused, given_back)] == [ACCEPTED, DENIED, ACCEPTED]


async def test_zoom_narrows_the_reported_field_of_view(drone: System, direct: MavlinkDirectAsync) -> None:
    camera = CameraAsync(drone)
    await camera.zoom_range(CAMERA, 100.0)
    narrow = await first(direct.subscribe_message("CAMERA_FOV_STATUS"), lambda m: fields(m)["hfov"] < 20)
    assert fields(narrow)["hfov"] == pytest.approx(math.degrees(2 * math.atan(math.tan(math.radians(32.5)) / 10)))
    await camera.zoom_range(CAMERA, 0.0)
    await first(direct.subscribe_message("CAMERA_FOV_STATUS"), lambda m: abs(fields(m)["hfov"] - 65) < 0.01)
    camera.destroy()


async def test_video_flows_with_capture_times_only_while_it_is_asked_for(
    drone: System, direct: MavlinkDirectAsync, simulation: Simulation
) -> None:
    camera = CameraAsync(drone)
    reading = asyncio.create_task(asyncio.to_thread(read_frames, simulation.video_url, 12))
    await camera.start_video_streaming(CAMERA, 1)
    frames = await asyncio.wait_for(reading, 25)
    captured = [capture for capture, _ in frames]
    assert captured == sorted(captured)
    assert all(0 < arrival - capture < 5 for capture, arrival in frames)
    await camera.stop_video_streaming(CAMERA, 1)
    status = asyncio.create_task(first(direct.subscribe_message("VIDEO_STREAM_STATUS")))
    await direct.send_command(command(CAMERA, 512, 270))
    assert fields(await status)["flags"] == 0
    camera.destroy()


async def test_video_stops_and_says_so_when_the_vehicle_falls_silent(
    drone: System, direct: MavlinkDirectAsync, simulation: Simulation
) -> None:
    await direct.send_command(command(CAMERA, 2502, 1))
    children = psutil.Process(simulation.process.pid).children(recursive=True)
    vehicle = next(child for child in children if "sim.vehicle" in child.cmdline())
    texts = direct.subscribe_message("STATUSTEXT")
    vehicle.suspend()
    try:
        await first(texts, lambda m: "video stopped" in fields(m)["text"])
    finally:
        vehicle.resume()
    await first(direct.subscribe_message("STATUSTEXT"), lambda m: "runs again" in fields(m)["text"])
    await direct.send_command(command(CAMERA, 2503, 1))


async def test_photo_is_a_real_picture_that_can_be_fetched(drone: System, tmp_path: Path) -> None:
    camera = CameraAsync(drone)
    await first(camera.subscribe_camera_list(), lambda found: found.cameras)
    taken = asyncio.create_task(first(camera.subscribe_capture_info()))
    await camera.take_photo(CAMERA)
    info = await taken
    assert info.is_success
    assert abs(info.time_utc_us / 1e6 - time.time()) < 10
    assert info.position.latitude_deg == pytest.approx(34.76, abs=0.02)
    name = info.file_url.rpartition("/")[2]
    ftp = FtpAsync(drone)
    await ftp.set_target_compid(CAMERA)
    async for _ in ftp.download(f"/{name}", str(tmp_path), True):
        pass
    picture = cv2.imread(str(tmp_path / name))
    assert picture is not None
    assert picture.shape == (180, 320, 3)
    assert picture.std() > 5, "something can be seen on it"
    ftp.destroy()
    camera.destroy()


def tone(folder: Path, seconds: float) -> Path:
    rate = 8000
    with wave.open(str(folder / "tone.wav"), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        samples = (int(9000 * math.sin(n / 3)) for n in range(int(rate * seconds)))
        file.writeframes(b"".join(struct.pack("<h", s) for s in samples))
    return named(folder / "tone.wav")


def named(path: Path) -> Path:
    return path.rename(path.with_name(hashlib.md5(path.read_bytes()).hexdigest() + path.suffix))


def digest(path: Path) -> float:
    return float(int(path.stem[:6], 16))


async def upload(drone: System, path: Path) -> None:
    ftp = FtpAsync(drone)
    await ftp.set_target_compid(SPEAKER)
    async for _ in ftp.upload(str(path), "/"):
        pass
    assert await ftp.are_files_identical(str(path), f"/{path.name}")
    ftp.destroy()


async def test_message_is_uploaded_played_in_its_own_time_and_heard_by_the_world(
    drone: System, direct: MavlinkDirectAsync, simulation: Simulation, tmp_path: Path
) -> None:
    clip = tone(tmp_path, 1.4)
    await upload(drone, clip)
    progress: list[int] = []

    async def watch() -> None:
        async for message in direct.subscribe_message("COMMAND_ACK"):
            ack = fields(message)
            if ack["command"] == USER_1 and ack["result"] == IN_PROGRESS:
                progress.append(ack["progress"])

    watching = asyncio.create_task(watch())
    begun = time.monotonic()
    end = await direct.send_command(command(SPEAKER, USER_1, PLAY, digest(clip), 1, 80))
    took_s = time.monotonic() - begun
    watching.cancel()
    assert (fields(end)["result"], fields(end)["progress"]) == (ACCEPTED, 100)
    assert took_s == pytest.approx(1.4, abs=0.7)
    assert progress == sorted(progress)
    assert any(0 < percent < 100 for percent in progress)
    async with asyncio.timeout(5):
        while "heard at" not in simulation.log.read_text():
            await asyncio.sleep(0.1)


async def test_stop_silences_a_message_that_loops(drone: System, direct: MavlinkDirectAsync, tmp_path: Path) -> None:
    clip = tone(tmp_path, 1.0)
    await upload(drone, clip)
    playing = asyncio.create_task(direct.send_command(command(SPEAKER, USER_1, PLAY, digest(clip), 0, 80)))
    acks = direct.subscribe_message("COMMAND_ACK")
    await first(acks, lambda m: fields(m)["result"] == IN_PROGRESS)
    second = tone(tmp_path, 0.5)
    await upload(drone, second)
    stopped = await direct.send_command(command(SPEAKER, USER_2, STOP))
    assert fields(stopped)["result"] == ACCEPTED
    assert fields(await asyncio.wait_for(playing, 3))["result"] == CANCELLED


async def test_unknown_digest_is_denied_and_broken_audio_fails(
    drone: System, direct: MavlinkDirectAsync, tmp_path: Path
) -> None:
    unknown = await direct.send_command(command(SPEAKER, USER_1, PLAY, float(0x123456), 1, 80))
    assert fields(unknown)["result"] == DENIED
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF this is no sound")
    broken = named(broken)
    await upload(drone, broken)
    failed = await direct.send_command(command(SPEAKER, USER_1, PLAY, digest(broken), 1, 80))
    assert fields(failed)["result"] == FAILED


async def test_speaker_takes_no_file_that_is_not_a_clip(drone: System, tmp_path: Path) -> None:
    stranger = tmp_path / "firmware.bin"
    stranger.write_bytes(b"x" * 100)
    ftp = FtpAsync(drone)
    await ftp.set_target_compid(SPEAKER)
    with pytest.raises(FtpError):
        async for _ in ftp.upload(str(stranger), "/"):
            pass
    ftp.destroy()
