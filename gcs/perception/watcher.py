"""One drone's seeing: newest picture -> detector -> camera pose of its capture time -> tracker -> scene."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gcs.bus import Topic
from gcs.perception.camera import Camera, CameraError, PoseSigma, camera_at
from gcs.perception.detector import Detector, DetectorOff, Superseded
from gcs.perception.road_map import RoadMap
from gcs.perception.sight import grown, place, road_users
from gcs.perception.tracker import Tracker
from gcs.perception.types import CameraPose, Detection, Scene
from gcs.video.stream import Stream, StreamEnded
from gcs.video.types import Frame

log = logging.getLogger(__name__)

PoseAt = Callable[[float], CameraPose | None]
"""Capture time (unix seconds) -> where the camera was; None when telemetry doesn't cover it."""

MAX_POSE_AGE_S = 0.5


@dataclass(frozen=True, slots=True)
class WatcherHealth:
    """How the seeing of one drone is doing."""

    state: Literal["watching", "blind", "off"]
    """watching: road users are placed; blind: pictures come but can't be judged, see detail."""
    detail: str
    delay_s: float
    """From capture to scene, of the newest scene."""


class Watcher:
    """Watches `stream` from `start` until `stop` or the stream's end. One scene for each picture judged."""

    def __init__(
        self,
        drone_id: int,
        stream: Stream,
        detector: Detector,
        road: RoadMap,
        pose_at: PoseAt,
        *,
        sigma: PoseSigma = PoseSigma(),
        max_rate_hz: float = 5.0,
    ) -> None:
        self.scenes: Topic[Scene] = Topic()
        self.frame: Frame | None = None
        """The picture of the newest scene."""
        self._drone_id, self._stream, self._detector, self._road = drone_id, stream, detector, road
        self._pose_at, self._sigma, self._period_s = pose_at, sigma, 1.0 / max_rate_hz
        self._tracker = Tracker()
        self._last_camera: tuple[float, Camera] | None = None
        self._health = WatcherHealth("off", "not started", 0.0)
        self._task: asyncio.Task[None] | None = None

    @property
    def health(self) -> WatcherHealth:
        """How it is doing."""
        return self._health

    async def start(self) -> None:
        """Start watching."""
        self._health = WatcherHealth("blind", "no picture yet", 0.0)
        self._task = asyncio.create_task(self._watch(), name=f"watcher {self._drone_id}")

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self._health = WatcherHealth("off", "stopped", 0.0)

    async def _watch(self) -> None:
        after = 0.0
        with contextlib.suppress(StreamEnded), self._stream.decoding():
            while True:
                frame = await self._stream.wait_frame(after)
                # A little less than the period: pictures come at their own beat.
                after = frame.t_capture_unix_s + 0.9 * self._period_s
                try:
                    scene, trouble = await self._look(frame)
                except Exception as error:  # one bad picture must not end the watch
                    log.exception("drone %d: a picture could not be judged", self._drone_id)
                    self._tell(f"a picture could not be judged: {error}", 0.0)
                    continue
                self._tell(trouble, time.time() - frame.t_capture_unix_s)
                self.frame = frame
                self.scenes.publish(scene)
        self._health = WatcherHealth("off", "the video ended", 0.0)

    async def _look(self, frame: Frame) -> tuple[Scene, str]:
        detections, trouble = await self._detect(frame)
        scene, more = await asyncio.to_thread(self._judge, frame, detections)
        return scene, trouble or more

    async def _detect(self, frame: Frame) -> tuple[list[Detection] | None, str]:
        try:
            return await self._detector.detect(self._drone_id, frame.image), ""
        except DetectorOff as error:
            return None, f"detector off: {error}"
        except (Superseded, ValueError) as error:
            return None, str(error)

    def _judge(self, frame: Frame, detections: list[Detection] | None) -> tuple[Scene, str]:
        """The scene, and what kept it from being complete."""
        t = frame.t_capture_unix_s
        height, width = frame.image.shape[:2]
        pose, camera, trouble = self._camera(t, width, height)
        sightings = None
        if camera is not None and detections is not None:
            sightings = place(camera, self._road, detections)
        tracks = self._tracker.update(t, sightings)
        sigma = grown(self._sigma, pose.age_s if pose else 0.0)
        users = road_users(tracks, (width, height), camera, self._road, sigma, self._own_speed(t, camera))
        footprint = camera.footprint() if camera else np.zeros((0, 2))
        return Scene(self._drone_id, t, width, height, users, footprint, pose), trouble

    def _camera(self, t_unix_s: float, width: int, height: int) -> tuple[CameraPose | None, Camera | None, str]:
        pose = self._pose_at(t_unix_s)
        if pose is None or pose.age_s > MAX_POSE_AGE_S:
            return None, None, "no telemetry for the picture's capture time"
        try:
            return pose, camera_at(pose, self._road.origin, width, height), ""
        except CameraError as error:
            return None, None, f"the telemetry gives no camera: {error}"

    def _own_speed(self, t_unix_s: float, camera: Camera | None) -> float:
        """The drone's ground speed between this picture and the one before, 0 when unknown."""
        before, self._last_camera = self._last_camera, None if camera is None else (t_unix_s, camera)
        if camera is None or before is None or not 0.0 < t_unix_s - before[0] < 2.0:
            return 0.0
        move = camera.position_m - before[1].position_m
        return math.hypot(move[0], move[1]) / (t_unix_s - before[0])

    def _tell(self, trouble: str, delay_s: float) -> None:
        if trouble != self._health.detail:
            log.info("drone %d: %s", self._drone_id, trouble or "watching the road")
        self._health = WatcherHealth("blind" if trouble else "watching", trouble, delay_s)
