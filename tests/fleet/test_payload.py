"""Camera, gimbal and loudspeaker of a real simulated payload (it starts slowly: one drone for all)."""

import array
import asyncio
import hashlib
import math
import time
import wave
from pathlib import Path

import pytest

from gcs.db.base import Database
from gcs.fleet.errors import NotAcknowledged, Refused
from tests.fleet.parts import end, first_drone, fleet_on, free_port, process, vehicle

BY = "Li Wei"


def clip(folder: Path, seconds: float) -> Path:
    """A tone, named by its MD5."""
    path = folder / "clip.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        samples = [int(8000 * math.sin(i / 3)) for i in range(int(8000 * seconds))]
        out.writeframes(array.array("h", samples).tobytes())
    return path.rename(folder / f"{hashlib.md5(path.read_bytes()).hexdigest()}.wav")


async def test_gimbal_camera_and_loudspeaker_do_as_they_are_told(db: Database, tmp_path: Path) -> None:
    video = f"udp://127.0.0.1:{free_port()}"
    async with vehicle() as flying, fleet_on(db, flying.gcs_port) as fleet:
        payload = await process(
            "sim.payload", "--system-id", "1", "--vehicle-link", f"udpin:127.0.0.1:{flying.payload_port}",
            "--gcs-link", f"udpout:127.0.0.1:{flying.gcs_port}", "--feed", f"127.0.0.1:{free_port()}",
            "--video", video, "--size", "320x180",
        )  # fmt: skip
        try:
            drone = await first_drone(fleet)
            await drone.until(lambda s: s.camera is not None and s.camera.hfov_deg is not None, 60)
            await drone.until(lambda s: s.gimbal is not None and s.speaker is not None, 10)

            assert (await drone.point_gimbal(-60, 0, BY)).state == "accepted"
            await drone.until(lambda s: s.gimbal is not None and abs(s.gimbal.pitch_deg + 60) < 1, 10)
            settled_s = time.time()
            await drone.until(lambda s: time.time() > settled_s + 0.5, 2)
            pose = drone.camera_pose(settled_s + 0.2)
            assert pose is not None
            assert math.degrees(pose.pitch_rad) == pytest.approx(-60, abs=1)
            assert (pose.lat_deg, pose.alt_amsl_m) == (pytest.approx(34.76), pytest.approx(100, abs=1))
            assert pose.age_s < 0.2
            assert (await drone.point_gimbal_at(34.7601, 113.7001, 90.0, BY)).state == "accepted"
            await drone.until(lambda s: s.gimbal is not None and abs(s.gimbal.yaw_deg - 39.4) < 2, 10)

            assert await drone.start_video() == video
            await drone.until(lambda s: s.camera is not None and s.camera.streaming and s.camera.uri == video, 10)
            assert (await drone.stop_video()).state == "accepted"

            speaker = drone.speaker
            assert speaker is not None
            misnamed = tmp_path / "horn.wav"
            misnamed.write_bytes(b"RIFF")
            with pytest.raises(Refused, match=r"horn\.wav: a clip is named by the MD5"):
                _ = [p async for p in speaker.upload(misnamed)]
            sound = clip(tmp_path, 1.5)
            progress = [p async for p in speaker.upload(sound)]
            assert progress == sorted(progress)
            assert progress[-1] == 1.0
            began_s = time.monotonic()
            played = [p async for p in speaker.play(sound.stem, 1, 80, BY)]
            assert time.monotonic() - began_s == pytest.approx(1.5, abs=0.8)
            assert played == sorted(played)
            assert (len(played) > 2, played[-1]) == (True, 1.0)

            async def play_on() -> list[float]:
                return [p async for p in speaker.play(sound.stem, 0, 80, BY)]

            endless = asyncio.create_task(play_on())
            await asyncio.sleep(0.7)
            with pytest.raises(Refused, match="the loudspeaker is playing"):
                _ = [p async for p in speaker.play(sound.stem, 1, 80, BY)]
            assert (await speaker.stop(BY)).state == "accepted"
            with pytest.raises(NotAcknowledged, match="cancelled"):
                await asyncio.wait_for(endless, 5)
            with pytest.raises(NotAcknowledged, match="denied; Speaker: unknown clip"):
                _ = [p async for p in speaker.play("0" * 32, 1, 80, BY)]
        finally:
            await end(payload)
        await drone.until(lambda s: s.speaker is not None and not s.speaker.present, 6)
        assert drone.speaker is None
        with pytest.raises(Refused, match="drone 1: no video"):
            await drone.start_video()
