"""One drone: its state, its commands, its payload."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from mavsdk.plugins.action import Action
from mavsdk.plugins.mission_raw import MissionRaw
from mavsdk.plugins.param import Param

from gcs.bus import Topic
from gcs.fleet import upload
from gcs.fleet.camera import Camera
from gcs.fleet.commands import Effect, Journal, Order, new_key
from gcs.fleet.effects import airborne, in_mode, looks, near
from gcs.fleet.errors import FleetError, Refused
from gcs.fleet.gimbal import Gimbal
from gcs.fleet.mav import CAMERA, GIMBAL, SPEAKER, Msg
from gcs.fleet.peer import Peer
from gcs.fleet.plan import FlightPlan
from gcs.fleet.pose import Pose, PoseHistory
from gcs.fleet.schemas import CommandRecord, DroneState
from gcs.fleet.speaker import SpeakerLink
from gcs.fleet.telemetry import DroneTelemetry

log = logging.getLogger(__name__)

PUBLISH_S = 0.1
QUIET_PUBLISH_S = 0.5
STREAM_POLL_S = 5.0
EFFECT_S, GOTO_S, REACH_S = 10.0, 300.0, 8.0
"""How long to look for a command's effect."""
HEARTBEAT_S = 1.5
RATES_HZ = {
    Msg.GLOBAL_POSITION_INT: 10.0,
    Msg.ATTITUDE: 10.0,
    Msg.EXTENDED_SYS_STATE: 2.0,
    Msg.MISSION_CURRENT: 2.0,
    Msg.SYSTEM_TIME: 1.0,
    Msg.HOME_POSITION: 0.5,
}
"""Asked of the autopilot each time its link comes (back) to life."""


class Drone:
    """Made by the hub when an autopilot is first heard; kept, with its last words, when it falls silent."""

    def __init__(self, system: Any, system_id: int, journal: Journal, states: Topic[DroneState]) -> None:
        self.system_id = system_id
        self.name = f"UAV-{system_id:02d}"
        self.sortie_id: int | None = None
        """Told by the missions room."""
        self.changes: Topic[DroneState] = Topic()
        self._states, self._journal = states, journal
        self._peer = Peer(system, system_id)
        self._pose = PoseHistory()
        self.telemetry = DroneTelemetry(self._peer, self._pose)
        self._action, self._raw, self._param = Action(system), MissionRaw(system), Param(system)
        self._gimbal, self._camera = Gimbal(self._peer, self.telemetry), Camera(self._peer)
        self._speaker = SpeakerLink(self._peer, self._order)
        self._loaded: FlightPlan | None = None
        self._tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._keep_house())]

    @property
    def state(self) -> DroneState:
        """As of now."""
        return self.telemetry.snapshot(self.name, self.sortie_id)

    @property
    def speaker(self) -> SpeakerLink | None:
        """None while the loudspeaker component isn't heard."""
        return self._speaker if self.telemetry.present(SPEAKER) else None

    @property
    def has_gimbal(self) -> bool:
        """Whether a gimbal component is heard."""
        return self.telemetry.present(GIMBAL)

    def camera_pose(self, t_unix_s: float) -> Pose | None:
        """The camera at a capture time; None when telemetry doesn't cover it."""
        return self._pose.pose(t_unix_s)

    async def until(self, seen: Callable[[DroneState], bool], timeout_s: float | None) -> DroneState:
        """The first state for which `seen` holds, the present one included. Raises TimeoutError (None: never)."""
        with self.changes.subscribe(4) as changes:
            state = self.state
            async with asyncio.timeout(timeout_s):
                while not seen(state):
                    state = await changes.get()
        return state

    async def stop(self) -> None:
        """Stop listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._peer.close()

    # --- orders -----------------------------------------------------------------------------------------------------

    async def arm(self, by: str, key: str | None = None) -> CommandRecord:
        """Start the motors."""
        return await self._do("arm", by, key, self._action.arm, lambda s: s.armed is True)

    async def disarm(self, by: str, key: str | None = None) -> CommandRecord:
        """Stop the motors; the autopilot refuses in the air."""
        return await self._do("disarm", by, key, self._action.disarm, lambda s: s.armed is False)

    async def takeoff(self, alt_rel_m: float, by: str, key: str | None = None) -> CommandRecord:
        """Climb to a height above home and hold."""

        def send() -> None:
            self._action.set_takeoff_altitude(alt_rel_m)
            self._action.takeoff()

        order = Order(self.system_id, "takeoff", by, {"alt_rel_m": alt_rel_m}, new_key(key))
        return await self._order(order, self._blocking(send), self._effect(airborne), self._refuse_unarmed)

    async def hold(self, by: str, key: str | None = None) -> CommandRecord:
        """Stop and stay (also `pause`: the mission can be resumed)."""
        return await self._do("hold", by, key, self._action.hold, in_mode("Hold"))

    pause = hold

    async def start_mission(self, by: str, key: str | None = None) -> CommandRecord:
        """Fly the mission that was uploaded, from its current item."""
        return await self._fly_mission("start_mission", by, key)

    async def resume(self, by: str, key: str | None = None) -> CommandRecord:
        """Go on with the mission where it was paused."""
        return await self._fly_mission("resume", by, key)

    async def return_to_launch(self, by: str, key: str | None = None) -> CommandRecord:
        """Return and land."""
        return await self._do("return", by, key, self._action.return_to_launch, in_mode("Return"))

    async def land(self, by: str, key: str | None = None) -> CommandRecord:
        """Land where it is."""
        return await self._do("land", by, key, self._action.land, in_mode("Land"))

    async def goto(
        self, lat_deg: float, lon_deg: float, alt_rel_m: float, by: str, key: str | None = None
    ) -> CommandRecord:
        """Fly to a place at a height above home, and hold there."""

        async def ready() -> None:
            await self._refuse_unarmed()
            if self.telemetry.home() is None:
                raise Refused(f"drone {self.system_id}: its home is not known")

        def send() -> None:
            home = self.telemetry.home()
            assert home is not None
            self._action.goto_location(lat_deg, lon_deg, home.alt_amsl_m + alt_rel_m, math.nan)

        params = {"lat_deg": lat_deg, "lon_deg": lon_deg, "alt_rel_m": alt_rel_m}
        order = Order(self.system_id, "goto", by, params, new_key(key))
        return await self._order(order, self._blocking(send), self._effect(near(lat_deg, lon_deg), GOTO_S), ready)

    async def upload(self, plan: FlightPlan, by: str, key: str | None = None) -> CommandRecord:
        """Load mission, fence and rally points, verified by reading them back."""
        self._loaded = None

        async def send() -> None:
            await upload.upload(self._peer, self._raw, plan)
            self._loaded = plan

        params = {"plan": plan.name, "items": len(plan.items), "fence": len(plan.fence), "rally": len(plan.rally)}
        return await self._order(Order(self.system_id, "upload", by, params, new_key(key)), send)

    async def flies(self, plan: FlightPlan) -> bool:
        """Whether the mission held by the drone is this plan's. Raises MavsdkError."""
        return await upload.flies(self._peer, self._raw, plan)

    async def point_gimbal(
        self, pitch_deg: float, yaw_deg: float, by: str, key: str | None = None, *, lock: bool = False
    ) -> CommandRecord:
        """Pitch above the horizon (negative looks down); yaw from the nose, or from north when `lock`."""

        async def send() -> None:
            await self._gimbal.point(pitch_deg, yaw_deg, lock=lock)

        params = {"pitch_deg": pitch_deg, "yaw_deg": yaw_deg, "lock": lock}
        order = Order(self.system_id, "gimbal", by, params, new_key(key))
        return await self._order(order, send, self._effect(looks(pitch_deg), REACH_S))

    async def point_gimbal_at(
        self, lat_deg: float, lon_deg: float, alt_amsl_m: float, by: str, key: str | None = None
    ) -> CommandRecord:
        """Look at a place and keep looking at it."""

        async def send() -> None:
            await self._gimbal.point_at(lat_deg, lon_deg, alt_amsl_m)

        params = {"lat_deg": lat_deg, "lon_deg": lon_deg, "alt_amsl_m": alt_amsl_m}
        return await self._order(Order(self.system_id, "gimbal_at", by, params, new_key(key)), send)

    async def get_param(self, name: str) -> int:
        """An integer parameter. Raises MavsdkError when the autopilot doesn't tell it."""
        return int(await self._peer.call(self._param.get_param_int, name))

    async def set_param(self, name: str, value: int, by: str, key: str | None = None) -> CommandRecord:
        """Set an integer parameter (the autopilot answers with the value it took)."""

        def send() -> None:
            self._param.set_param_int(name, value)

        order = Order(self.system_id, "set_param", by, {"name": name, "value": value}, new_key(key))
        return await self._order(order, self._blocking(send))

    async def start_video(self, by: str = "service") -> str:
        """Have the camera stream; returns the address to receive it at. Raises Refused with the camera's reason."""
        record = await self._order(Order(self.system_id, "start_video", by, {}, new_key()), self._camera.start)
        if record.state != "accepted":
            raise Refused(f"drone {self.system_id}: no video: {record.reason}")
        return await self._camera.stream_uri()

    async def stop_video(self, by: str = "service") -> CommandRecord:
        """Have the camera stop streaming."""
        return await self._order(Order(self.system_id, "stop_video", by, {}, new_key()), self._camera.stop)

    async def _fly_mission(self, name: str, by: str, key: str | None) -> CommandRecord:
        order = Order(self.system_id, name, by, {}, new_key(key))
        send, effect = self._blocking(self._raw.start_mission), self._effect(in_mode("Mission"))
        return await self._order(order, send, effect, self._refuse_without_mission)

    async def _do(
        self, name: str, by: str, key: str | None, call: Callable[[], Any], seen: Callable[[DroneState], bool]
    ) -> CommandRecord:
        order = Order(self.system_id, name, by, {}, new_key(key))
        return await self._order(order, self._blocking(call), self._effect(seen))

    async def _order(
        self,
        order: Order,
        send: Callable[[], Awaitable[None]],
        effect: Effect | None = None,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> CommandRecord:
        async def check() -> None:
            link = self.telemetry.link(time.monotonic())
            if link.state == "lost":
                raise Refused(f"drone {self.system_id} is lost: not heard for {link.age_s:.0f} s")
            if ready is not None:
                await ready()

        return await self._journal.run(order, send, check, effect, self.telemetry.texts_since)

    def _blocking(self, call: Callable[[], Any]) -> Callable[[], Awaitable[None]]:
        async def send() -> None:
            await self._peer.call(call)

        return send

    def _effect(self, seen: Callable[[DroneState], bool], timeout_s: float = EFFECT_S) -> Effect:
        return Effect(seen, self.until, timeout_s)

    async def _refuse_unarmed(self) -> None:
        try:  # the heartbeat that tells of arming comes once a second
            await self.until(lambda s: s.armed is True, HEARTBEAT_S)
        except TimeoutError:
            raise Refused(f"drone {self.system_id} is not armed") from None

    async def _refuse_without_mission(self) -> None:
        mission = self.state.mission
        if self._loaded is None and (mission is None or mission.total == 0):
            raise Refused(f"drone {self.system_id} has no mission: upload a plan first")

    # --- housekeeping -----------------------------------------------------------------------------------------------

    async def _publish(self) -> None:
        """States at most at 10 Hz; at 2 Hz when nothing is heard, so that ages and a lost link are seen."""
        last_s, last_link = -math.inf, None
        while True:
            await asyncio.sleep(PUBLISH_S)
            now_s = time.monotonic()
            link = self.telemetry.link(now_s).state
            if self.telemetry.changed or link != last_link or now_s - last_s >= QUIET_PUBLISH_S:
                self.telemetry.changed = False
                last_s, last_link = now_s, link
                state = self.state
                self.changes.publish(state)
                self._states.publish(state)

    async def _keep_house(self) -> None:
        """Ask for message rates when the link comes to life, and for the video stream's state now and then."""
        while True:
            await self.until(lambda s: s.link.state != "lost", None)
            for message, rate_hz in RATES_HZ.items():
                with suppress(FleetError):  # an autopilot that can't is used at its own rates
                    await self._peer.set_interval(message, rate_hz)
            while self.state.link.state != "lost":
                if self.telemetry.present(CAMERA):
                    with suppress(FleetError):
                        await self._camera.stream_uri()
                with suppress(TimeoutError):
                    await self.until(lambda s: s.link.state == "lost", STREAM_POLL_S)
            self._loaded = None
            log.warning("drone %d is lost", self.system_id)
