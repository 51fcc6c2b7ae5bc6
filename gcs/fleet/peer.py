"""One MAVLink system as MAVSDK gives it: what it sends, with the time of receipt, and what it is asked.

MAVSDK's callback classes are used rather than its asyncio ones: those stamp nothing, queue without bound, and put every
call on the loop's default executor, where a few dead drones (2 s a command) would stop everything else.
"""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

from mavsdk.plugins.mavlink_direct import MavlinkDirect, MavlinkDirectError, MavlinkMessage

from gcs.fleet.errors import NotAcknowledged
from gcs.fleet.mav import AUTOPILOT, CAMERA, GIMBAL, RESULT_WORDS, SPEAKER, Cmd, Frame, Msg, Result

log = logging.getLogger(__name__)

T = TypeVar("T")
INBOX = 4096
THREADS = 4
"""Blocking MAVSDK calls one drone can have under way; others wait their turn."""


class Stamp(NamedTuple):
    """When something was received."""

    unix_s: float
    mono_s: float

    @staticmethod
    def now() -> "Stamp":
        """This moment."""
        return Stamp(time.time(), time.monotonic())


@dataclass(frozen=True, slots=True)
class Message:
    """A MAVLink message; `fields` by their MAVLink names, raw units, NaN as None."""

    name: str
    component: int
    fields: dict[str, Any]
    at: Stamp


class Peer:
    """Messages of one system id, dispatched on the event loop in the order they came. Make it on the loop's thread."""

    def __init__(self, system: Any, system_id: int) -> None:
        self.system = system
        self.system_id = system_id
        self._loop = asyncio.get_running_loop()
        self._direct = MavlinkDirect(system)
        self._threads = ThreadPoolExecutor(THREADS, f"drone-{system_id}")
        self._inbox: deque[tuple[Callable[[Any, Stamp], None], Any, Stamp]] = deque(maxlen=INBOX)
        """Bounded: if the loop stands still the oldest go."""
        self._woken = False
        self._closed = False
        self._handlers: dict[str, list[Callable[[Message], None]]] = {}

    def on(self, subscribe: Callable[[Callable[..., None]], Any], handler: Callable[[Any, Stamp], None]) -> None:
        """Give what a MAVSDK plugin's `subscribe_*` delivers to `handler(value, stamp)` on the loop."""
        subscribe(lambda value, _user_data=None: self._receive(handler, value))

    def on_message(self, name: str, handler: Callable[[Message], None]) -> None:
        """Give every message of this name, from any component of the system, to `handler`."""
        if name not in self._handlers:
            self._handlers[name] = []
            self.on(lambda callback: self._direct.subscribe_message(name, callback), self._dispatch)
        self._handlers[name].append(handler)

    def off_message(self, name: str, handler: Callable[[Message], None]) -> None:
        """Stop giving messages to `handler`."""
        self._handlers[name].remove(handler)

    async def call(self, blocking: Callable[..., T], *args: Any) -> T:
        """Run a blocking MAVSDK call on one of this drone's own threads. Raises what the call raises."""
        return await self._loop.run_in_executor(self._threads, blocking, *args)

    async def send(self, name: str, component: int, **fields: Any) -> None:
        """Send a message that nobody acknowledges. Raises NotAcknowledged when it can't be sent."""
        message = self._message(name, component, fields)
        try:
            await self.call(self._direct.send_message, message)
        except MavlinkDirectError as error:
            raise NotAcknowledged(f"{name} was not sent: {error.result.name.lower()}", "failed") from error

    async def command(self, command: Cmd, *params: float, component: int = AUTOPILOT) -> None:
        """Send COMMAND_LONG (params 1..7, the rest 0) and wait for the final acknowledgement.

        Raises NotAcknowledged: with the peer's answer, or timed out after 2 s without one.
        """
        padded = (*params, *([0.0] * (7 - len(params))))
        fields = {f"param{i}": float(value) for i, value in enumerate(padded, 1)}
        await self._command("COMMAND_LONG", command, component, {"confirmation": 0} | fields)

    async def command_at(
        self, command: Cmd, lat_deg: float, lon_deg: float, alt_m: float, frame: Frame, component: int = AUTOPILOT
    ) -> None:
        """Send COMMAND_INT, which carries a place exactly. Raises NotAcknowledged."""
        fields: dict[str, Any] = {f"param{i}": 0.0 for i in range(1, 5)}
        fields |= {"x": round(lat_deg * 1e7), "y": round(lon_deg * 1e7), "z": alt_m}
        fields |= {"frame": int(frame), "current": 0, "autocontinue": 0}
        await self._command("COMMAND_INT", command, component, fields)

    async def _command(self, kind: str, command: Cmd, component: int, fields: dict[str, Any]) -> None:
        message = self._message(kind, component, {"command": int(command)} | fields)
        try:
            ack = await self.call(self._direct.send_command, message)
        except MavlinkDirectError as error:
            if error.result.name == "TIMEOUT":
                raise NotAcknowledged(f"{command.name}: {_name(component)} did not answer", "timed_out") from error
            words = error.result.name.replace("_", " ").lower()
            raise NotAcknowledged(f"{command.name}: {words}", "failed") from error
        result = json.loads(ack.fields_json)["result"]
        if result != Result.ACCEPTED:
            state: Literal["failed", "denied"] = "failed" if result in (Result.FAILED, Result.CANCELLED) else "denied"
            raise NotAcknowledged(f"{command.name}: {RESULT_WORDS.get(result, f'result {result}')}", state)

    async def request(self, message: Msg, component: int, param2: float = 0, timeout_s: float = 3.0) -> Message:
        """Ask a component for one message by MAV_CMD_REQUEST_MESSAGE. Raises NotAcknowledged."""
        answer = self.expect(message.name, component, timeout_s)
        try:
            await self.command(Cmd.REQUEST_MESSAGE, message, param2, component=component)
            return await answer
        finally:
            answer.cancel()

    def expect(self, name: str, component: int, timeout_s: float) -> "asyncio.Task[Message]":
        """The next message of this name from this component; raises NotAcknowledged after the timeout."""
        found: asyncio.Future[Message] = self._loop.create_future()

        def take(message: Message) -> None:
            if message.component == component and not found.done():
                found.set_result(message)

        self.on_message(name, take)

        async def wait() -> Message:
            try:
                return await asyncio.wait_for(found, timeout_s)
            except TimeoutError as error:
                raise NotAcknowledged(f"{name} did not come from {_name(component)}", "timed_out") from error

        task = asyncio.create_task(wait())
        task.add_done_callback(lambda _: self.off_message(name, take))
        return task

    async def set_interval(self, message: Msg, rate_hz: float, component: int = AUTOPILOT) -> None:
        """Ask for a message at a rate. Raises NotAcknowledged."""
        await self.command(Cmd.SET_MESSAGE_INTERVAL, message, 1e6 / rate_hz, component=component)

    async def close(self) -> None:
        """Stop dispatching and wait for the calls under way (MAVSDK bounds each by its own timeouts)."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    def _message(self, name: str, component: int, fields: dict[str, Any]) -> Any:
        target = {"target_system": self.system_id, "target_component": component}
        valid = {key: None if value != value else value for key, value in fields.items()}  # MAVSDK: null is NaN
        return MavlinkMessage(name, 0, 0, self.system_id, component, json.dumps(target | valid))

    def _receive(self, handler: Callable[[Any, Stamp], None], value: Any) -> None:
        """On MAVSDK's callback thread: stamp, keep, wake the loop once."""
        self._inbox.append((handler, value, Stamp.now()))
        if not self._woken and not self._closed:
            self._woken = True
            try:
                self._loop.call_soon_threadsafe(self._drain)
            except RuntimeError:  # the loop was closed in between
                self._closed = True

    def _drain(self) -> None:
        self._woken = False
        while self._inbox and not self._closed:
            handler, value, stamp = self._inbox.popleft()
            try:
                handler(value, stamp)
            except Exception:  # one odd message must not silence the drone
                log.exception("drone %d: could not take in %s", self.system_id, value)

    def _dispatch(self, raw: Any, stamp: Stamp) -> None:
        message = Message(raw.message_name, raw.component_id, json.loads(raw.fields_json), stamp)
        for handler in tuple(self._handlers[message.name]):
            handler(message)


def _name(component: int) -> str:
    names = {AUTOPILOT: "the autopilot", CAMERA: "the camera", GIMBAL: "the gimbal", SPEAKER: "the loudspeaker"}
    return names.get(component, f"component {component}")
