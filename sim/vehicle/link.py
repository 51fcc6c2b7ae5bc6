"""One MAVLink link: a UDP socket with a default target, other peers, and its own sequence numbers."""

import asyncio
import errno
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

Address = tuple[str, int]

PEER_TIMEOUT_S = 5.0
MAX_PEERS = 16
MAX_COMPONENTS = 64
MAX_DATAGRAM = 1200


class PortInUse(Exception):
    """A local UDP port is taken; the message names it."""

    def __init__(self, port: int) -> None:
        super().__init__(f"UDP port {port} is already in use")
        self.port = port


@dataclass(slots=True)
class Received:
    """A message with where it came from."""

    message: Any
    link: "Link"
    address: Address

    def reply(self, message: Any) -> None:
        """Send to whoever sent this."""
        self.link.send(message, self.address)


class Link(asyncio.DatagramProtocol):
    """Sends broadcasts to `target` and to ground stations that talk to it, replies to whoever asked."""

    def __init__(
        self, local: Address, target: Address, system_id: int, component_id: int, on_message: Callable[[Received], None]
    ) -> None:
        self.target = target
        self._local = local
        self._on_message = on_message
        self._transport: asyncio.DatagramTransport | None = None
        self._mav = mavlink.MAVLink(None, srcSystem=system_id, srcComponent=component_id)
        self._parser = self._new_parser()
        self._outgoing = bytearray()
        self._peers: dict[Address, float] = {}
        self._components: dict[tuple[int, int], Address] = {}
        self._full = False
        self.dropped = 0
        """Datagrams not sent because the socket was full."""

    async def open(self) -> None:
        """Bind the socket. Raises `PortInUse`."""
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=self._local)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(self._local[1]) from error
            raise

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    # sending

    def broadcast(self, message: Any) -> None:
        """Queue a message for all listeners; it leaves with `flush`."""
        packed = self._pack(message)
        if len(self._outgoing) + len(packed) > MAX_DATAGRAM:
            self.flush()
        self._outgoing += packed

    def flush(self) -> None:
        """Send what is queued, in one datagram."""
        if not self._outgoing:
            return
        data, self._outgoing = bytes(self._outgoing), bytearray()
        self._write(data, self.target)
        now = time.monotonic()
        for address, heard_s in self._peers.items():
            if address != self.target and now - heard_s < PEER_TIMEOUT_S:
                self._write(data, address)

    def send(self, message: Any, address: Address) -> None:
        """Send a message to one address at once."""
        self._write(self._pack(message), address)

    def forward(self, raw: bytes, system_id: int, component_id: int) -> None:
        """Pass a packet on unchanged to where that component (0: the whole system) was heard on this link."""
        if component_id:
            at = self._components.get((system_id, component_id))
            addresses = {at} if at else set()
        else:
            addresses = {at for (system, _), at in self._components.items() if system == system_id}
        for address in addresses:
            self._write(raw, address)

    def _pack(self, message: Any) -> bytes:
        packed: bytes = message.pack(self._mav)
        self._mav.seq = (self._mav.seq + 1) % 256
        return packed

    def _write(self, data: bytes, address: Address) -> None:
        if self._transport is None:
            return
        if self._full:
            self.dropped += 1
            return
        self._transport.sendto(data, address)

    def pause_writing(self) -> None:
        """The socket is full: datagrams are dropped until it is not."""
        self._full = True

    def resume_writing(self) -> None:
        """The socket takes datagrams again."""
        self._full = False

    # receiving

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Parse one datagram."""
        address: Address = (addr[0], addr[1])
        messages = self._parser.parse_buffer(data) or []
        if self._parser.buf_len():  # a torn packet must not eat the next datagram
            self._parser = self._new_parser()
        for message in messages:
            if message.get_msgId() < 0:  # not decodable with this dialect, or corrupt
                continue
            self._note(message, address)
            self._on_message(Received(message, self, address))

    def error_received(self, exc: Exception) -> None:
        """A datagram bounced: its receiver is away, which is not this vehicle's concern."""

    def _note(self, message: Any, address: Address) -> None:
        key = (message.get_srcSystem(), message.get_srcComponent())
        if key in self._components or len(self._components) < MAX_COMPONENTS:
            self._components[key] = address
        ground = message.get_type() == "HEARTBEAT" and message.type == mavlink.MAV_TYPE_GCS
        if ground and (address in self._peers or len(self._peers) < MAX_PEERS):
            self._peers[address] = time.monotonic()

    @staticmethod
    def _new_parser() -> Any:
        parser = mavlink.MAVLink(None)
        parser.robust_parsing = True
        return parser
