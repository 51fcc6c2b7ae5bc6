"""From a drone's picture to an alert: joins the rooms along the path SEE. No thoughts of its own."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from gcs.fleet.drone import Drone
from gcs.fleet.errors import FleetError
from gcs.fleet.hub import Fleet
from gcs.incidents.lifecycle import OPEN_STATES
from gcs.incidents.service import Incidents
from gcs.live import Live, scene_message
from gcs.loudspeaker.service import Loudspeaker
from gcs.missions.service import Missions
from gcs.perception.camera import PoseSigma
from gcs.perception.detector import Detector
from gcs.perception.road_map import RoadMap
from gcs.perception.types import CameraPose, Scene
from gcs.perception.watcher import Watcher
from gcs.rules.types import Rule, RuleEvent
from gcs.video.service import Video
from gcs.video.stream import Stream
from gcs.video.types import Frame

log = logging.getLogger(__name__)

LOOK_FOR_DRONES_S = 1.0
RETRY_VIDEO_S = 5.0
NO_PICTURE_S = 15.0
STOP_TIMEOUT_S = 5.0
HOLD_LIMIT_S = 180.0
"""A patrol waits over an alert for so long, then goes on, whatever became of it."""
SAME_FRAME_S = 0.001


class Seeing:
    """Watches every drone that is in a sortie, or whose camera somebody wants to see."""

    def __init__(
        self,
        *,
        fleet: Fleet,
        video: Video,
        detector: Detector,
        road_map: RoadMap,
        sigma: PoseSigma,
        make_rules: Callable[[], Sequence[Rule]],
        missions: Missions,
        incidents: Incidents,
        loudspeaker: Loudspeaker,
        live: Live,
    ) -> None:
        self._fleet, self._video, self._detector, self._road_map = fleet, video, detector, road_map
        self._sigma = sigma
        self._make_rules, self._missions, self._incidents = make_rules, missions, incidents
        self._loudspeaker, self._live = loudspeaker, live
        self._wanted: set[int] = set()
        self._watches: dict[int, asyncio.Task[None]] = {}
        self._began: dict[int, float] = {}
        self._holds: dict[int, int] = {}
        """Drone -> the incident it is held for."""
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to look."""
        self._tasks = [
            asyncio.create_task(self._look_after_drones(), name="seeing"),
            asyncio.create_task(self._release_when_over(), name="seeing-release"),
        ]

    async def stop(self) -> None:
        """Close all eyes."""
        tasks = [*self._tasks, *self._watches.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def want(self, drone_id: int, wanted: bool) -> None:
        """Somebody asks to see this drone's camera outside a sortie, or no longer does."""
        (self._wanted.add if wanted else self._wanted.discard)(drone_id)

    async def _look_after_drones(self) -> None:
        while True:
            for drone in self._fleet.drones.values():
                self._look_after(drone)
            await asyncio.sleep(LOOK_FOR_DRONES_S)

    def _look_after(self, drone: Drone) -> None:
        """Begin to watch, stop, or begin afresh when a drone that answers sends no picture any more."""
        state, watch = drone.state, self._watches.get(drone.system_id)
        seen = state.sortie_id is not None or bool(state.armed) or drone.system_id in self._wanted
        able = state.link.state != "lost" and state.camera is not None and state.camera.present
        if watch is None:
            if seen and able:
                self._watches[drone.system_id] = asyncio.create_task(
                    self._watch(drone), name=f"watch-{drone.system_id}"
                )
                self._began[drone.system_id] = time.monotonic()
        elif watch.done():
            self._watches.pop(drone.system_id)
            if not watch.cancelled() and (error := watch.exception()):
                log.error("drone %d: watching failed and begins afresh", drone.system_id, exc_info=error)
        elif not seen or (able and self._silent(drone.system_id)):
            watch.cancel()

    def _silent(self, drone_id: int) -> bool:
        """Its camera may have been restarted, and then waits to be asked again."""
        stream = self._video.stream(drone_id)
        patient = time.monotonic() - self._began[drone_id] < NO_PICTURE_S
        return stream is not None and not patient and stream.health.state == "off"

    async def _watch(self, drone: Drone) -> None:
        while True:
            try:
                stream = await self._video.open(drone.system_id, await drone.start_video())
                await self._see(drone, stream)
            except (FleetError, OSError) as error:
                log.warning("drone %d: no video: %s", drone.system_id, error)
                await asyncio.sleep(RETRY_VIDEO_S)
            except asyncio.CancelledError:
                with suppress(FleetError, TimeoutError):
                    await asyncio.wait_for(drone.stop_video(), STOP_TIMEOUT_S)
                raise
            finally:
                await self._video.close(drone.system_id)

    async def _see(self, drone: Drone, stream: Stream) -> None:
        """Until the stream is closed."""
        watcher = Watcher(
            drone.system_id,
            stream,
            self._detector,
            self._road_map,
            lambda t: camera_pose(drone, t),
            sigma=self._sigma,
        )
        rules = self._make_rules()
        await watcher.start()
        try:
            with watcher.scenes.subscribe(4) as scenes:
                async for scene in scenes:
                    events = [event for rule in rules for event in rule.update(scene)]
                    flagged = {event.user.track_id: event.event_type for event in events}
                    self._live.say(scene_message(scene, self._road_map.origin.to_wgs84, flagged))
                    self._loudspeaker.observe(scene)
                    for event in events:
                        await self._report(drone, event, _same_moment(watcher.frame, scene))
        finally:
            await watcher.stop()

    async def _report(self, drone: Drone, event: RuleEvent, frame: Frame | None) -> None:
        report = await self._incidents.report(event, frame, drone.sortie_id)
        if report.is_new:
            lat, lon = self._road_map.origin.to_wgs84(event.user.x_m, event.user.y_m)
            if await self._missions.hold_for_alert(drone.system_id, lat, lon):
                self._holds[drone.system_id] = report.incident_id
                self._tasks.append(asyncio.create_task(self._release_after_limit(drone.system_id, report.incident_id)))

    async def _release_when_over(self) -> None:
        with self._incidents.changes.subscribe(256) as changes:
            async for incident in changes:
                over = incident.state not in OPEN_STATES or incident.outcome is not None
                for drone_id in [d for d, held_for in self._holds.items() if over and held_for == incident.id]:
                    await self._release(drone_id)

    async def _release_after_limit(self, drone_id: int, incident_id: int) -> None:
        await asyncio.sleep(HOLD_LIMIT_S)
        if self._holds.get(drone_id) == incident_id:
            await self._release(drone_id)

    async def _release(self, drone_id: int) -> None:
        self._holds.pop(drone_id, None)
        try:
            await self._missions.release(drone_id)
        except FleetError as error:
            log.error("drone %d could not go on with its patrol: %s", drone_id, error)


def _same_moment(frame: Frame | None, scene: Scene) -> Frame | None:
    """The frame if it is the scene's own: a box drawn on another would miss the vehicle."""
    same = frame is not None and abs(frame.t_capture_unix_s - scene.t_capture_unix_s) < SAME_FRAME_S
    return frame if same else None


def camera_pose(drone: Drone, t_unix_s: float) -> CameraPose | None:
    """The fleet's pose in perception's words."""
    pose = drone.camera_pose(t_unix_s)
    if pose is None:
        return None
    return CameraPose(
        t_unix_s=pose.t_unix_s,
        lat_deg=pose.lat_deg,
        lon_deg=pose.lon_deg,
        alt_amsl_m=pose.alt_amsl_m,
        yaw_rad=pose.yaw_rad,
        pitch_rad=pose.pitch_rad,
        roll_rad=pose.roll_rad,
        hfov_rad=pose.hfov_rad,
        age_s=pose.age_s,
    )
