"""One drone's seeing: newest picture -> detector -> camera pose of its capture time -> tracker -> scene."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from typing import Literal

from gcs.bus import Topic
from gcs.perception.camera import PoseSigma
from gcs.perception.detector import Detector, DetectorOff, Superseded
from gcs.perception.judge import Judge, PoseAt
from gcs.perception.road_map import RoadMap
from gcs.perception.types import Detection, Scene
from gcs.video.stream import Stream, StreamEnded
from gcs.video.types import Frame

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatcherHealth:
    """How the seeing of one drone is doing."""

    state: Literal["watching", "blind", "off"]
    """watching: road users are placed; blind: pictures come but can't be judged, see detail."""
    detail: str
    delay_s: float
    """From capture to scene, of the newest scene."""
    unregistered: str = ""
    """Why places come from telemetry alone, so that most lanes are unknown; '' while the road's paint corrects them."""


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
        self._drone_id, self._stream, self._detector = drone_id, stream, detector
        self._judge = Judge(drone_id, road, pose_at, sigma)
        self._period_s = 1.0 / max_rate_hz
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
        scene, more = await asyncio.to_thread(self._judge.judge, frame, detections)
        return scene, trouble or more

    async def _detect(self, frame: Frame) -> tuple[list[Detection] | None, str]:
        try:
            return await self._detector.detect(self._drone_id, frame.image), ""
        except DetectorOff as error:
            return None, f"detector off: {error}"
        except (Superseded, ValueError) as error:
            return None, str(error)

    def _tell(self, trouble: str, delay_s: float) -> None:
        if trouble != self._health.detail:
            log.info("drone %d: %s", self._drone_id, trouble or "watching the road")
        state: Literal["blind", "watching"] = "blind" if trouble else "watching"
        self._health = WatcherHealth(state, trouble, delay_s, self._judge.doubt)
