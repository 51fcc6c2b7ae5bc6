"""The payload of one drone: three MAVLink components, their links and their clocks, joined."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.camera.look import Look
from sim.geo import Origin
from sim.payload.camera import Camera
from sim.payload.clock import Clock
from sim.payload.component import AUTOPILOT
from sim.payload.gimbal_component import GimbalComponent
from sim.payload.imager import Imager, ImagerSetup
from sim.payload.lens import Lens
from sim.payload.link import Link, Message
from sim.payload.loudness import radius_m
from sim.payload.pose_error import PoseError, PoseErrorSize
from sim.payload.speaker import Speaker
from sim.payload.telemetry import StreamRequests, Telemetry
from sim.payload.view import View
from sim.world.feed import FeedClient

log = logging.getLogger(__name__)

GIMBAL_HZ = 20.0


@dataclass(frozen=True)
class PayloadSetup:
    """Everything that is decided on the command line."""

    system_id: int
    vehicle_link: str
    gcs_link: str
    feed_host: str
    feed_port: int
    origin: Origin
    imager: ImagerSetup
    hfov_deg: float
    look: Look
    pose_error: PoseErrorSize
    seed: int
    folder: Path
    """Holds `clips` and `photos`."""
    always_stream: bool


class Payload:
    """Runs until cancelled."""

    def __init__(self, setup: PayloadSetup) -> None:
        """Raises ValueError naming the setting that cannot be used."""
        self._setup = setup
        clock = Clock()
        self.telemetry = Telemetry()
        self._gcs = Link(setup.gcs_link, setup.system_id, self._from_ground)
        self._vehicle = Link(setup.vehicle_link, setup.system_id, self._from_vehicle)
        self._feed = FeedClient(setup.feed_host, setup.feed_port)
        self._imager = Imager(setup.imager)
        lens = Lens(setup.imager.width_px, setup.imager.height_px, setup.hfov_deg)
        error = PoseError(setup.pose_error, setup.seed + setup.system_id)
        view = View(lens, self.telemetry, self._feed, setup.origin, error, setup.look)
        self.gimbal = GimbalComponent(setup.system_id, clock, self._gcs, self.telemetry)
        self.camera = Camera(
            setup.system_id,
            clock,
            self._gcs,
            setup.imager,
            self._imager,
            view,
            self.gimbal,
            self.telemetry,
            setup.folder / "photos",
        )
        self.speaker = Speaker(setup.system_id, clock, self._gcs, setup.folder / "clips", self._heard)
        self._components = (self.camera, self.gimbal, self.speaker)
        self._telling: set[asyncio.Task[None]] = set()
        self._requests = StreamRequests(setup.system_id, self._vehicle.write)

    async def run(self, ready: Callable[[], None]) -> None:
        """Opens everything, calls `ready`, works. Raises OSError when a port is taken, RuntimeError without EGL."""
        try:
            await self._imager.open()
            await self._gcs.open()
            await self._vehicle.open()
            self.camera.video.wanted = self._setup.always_stream
            async with self._feed, asyncio.TaskGroup() as tasks:
                tasks.create_task(self._every(1.0, self._each_second))
                tasks.create_task(self._every(1 / GIMBAL_HZ, self._each_gimbal_tick))
                tasks.create_task(self.camera.video.run())
                ready()
        finally:
            self.speaker.close()
            self.camera.close()
            self._imager.close()
            self._vehicle.close()
            self._gcs.close()

    def _from_ground(self, message: Message, link: Link) -> None:
        self._dispatch(message, link)

    def _from_vehicle(self, message: Message, link: Link) -> None:
        if message.get_srcSystem() != self._setup.system_id:
            return
        if message.get_srcComponent() == AUTOPILOT:
            self._requests.saw(message)
            self.telemetry.take(message, time.time())
        self._dispatch(message, link)

    def _dispatch(self, message: Message, link: Link) -> None:
        if getattr(message, "target_system", None) != self._setup.system_id:
            return
        target = getattr(message, "target_component", 0)
        for component in self._components:
            if target in (0, component.component_id):
                component.handle(message, link)

    def _each_second(self) -> None:
        for component in self._components:
            component.send_heartbeat()
        self.gimbal.send_status()
        self.camera.send_fov()
        self._requests.repeat()

    def _each_gimbal_tick(self) -> None:
        self.gimbal.send_attitude()
        self.camera.move_lens()

    def _heard(self, md5: str, volume_percent: float) -> None:
        """Tells the world that a message was spoken where the drone is."""
        fix = self.telemetry.latest()
        if fix is None:
            log.warning("a message was spoken, but the vehicle's position is unknown: nobody is told")
            return
        reach_m = radius_m(volume_percent, fix.alt_m - self._setup.origin.alt_m)
        x, y = self._setup.origin.to_enu(fix.lat_deg, fix.lon_deg)
        log.info("spoken at (%.0f, %.0f), understood within %.0f m", x, y, reach_m)
        if reach_m > 0:
            message = {"type": "heard", "x_m": x, "y_m": y, "radius_m": reach_m, "t_unix_s": time.time(), "text": md5}
            telling = asyncio.create_task(self._tell_world(message))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _tell_world(self, message: dict[str, object]) -> None:
        try:
            await self._feed.send(message)
        except (TimeoutError, ConnectionError) as error:
            log.warning("the world was not told of a spoken message: %s", error or "no feed")

    @staticmethod
    async def _every(period_s: float, act: Callable[[], None]) -> None:
        """Acts on a fixed grid; a tick that was missed is not made up for."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            act()
            due = max(due + period_s, loop.time())
            await asyncio.sleep(due - loop.time())
