"""The MAVLink mission protocol, vehicle side: uploads, downloads and clearing of the three plan types.

https://mavlink.io/en/services/mission.html, with PX4's behaviour on loss, on two partners and on bad items.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.notices import Severity
from sim.vehicle.plan import CAPACITY, FENCE, FENCE_OR_RALLY, MISSION, RALLY, Item, Plan, Refused, parse

RETRY_S = 0.25
TIMEOUT_S = 5.0
ALL_TYPES = mavlink.MAV_MISSION_TYPE_ALL

Send = Callable[[Any], None]
Partner = tuple[int, int]
"""(system id, component id)."""


class _State(Enum):
    IDLE = 0
    RECEIVING = 1
    SENDING = 2


@dataclass(slots=True)
class _Transfer:
    """The transfer under way, or the last one."""

    partner: Partner
    send: Send
    plan_type: int
    count: int
    seq: int = 0
    """Receiving: the next item wanted. Sending: one past the last item sent."""
    integer: bool = True
    current: int = -1


class MissionServer:
    """Serves MISSION_* messages. Times are monotonic wall-clock seconds, whatever the simulation's speed.

    `on_plan(plan_type, items, current_seq)` is called when a complete plan arrived (current_seq -1: keep).
    """

    def __init__(
        self,
        plan: Plan,
        announce: Callable[[Severity, str], None],
        on_plan: Callable[[int, list[Item], int], None],
        current: Callable[[], int],
    ) -> None:
        self._plan = plan
        self._announce = announce
        self._on_plan = on_plan
        self._current = current
        self._state = _State.IDLE
        self._transfer: _Transfer | None = None
        self._arriving: list[Item] = []
        self._received_s = 0.0
        self._sent_s = 0.0
        self._now_s = 0.0

    @property
    def busy(self) -> bool:
        """Whether a transfer is under way."""
        return self._state is not _State.IDLE

    def handle(self, message: Any, reply: Send, now_s: float) -> None:
        """Serve one MISSION_* message; `reply` sends to whoever sent it."""
        self._now_s = now_s
        kind = message.get_type()
        partner = (message.get_srcSystem(), message.get_srcComponent())
        if kind == "MISSION_COUNT":
            self._count(message, partner, reply)
        elif kind in ("MISSION_ITEM_INT", "MISSION_ITEM"):
            self._item(message, partner, reply)
        elif kind == "MISSION_REQUEST_LIST":
            self._list(message, partner, reply)
        elif kind in ("MISSION_REQUEST_INT", "MISSION_REQUEST"):
            self._request(message, partner, kind == "MISSION_REQUEST_INT")
        elif kind == "MISSION_ACK":
            self._ack_received(message, partner)
        elif kind == "MISSION_CLEAR_ALL":
            self._clear(message, partner, reply)

    def poll(self, now_s: float) -> None:
        """Ask again for an item that did not come; give up on a silent partner."""
        self._now_s = now_s
        if self._state is _State.IDLE or self._transfer is None:
            return
        if now_s - self._received_s > TIMEOUT_S:
            self._say("Operation timeout")
            self._state = _State.IDLE
        elif self._state is _State.RECEIVING and now_s - self._sent_s > RETRY_S:
            self._ask_item()

    # uploads

    def _count(self, message: Any, partner: Partner, reply: Send) -> None:
        plan_type, count = message.mission_type, message.count
        if self._state is _State.RECEIVING and self._transfer is not None:
            if partner != self._transfer.partner:
                _ack(reply, partner, mavlink.MAV_MISSION_ERROR, plan_type)
                return
            self._received_s = self._now_s
            if self._transfer.seq > 0:
                self._say("WPM: REJ. CMD: Busy")
                _ack(reply, partner, mavlink.MAV_MISSION_ERROR, plan_type)
                return
        elif self._state is _State.SENDING:
            self._say("WPM: IGN MISSION_COUNT: Busy")
            _ack(reply, partner, mavlink.MAV_MISSION_ERROR, plan_type)
            return
        if plan_type not in CAPACITY:
            _ack(reply, partner, mavlink.MAV_MISSION_INVALID, plan_type)
            return
        if count > CAPACITY[plan_type]:
            _ack(reply, partner, mavlink.MAV_MISSION_NO_SPACE, plan_type)
            return
        self._received_s = self._now_s
        self._transfer = _Transfer(partner, reply, plan_type, count)
        self._arriving = []
        if count == 0:
            self._on_plan(plan_type, [], 0)
            _ack(reply, partner, mavlink.MAV_MISSION_ACCEPTED, plan_type)
            return
        self._state = _State.RECEIVING
        self._ask_item()

    def _item(self, message: Any, partner: Partner, reply: Send) -> None:
        transfer = self._transfer
        if transfer is None or partner != transfer.partner:
            self._say("REJ. MIS ITEM: partner id mismatch")
            return
        if message.mission_type != transfer.plan_type:
            _ack(reply, partner, mavlink.MAV_MISSION_ERROR, transfer.plan_type)
            return
        if self._state is _State.IDLE:
            if transfer.seq == message.seq + 1 == transfer.count:  # our last MISSION_ACK was lost
                _ack(reply, partner, mavlink.MAV_MISSION_ACCEPTED, transfer.plan_type)
            else:
                self._say("IGN MISSION_ITEM: No transfer")
                _ack(reply, partner, mavlink.MAV_MISSION_ERROR, transfer.plan_type)
            return
        if self._state is _State.SENDING:
            self._say("IGN MISSION_ITEM: Busy")
            _ack(reply, partner, mavlink.MAV_MISSION_ERROR, transfer.plan_type)
            return
        self._received_s = self._now_s
        transfer.integer = message.get_type() == "MISSION_ITEM_INT"
        if message.seq != transfer.seq:
            return  # a duplicate or out of order: the next retry asks again
        try:
            item = _checked(message, transfer.plan_type)
        except Refused as refused:
            self._say("IGN MISSION_ITEM: Invalid item")
            self._state = _State.IDLE
            _ack(reply, partner, refused.result, transfer.plan_type)
            return
        self._arriving.append(item)
        if message.current:
            transfer.current = message.seq
        transfer.seq += 1
        if transfer.seq < transfer.count:
            self._ask_item()
            return
        self._state = _State.IDLE
        items, self._arriving = self._arriving, []
        _ack(reply, partner, mavlink.MAV_MISSION_ACCEPTED, transfer.plan_type)
        self._on_plan(transfer.plan_type, items, transfer.current)

    def _ask_item(self) -> None:
        transfer = self._transfer
        assert transfer is not None
        self._sent_s = self._now_s
        make = (
            mavlink.MAVLink_mission_request_int_message if transfer.integer else mavlink.MAVLink_mission_request_message
        )
        transfer.send(make(*transfer.partner, transfer.seq, transfer.plan_type))

    # downloads

    def _list(self, message: Any, partner: Partner, reply: Send) -> None:
        transfer = self._transfer
        if self._state is _State.SENDING and transfer is not None:
            same = partner == transfer.partner and message.mission_type == transfer.plan_type
            if not same and transfer.seq < transfer.count:
                self._announce(Severity.INFO, "Mission download request ignored, already active")
                return
        elif self._state is _State.RECEIVING:
            self._announce(Severity.INFO, "Mission download request ignored, already active")
            return
        if message.mission_type not in CAPACITY:
            _ack(reply, partner, mavlink.MAV_MISSION_INVALID, message.mission_type)
            return
        self._received_s = self._now_s
        count = len(self._plan.items[message.mission_type])
        self._transfer = _Transfer(partner, reply, message.mission_type, count)
        self._state = _State.SENDING
        reply(mavlink.MAVLink_mission_count_message(*partner, count, message.mission_type))

    def _request(self, message: Any, partner: Partner, integer: bool) -> None:
        transfer = self._transfer
        if transfer is None or self._state is _State.IDLE:
            return
        if partner != transfer.partner:
            self._say("WPM: REJ. CMD: partner id mismatch")
            return
        if self._state is _State.RECEIVING:
            self._say("WPM: REJ. CMD: Busy")
            return
        if message.mission_type != transfer.plan_type:
            return
        self._received_s = self._now_s
        items = self._plan.items[transfer.plan_type]
        expected = message.seq in (transfer.seq, transfer.seq - 1)
        if not expected or message.seq >= min(transfer.count, len(items)):
            self._state = _State.IDLE
            self._say("WPM: REJ. CMD: Req. WP was unexpected")
            _ack(transfer.send, partner, mavlink.MAV_MISSION_ERROR, transfer.plan_type)
            return
        transfer.seq = message.seq + 1
        transfer.send(_wire(items[message.seq], partner, transfer.plan_type, self._current(), integer))

    def _ack_received(self, message: Any, partner: Partner) -> None:
        transfer = self._transfer
        if transfer is None or partner != transfer.partner or message.mission_type != transfer.plan_type:
            return
        if self._state is _State.SENDING:
            self._state = _State.IDLE
        elif self._state is _State.RECEIVING:
            if message.type == mavlink.MAV_MISSION_UNSUPPORTED:
                transfer.integer = not transfer.integer
                self._ask_item()
            elif message.type == mavlink.MAV_MISSION_OPERATION_CANCELLED:
                self._state = _State.IDLE

    # clearing

    def _clear(self, message: Any, partner: Partner, reply: Send) -> None:
        plan_type = message.mission_type
        if self._state is not _State.IDLE:
            self._say("WPM: IGN CLEAR CMD: Busy")
            return
        if plan_type != ALL_TYPES and plan_type not in CAPACITY:
            _ack(reply, partner, mavlink.MAV_MISSION_ERROR, plan_type)
            return
        for each in (MISSION, FENCE, RALLY) if plan_type == ALL_TYPES else (plan_type,):
            self._on_plan(each, [], 0)
        _ack(reply, partner, mavlink.MAV_MISSION_ACCEPTED, plan_type)

    def _say(self, text: str) -> None:
        self._announce(Severity.CRITICAL, text)


def _checked(message: Any, plan_type: int) -> Item:
    """The item, checked against the kind of plan it came for. Raises `Refused`."""
    item = parse(message)
    if (plan_type == MISSION) == (item.command in FENCE_OR_RALLY):
        raise Refused(mavlink.MAV_MISSION_ERROR)
    polygon = item.command in (
        mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION,
        mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
    )
    if polygon and not item.param1 >= 3:
        raise Refused(mavlink.MAV_MISSION_ERROR)
    return item


def _ack(send: Send, partner: Partner, result: int, plan_type: int) -> None:
    send(mavlink.MAVLink_mission_ack_message(*partner, result, plan_type))


def _wire(item: Item, partner: Partner, plan_type: int, current: int, integer: bool) -> Any:
    head = (*partner, item.seq, item.frame, item.command, int(item.seq == current and plan_type == MISSION))
    params = (int(item.autocontinue), item.param1, item.param2, item.param3, item.param4)
    if integer:
        return mavlink.MAVLink_mission_item_int_message(*head, *params, item.x, item.y, item.z_m, plan_type)
    placed = item.frame != mavlink.MAV_FRAME_MISSION
    x, y = (item.lat_deg, item.lon_deg) if placed else (float(item.x), float(item.y))
    return mavlink.MAVLink_mission_item_message(*head, *params, x, y, item.z_m, plan_type)
