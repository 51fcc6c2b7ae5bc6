"""Requests for information: messages on demand, stream rates, ping and time."""

import math
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.commands import Command
from sim.vehicle.link import Received
from sim.vehicle.notices import Severity
from sim.vehicle.protocol_version import MESSAGE_ID as PROTOCOL_VERSION
from sim.vehicle.streams import BUILDERS, Streams
from sim.vehicle.telemetry import View

ACCEPTED, DENIED, FAILED = mavlink.MAV_RESULT_ACCEPTED, mavlink.MAV_RESULT_DENIED, mavlink.MAV_RESULT_FAILED

OLD_REQUESTS = {
    mavlink.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES: mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION,
    mavlink.MAV_CMD_REQUEST_PROTOCOL_VERSION: PROTOCOL_VERSION,
    mavlink.MAV_CMD_REQUEST_FLIGHT_INFORMATION: mavlink.MAVLINK_MSG_ID_FLIGHT_INFORMATION,
    mavlink.MAV_CMD_GET_HOME_POSITION: mavlink.MAVLINK_MSG_ID_HOME_POSITION,
}
"""Superseded commands that each ask for one message."""


class Queries:
    """Answers that change nothing about the vehicle."""

    def __init__(self, view: View) -> None:
        self._view = view

    def execute(self, command: Command, streams: Streams) -> tuple[int | None, Any]:
        """(MAV_RESULT, message to send after the acknowledgement); (None, None) if it is not a query."""
        first, second = command.p[0], command.p[1]
        if command.command == mavlink.MAV_CMD_SET_MESSAGE_INTERVAL:
            known = math.isfinite(first) and math.isfinite(second) and streams.set_interval(int(first), second)
            return (ACCEPTED if known else FAILED), None
        if command.command == mavlink.MAV_CMD_GET_MESSAGE_INTERVAL:
            message_id = int(first) if math.isfinite(first) else 0
            interval = mavlink.MAVLink_message_interval_message(message_id, streams.interval_us(message_id))
            return ACCEPTED, interval
        if command.command == mavlink.MAV_CMD_REQUEST_MESSAGE:
            return self._message(int(first) if math.isfinite(first) else -1)
        if command.command in OLD_REQUESTS:
            return self._message(OLD_REQUESTS[command.command])
        return None, None

    def handle(self, received: Received) -> None:
        """Answer PING and TIMESYNC; ignore anything else."""
        message = received.message
        kind = message.get_type()
        if kind == "PING" and message.target_system == 0:
            source = (message.get_srcSystem(), message.get_srcComponent())
            received.reply(mavlink.MAVLink_ping_message(message.time_usec, message.seq, *source))
        elif kind == "TIMESYNC" and message.tc1 == 0:
            received.reply(mavlink.MAVLink_timesync_message(self._view.now_ns, message.ts1))

    def refuse_current(self) -> None:
        """MISSION_SET_CURRENT named an item that does not exist."""
        self._view.craft.say(Severity.CRITICAL, "WPM: WP CURR CMD: Not in list")

    def _message(self, message_id: int) -> tuple[int, Any]:
        builder = BUILDERS.get(message_id)
        message = builder(self._view) if builder else None
        return (ACCEPTED, message) if message is not None else (DENIED, None)
