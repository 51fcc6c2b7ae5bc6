"""A MAVLink link over UDP on asyncio."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

log = logging.getLogger(__name__)

Message = Any
"""A pymavlink message; its classes are generated and untyped."""

_SPEC = re.compile(r"^(udpin|udpout):(?://)?([^:/]+):(\d+)$")


class Link(asyncio.DatagramProtocol):
    """One UDP socket that carries MAVLink 2.

    `udpout:HOST:PORT` sends there; `udpin:HOST:PORT` listens there and answers whoever of `system_id` spoke last, so
    that a stranger on the port cannot take the link over.
    """

    def __init__(self, spec: str, system_id: int, on_message: Callable[[Message, "Link"], None]) -> None:
        """Raises ValueError when `spec` is neither udpin:HOST:PORT nor udpout:HOST:PORT."""
        match = _SPEC.match(spec)
        if match is None:
            raise ValueError(f"link {spec!r}: expected udpin:HOST:PORT or udpout:HOST:PORT")
        self.spec = spec
        self._listens = match[1] == "udpin"
        self._address = (match[2], int(match[3]))
        self._peer: tuple[str, int] | None = None if self._listens else self._address
        self._system_id = system_id
        self._on_message = on_message
        self._transport: asyncio.DatagramTransport | None = None
        self._parser = mavlink.MAVLink(None)
        self._parser.robust_parsing = True

    async def open(self) -> None:
        """Binds the socket. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        local = self._address if self._listens else ("0.0.0.0", 0)
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=local)

    def close(self) -> None:
        """Closes the socket."""
        if self._transport is not None:
            self._transport.close()

    def write(self, packet: bytes) -> None:
        """Sends one packed message; it is lost when nobody has spoken to a listening link yet."""
        if self._transport is not None and self._peer is not None:
            self._transport.sendto(packet, self._peer)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Parses one datagram and hands its messages on."""
        for message in self._parser.parse_buffer(data) or ():
            if message.get_type() == "BAD_DATA":
                continue
            if self._listens and message.get_srcSystem() == self._system_id:
                self._peer = addr
            self._on_message(message, self)

    def error_received(self, exc: Exception) -> None:
        """An ICMP refusal: nobody listens there yet, which is a peer's normal state before it starts."""
        log.debug("%s: %s", self.spec, exc)
