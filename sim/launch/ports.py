"""Every port of a simulation, from one offset, so that two can run on one machine."""

import socket
from dataclasses import dataclass


class PortError(Exception):
    """A port is taken; the message names it."""


@dataclass(frozen=True)
class Ports:
    """PX4's numbers plus `offset`; drones are counted from 0."""

    offset: int = 0

    @property
    def feed(self) -> int:
        """TCP, the simulated world."""
        return 14700 + self.offset

    def gcs(self, drone: int = 0) -> int:
        """UDP, the ground station's: our vehicles all send to the first, PX4 instances to one each."""
        return 14540 + self.offset + drone

    def vehicle_gcs(self, drone: int) -> int:
        """UDP, the vehicle's end of the ground link."""
        return 14580 + self.offset + drone

    def payload(self, drone: int) -> int:
        """UDP, the payload's end of its link to the vehicle."""
        return 14030 + self.offset + drone

    def vehicle_payload(self, drone: int) -> int:
        """UDP, the vehicle's end of the payload link."""
        return 14280 + self.offset + drone

    def video(self, drone: int) -> int:
        """UDP, where the service takes the drone's video."""
        return 5600 + self.offset + drone


def check_free(udp: list[int], tcp: list[int]) -> None:
    """Raises PortError naming the first port of this host that another program holds."""
    for kind, name, ports in ((socket.SOCK_DGRAM, "UDP", udp), (socket.SOCK_STREAM, "TCP", tcp)):
        for port in ports:
            with socket.socket(socket.AF_INET, kind) as probe:
                if kind == socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except (OSError, OverflowError) as error:
                    raise PortError(f"{name} port {port} cannot be used: {error}") from error
