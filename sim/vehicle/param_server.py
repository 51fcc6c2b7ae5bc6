"""The MAVLink parameter protocol, server side (https://mavlink.io/en/services/parameter.html)."""

from collections import deque
from collections.abc import Callable
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.notices import Severity
from sim.vehicle.params import Params, decode_bytewise, encode_bytewise

BURST = 10
"""Values sent per poll while listing, so that a list does not overrun a small socket buffer."""
MAX_LISTS = 8

Send = Callable[[Any], None]


class ParamServer:
    """Answers PARAM_REQUEST_LIST, PARAM_REQUEST_READ and PARAM_SET from a `Params` store."""

    def __init__(self, params: Params, announce: Callable[[Severity, str], None]) -> None:
        self._params = params
        self._announce = announce
        self._pending: deque[tuple[Send, deque[str]]] = deque(maxlen=MAX_LISTS)

    def handle(self, message: Any, reply: Send) -> None:
        """Serve one PARAM_* request; `reply` sends to whoever asked."""
        kind = message.get_type()
        if kind == "PARAM_REQUEST_LIST":
            self._pending.append((reply, deque(self._params.names())))
        elif kind == "PARAM_REQUEST_READ":
            self._read(message.param_id, message.param_index, reply)
        elif kind == "PARAM_SET":
            self._set(message, reply)

    def poll(self) -> None:
        """Send the next few values of the lists under way."""
        if not self._pending:
            return
        send, names = self._pending[0]
        for _ in range(min(BURST, len(names))):
            send(self._value(names.popleft()))
        if not names:
            self._pending.popleft()

    def _read(self, name: str, index: int, reply: Send) -> None:
        names = self._params.names()
        if index >= 0:
            if index < len(names):
                reply(self._value(names[index]))
            else:
                self._announce(Severity.INFO, f"[pm] unknown param ID: {index}")
        elif name in self._params:
            reply(self._value(name))
        elif name != "_HASH_CHECK":
            self._announce(Severity.INFO, f"[pm] unknown param: {name}")

    def _set(self, message: Any, reply: Send) -> None:
        name = message.param_id
        if name not in self._params:
            self._announce(Severity.INFO, f"[pm] unknown param: {name}")
            return
        integer = self._params.is_integer(name)
        wanted = mavlink.MAV_PARAM_TYPE_INT32 if integer else mavlink.MAV_PARAM_TYPE_REAL32
        if message.param_type == wanted:  # PX4 leaves a mistyped value alone; the echo tells the sender what holds
            self._params.set(name, decode_bytewise(message.param_value, integer))
        reply(self._value(name))

    def _value(self, name: str) -> Any:
        names = self._params.names()
        integer = self._params.is_integer(name)
        return mavlink.MAVLink_param_value_message(
            name.encode(),
            encode_bytewise(self._params[name]),
            mavlink.MAV_PARAM_TYPE_INT32 if integer else mavlink.MAV_PARAM_TYPE_REAL32,
            len(names),
            names.index(name),
        )
