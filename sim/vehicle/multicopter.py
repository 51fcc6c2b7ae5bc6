"""The aircraft on its MAVLink links: receives, dispatches, streams telemetry and keeps time."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import Any, Self

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.aircraft import DT_S, Aircraft, Home
from sim.vehicle.clock import Clock
from sim.vehicle.commands import Command, Commands, decode
from sim.vehicle.link import Address, Link, Received
from sim.vehicle.mission_run import GIMBAL_COMMANDS, ROI_COMMANDS
from sim.vehicle.mission_transfer import MissionServer
from sim.vehicle.notices import ItemCurrent, ItemReached, PayloadCommand, StatusChanged, Text
from sim.vehicle.param_server import ParamServer
from sim.vehicle.params import Value
from sim.vehicle.queries import Queries
from sim.vehicle.streams import BUILDERS, GCS_HZ, PAYLOAD_HZ, Streams
from sim.vehicle.telemetry import View
from sim.vehicle.wind import Wind

log = logging.getLogger(__name__)

TICK_S = 0.02
MAX_STEPS_PER_TICK = 400
COMPONENT = 1
CAMERA, GIMBAL = 100, 154
TEXT_LENGTH = 50


@dataclass(frozen=True)
class MulticopterConfig:
    """One vehicle and its ports (all UDP)."""

    system_id: int
    home: Home
    gcs: Address = ("127.0.0.1", 14540)
    payload: Address = ("127.0.0.1", 14030)
    local_port: int = 14580
    payload_local_port: int = 14280
    wind: Wind = field(default_factory=Wind)
    params: dict[str, Value] = field(default_factory=dict)


class Multicopter:
    """A running simulated vehicle. `start` raises `PortInUse`; use as an async context manager or start/stop."""

    def __init__(self, config: MulticopterConfig, clock: Clock | None = None) -> None:
        self.config = config
        self.clock = clock or Clock()
        # a ground station beats once a second of wall time: PX4's SITL stretches this limit likewise
        patience = {"COM_DL_LOSS_T": max(10, round(10 * self.clock.speed_factor))}
        params: dict[str, Value] = {"MAV_SYS_ID": config.system_id, **patience, **config.params}
        self.aircraft = Aircraft(config.home, wind=config.wind, params=params)
        local = ("127.0.0.1", config.local_port)
        self.gcs = Link(local, config.gcs, config.system_id, COMPONENT, self._received)
        local = ("127.0.0.1", config.payload_local_port)
        self.payload = Link(local, config.payload, config.system_id, COMPONENT, self._received)
        self._view = View(self.aircraft, self.clock)
        self._streams = {id(self.gcs): Streams(GCS_HZ), id(self.payload): Streams(PAYLOAD_HZ)}
        self._params = ParamServer(self.aircraft.params, self.aircraft.say)
        self._missions = MissionServer(
            self.aircraft.plan, self.aircraft.say, self.aircraft.set_plan, lambda: self.aircraft.mission.index
        )
        self._commands = Commands(self.aircraft)
        self._queries = Queries(self._view)
        self._text_id = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open both links and begin to run."""
        await self.gcs.open()
        try:
            await self.payload.open()
        except BaseException:
            self.gcs.close()
            raise
        self._task = asyncio.create_task(self._run(), name=f"multicopter {self.config.system_id}")

    async def stop(self) -> None:
        """Stop running and close the links."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self.gcs.close()
        self.payload.close()

    async def wait(self) -> None:
        """Return when the vehicle stops; raises what stopped it."""
        if self._task is not None:
            await self._task

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # time

    async def _run(self) -> None:
        ticks = int(self.clock.wall_s() / TICK_S)
        view = self._view
        view.boot_s = self.clock.sim_s() - self.aircraft.t_s
        while True:
            ticks += 1
            await asyncio.sleep(ticks * TICK_S - self.clock.wall_s())
            steps = int((self.clock.sim_s() - view.boot_s - self.aircraft.t_s) / DT_S + 1e-6)
            if steps > MAX_STEPS_PER_TICK:  # the machine slept: let the lost time go
                view.boot_s += (steps - MAX_STEPS_PER_TICK) * DT_S
                steps = MAX_STEPS_PER_TICK
                ticks = int(self.clock.wall_s() / TICK_S)
            for _ in range(steps):
                self.aircraft.step()
            self._tick()

    def _tick(self) -> None:
        now_s = self.clock.wall_s()
        self._missions.poll(now_s)
        self._params.poll()
        self._tell()
        for link in (self.gcs, self.payload):
            for message in self._streams[id(link)].due(self._view):
                link.broadcast(message)
            link.flush()

    def _tell(self) -> None:
        """Send what the aircraft had to say since the last tick."""
        notices = self.aircraft.notices
        while notices:
            notice = notices.popleft()
            if isinstance(notice, Text):
                log.info("vehicle %d: %s", self.config.system_id, notice.text)
                for message in self._text(notice):
                    self.gcs.broadcast(message)
            elif isinstance(notice, PayloadCommand):
                self.payload.broadcast(self._payload_command(notice))
            elif isinstance(notice, ItemReached):
                self.gcs.broadcast(mavlink.MAVLink_mission_item_reached_message(notice.seq))
            elif isinstance(notice, ItemCurrent):
                self._both(mavlink.MAVLINK_MSG_ID_MISSION_CURRENT)
            elif isinstance(notice, StatusChanged):
                self._both(mavlink.MAVLINK_MSG_ID_HEARTBEAT)
                self._both(mavlink.MAVLINK_MSG_ID_HOME_POSITION)

    def _both(self, message_id: int) -> None:
        message = BUILDERS[message_id](self._view)
        if message is not None:
            self.gcs.broadcast(message)
            self.payload.broadcast(message)

    def _text(self, notice: Text) -> list[Any]:
        """STATUSTEXT messages; longer texts go in numbered chunks."""
        data = notice.text.encode()
        if len(data) <= TEXT_LENGTH:
            return [mavlink.MAVLink_statustext_message(notice.severity, data)]
        self._text_id = self._text_id % 0xFFFF + 1
        chunks = [data[i : i + TEXT_LENGTH] for i in range(0, len(data), TEXT_LENGTH)]
        return [
            mavlink.MAVLink_statustext_message(notice.severity, chunk, self._text_id, seq)
            for seq, chunk in enumerate(chunks)
        ]

    def _payload_command(self, notice: PayloadCommand) -> Any:
        aimed = notice.command in GIMBAL_COMMANDS or notice.command in ROI_COMMANDS
        target = GIMBAL if aimed else CAMERA
        return mavlink.MAVLink_command_long_message(self.config.system_id, target, notice.command, 0, *notice.params)

    # messages

    def _received(self, received: Received) -> None:
        message = received.message
        source = (message.get_srcSystem(), message.get_srcComponent())
        if source == (self.config.system_id, COMPONENT):
            return
        system, component = getattr(message, "target_system", 0), getattr(message, "target_component", 0)
        kind = message.get_type()
        to_planner = component == mavlink.MAV_COMP_ID_MISSIONPLANNER and kind.startswith("MISSION_")  # PX4 takes it too
        if system not in (0, self.config.system_id) or not (component in (0, COMPONENT) or to_planner):
            self._pass_on(received, system, component)
            return
        if kind == "HEARTBEAT":
            if message.type == mavlink.MAV_TYPE_GCS:
                self.aircraft.commander.gcs_heard()
        elif kind in ("COMMAND_LONG", "COMMAND_INT"):
            self._command(received)
        elif kind.startswith("PARAM_"):
            self._params.handle(message, received.reply)
        elif kind == "MISSION_SET_CURRENT":
            if not self.aircraft.mission.set_current(message.seq):
                self._queries.refuse_current()
        elif kind.startswith("MISSION_"):
            self._missions.handle(message, received.reply, self.clock.wall_s())
        elif kind == "SET_MODE":
            custom = message.custom_mode
            mode = (float(message.base_mode), float(custom >> 16 & 0xFF), float(custom >> 24), 0.0, 0.0, 0.0, 0.0)
            self._commands.execute(Command(mavlink.MAV_CMD_DO_SET_MODE, mode))
        else:
            self._queries.handle(received)

    def _pass_on(self, received: Received, system: int, component: int) -> None:
        """As PX4 forwards: only what is addressed, and only to where the addressee was heard."""
        other = self.payload if received.link is self.gcs else self.gcs
        if system:
            other.forward(bytes(received.message.get_msgbuf()), system, component)

    def _command(self, received: Received) -> None:
        command = decode(received.message)
        result, answer = self._queries.execute(command, self._streams[id(received.link)])
        if result is None:
            result = self._commands.execute(command)
        message = received.message
        received.reply(
            mavlink.MAVLink_command_ack_message(
                command.command,
                result,
                0,
                0,
                target_system=message.get_srcSystem(),
                target_component=message.get_srcComponent(),
            )
        )
        if answer is not None:
            received.reply(answer)
        self._tell()  # an answer's reasons follow it at once
