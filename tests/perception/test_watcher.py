import asyncio
import contextlib
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from gcs.perception.detector import Detector
from gcs.perception.types import CameraPose, Scene
from gcs.perception.watcher import Watcher
from gcs.rules.emergency_lane_occupancy import EmergencyLaneOccupancy
from gcs.rules.thresholds import load_thresholds
from gcs.video.stream import Stream
from sim.camera.encoder import H264Encoder
from sim.camera.stream import MpegTsStreamer
from tests.perception.road_scene import HEIGHT, WIDTH, telemetry_error

FPS = 5.0
PICTURES = 42


class Flight:
    """A drone's flight along the road scene: pictures rendered before, streamed in real time, telemetry with a bias."""

    def __init__(self, renderer, road_scene) -> None:
        self.scene = road_scene
        self.error = telemetry_error(11)
        self.began_unix_s: float | None = None
        self.blind = False
        self.pictures = [
            renderer.render(road_scene.sim_pose(i / FPS), road_scene.users(i / FPS)) for i in range(PICTURES)
        ]

    def pose_at(self, t_unix_s: float) -> CameraPose | None:
        if self.began_unix_s is None or self.blind:
            return None
        return self.scene.told_pose(t_unix_s - self.began_unix_s, t_unix_s, self.error)

    @contextlib.contextmanager
    def streaming(self, url: str):
        closing = threading.Event()

        def run() -> None:
            encoder = H264Encoder(WIDTH, HEIGHT, FPS, 3_000_000)
            with MpegTsStreamer(url) as streamer:
                i = -10  # a second or two for the receiver to find the stream
                begin = time.time() + 10 / FPS
                self.began_unix_s = begin
                while not closing.wait(max(0.0, begin + i / FPS - time.time())) and i < PICTURES:
                    t_us = round((begin + i / FPS) * 1e6)
                    unit = encoder.encode(self.pictures[max(i, 0)], t_us)
                    streamer.send(unit, t_us, encoder.key)
                    i += 1

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield
        closing.set()
        thread.join(5)


@pytest.fixture(scope="module")
def flight(renderer, road_scene) -> Flight:
    return Flight(renderer, road_scene)


@pytest.fixture
async def detector(model):
    detector = Detector(model)
    await detector.start()
    async with asyncio.timeout(60):
        while detector.health.state == "starting":
            await asyncio.sleep(0.05)
    yield detector
    await detector.stop()


@pytest.fixture
async def stream(free_port):
    stream = Stream(f"udp://127.0.0.1:{free_port}")
    await stream.start()
    yield stream
    await stream.stop()


async def test_a_car_stopped_on_the_shoulder_is_reported_from_the_video_of_a_moving_drone(
    flight, detector, stream, road
):
    rule = EmergencyLaneOccupancy(load_thresholds().emergency_lane_occupancy)
    watcher = Watcher(1, stream, detector, road, flight.pose_at)
    await watcher.start()
    errors, shoulders = [], set()
    stopped = flight.scene.users(0.0)[0]
    try:
        with watcher.scenes.subscribe() as scenes, flight.streaming(stream.url):
            async with asyncio.timeout(25):
                event = None
                while event is None:
                    scene: Scene = await scenes.get()
                    for user in scene.users:
                        if user.lane is not None and user.lane.lane_type == "shoulder":
                            shoulders.add(user.track_id)
                            errors.append(np.hypot(user.x_m - stopped.x_m, user.y_m - stopped.y_m))
                    event = next(iter(rule.update(scene)), None)
            assert watcher.health.state == "watching"
    finally:
        await watcher.stop()
    assert event.t_unix_s - flight.began_unix_s < 8.0
    assert len(shoulders) == 1
    assert event.lane.lane_id == "nb_3_0"
    assert np.median(errors) < 4.0
    assert len(scene.users) >= 3
    assert scene.footprint_enu_m.shape[0] >= 3


async def test_missing_telemetry_or_detector_makes_it_blind_and_not_silent(flight, stream, road, tmp_path):
    off = Detector(tmp_path / "absent.pt")
    watcher = Watcher(1, stream, off, road, flight.pose_at)
    await watcher.start()
    try:
        with watcher.scenes.subscribe() as scenes, flight.streaming(stream.url):
            scene = await asyncio.wait_for(scenes.get(), 10)
            assert scene.users == ()
            assert "detector off" in watcher.health.detail
            flight.blind = True
            async with asyncio.timeout(5):
                while scene.pose is not None:
                    scene = await scenes.get()
            assert watcher.health.state == "blind"
    finally:
        flight.blind = False
        await watcher.stop()
    assert watcher.health.state == "off"


def test_a_judge_survives_every_size_and_a_useless_pose(road, flight):
    from gcs.perception.judge import Judge
    from gcs.video.types import Frame

    poses = iter(
        [replace(flight.scene.told_pose(0.0, 1.0, np.zeros(6)), hfov_rad=0.0), None]
        + [flight.scene.told_pose(0.0, t, np.zeros(6)) for t in (3.0, 4.0, 5.0)]
    )
    judge = Judge(1, road, lambda t: next(poses))
    grey = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    _, trouble = judge.judge(Frame(grey, 1.0, 1), [])
    assert "hfov_rad" in trouble
    _, trouble = judge.judge(Frame(grey, 2.0, 2), [])
    assert "no telemetry" in trouble
    for i, shape in enumerate([(2160, 3840, 3), (90, 160, 3), (480, 640, 3)]):
        scene, trouble = judge.judge(Frame(np.full(shape, 90, np.uint8), 3.0 + i, 3 + i), [])
        assert trouble == ""
        assert (scene.width_px, scene.height_px) == (shape[1], shape[0])
