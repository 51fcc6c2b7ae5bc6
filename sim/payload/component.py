"""What every MAVLink component of the payload does: heartbeat, time, commands and their acknowledgements."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from pymavlink.dialects.v20 import common as mavlink

from sim.payload.clock import Clock
from sim.payload.link import Link, Message

log = logging.getLogger(__name__)

AUTOPILOT = mavlink.MAV_COMP_ID_AUTOPILOT1


class Result(IntEnum):
    """MAV_RESULT."""

    ACCEPTED = 0
    TEMPORARILY_REJECTED = 1
    DENIED = 2
    UNSUPPORTED = 3
    FAILED = 4
    IN_PROGRESS = 5
    CANCELLED = 6


@dataclass(frozen=True, slots=True)
class Command:
    """A COMMAND_LONG or COMMAND_INT as it came."""

    id: int
    params: tuple[float, ...]
    """Seven; of a COMMAND_INT the fifth and sixth are its integers x and y."""
    is_int: bool
    frame: int
    """MAV_FRAME of a COMMAND_INT; a COMMAND_LONG means MAV_FRAME_GLOBAL."""
    confirmation: int
    addressed: bool
    """False when it was broadcast to every component."""
    sender: tuple[int, int]
    """(system id, component id)."""
    link: Link

    def param(self, number: int, default: float = 0.0) -> float:
        """Parameter 1..7, or the default where the sender left it NaN."""
        value = self.params[number - 1]
        return default if math.isnan(value) else value

    def lat_lon_deg(self) -> tuple[float, float]:
        """Parameters 5 and 6 as WGS-84 degrees."""
        scale = 1e-7 if self.is_int else 1.0
        return self.params[4] * scale, self.params[5] * scale

    @staticmethod
    def of(message: Message, link: Link) -> "Command":
        """Reads either command message."""
        is_int = message.get_type() == "COMMAND_INT"
        tail = (message.x, message.y, message.z) if is_int else (message.param5, message.param6, message.param7)
        return Command(
            id=message.command,
            params=(message.param1, message.param2, message.param3, message.param4, *tail),
            is_int=is_int,
            frame=message.frame if is_int else mavlink.MAV_FRAME_GLOBAL,
            confirmation=0 if is_int else message.confirmation,
            addressed=message.target_component != 0,
            sender=(message.get_srcSystem(), message.get_srcComponent()),
            link=link,
        )


Handler = Callable[[Command], Result | None]
"""Answers with a result, or None when it acknowledges by itself."""


class Component:
    """One MAVLink component on the vehicle's system id, speaking to the ground by `gcs`."""

    def __init__(self, system_id: int, component_id: int, mav_type: int, clock: Clock, gcs: Link) -> None:
        self.system_id = system_id
        self.component_id = component_id
        self.clock = clock
        self.gcs = gcs
        self._mav_type = mav_type
        self._packer = mavlink.MAVLink(None, srcSystem=system_id, srcComponent=component_id)
        self.commands: dict[int, Handler] = {mavlink.MAV_CMD_REQUEST_MESSAGE: self._request_message}
        self.answers: dict[int, Callable[[Command], Message | None]] = {}
        """Messages it sends on request, by id; None when there is no such thing to send."""

    def now_boot_ms(self) -> int:
        """`time_boot_ms` of this moment."""
        return self.clock.boot_ms(time.time())

    def send(self, message: Message, link: Link | None = None) -> None:
        """Packs and sends, to the ground unless another link is named."""
        packet = message.pack(self._packer)
        self._packer.seq = (self._packer.seq + 1) % 256
        (link or self.gcs).write(packet)

    def say(self, severity: int, text: str) -> None:
        """STATUSTEXT to the ground (cut at 50 bytes) and one log line."""
        log.log(logging.WARNING if severity <= mavlink.MAV_SEVERITY_WARNING else logging.INFO, "%s", text)
        self.send(mavlink.MAVLink_statustext_message(severity, text.encode()[:50]))

    def send_heartbeat(self) -> None:
        """HEARTBEAT, and SYSTEM_TIME so that its `time_boot_ms` can be told as unix time; call at 1 Hz."""
        self.send(
            mavlink.MAVLink_heartbeat_message(
                self._mav_type, mavlink.MAV_AUTOPILOT_INVALID, 0, 0, mavlink.MAV_STATE_ACTIVE, 3
            )
        )
        now = time.time()
        self.send(mavlink.MAVLink_system_time_message(round(now * 1e6), self.clock.boot_ms(now)))

    def handle(self, message: Message, link: Link) -> None:
        """Takes a message addressed to this component or to all."""
        if message.get_type() in ("COMMAND_LONG", "COMMAND_INT"):
            self._handle_command(Command.of(message, link))

    def acknowledge(self, command: Command, result: Result, progress: int = 0, result_param2: int = 0) -> None:
        """COMMAND_ACK to the command's sender, on the link it came by."""
        self.send(
            mavlink.MAVLink_command_ack_message(
                command.id, result, progress, result_param2, command.sender[0], command.sender[1]
            ),
            command.link,
        )

    def _handle_command(self, command: Command) -> None:
        handler = self.commands.get(command.id)
        if handler is None:
            if command.addressed:
                self.acknowledge(command, Result.UNSUPPORTED)
            return
        result = handler(command)
        if result is not None:
            self.acknowledge(command, result)

    def _request_message(self, command: Command) -> Result | None:
        answer = self.answers.get(round(command.param(1)))
        if answer is None:
            return Result.UNSUPPORTED if command.addressed else None
        message = answer(command)
        if message is None:
            return Result.DENIED
        self.acknowledge(command, Result.ACCEPTED)
        self.send(message, command.link)
        return None


def padded(text: str, size: int) -> list[int]:
    """A fixed-size byte field, zero padded."""
    return list(text.encode()[: size - 1].ljust(size, b"\0"))
