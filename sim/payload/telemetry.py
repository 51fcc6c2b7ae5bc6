"""Where the vehicle is, from its own telemetry, at any instant between two messages."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from pymavlink.dialects.v20 import common as mavlink

from sim.payload.clock import PeerClock
from sim.payload.component import AUTOPILOT
from sim.payload.link import Message

STALE_S = 1.0
"""Telemetry older than this is lost: nothing may be pointed or drawn by it."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One position. `alt_m` is above mean sea level, `alt_rel_m` above home."""

    t_unix_s: float
    lat_deg: float
    lon_deg: float
    alt_m: float
    alt_rel_m: float

    @property
    def home_alt_m(self) -> float:
        """Height of home above mean sea level."""
        return self.alt_m - self.alt_rel_m


def between(a: Fix, b: Fix, t_unix_s: float) -> Fix:
    """The position at `t_unix_s`, on the straight line from `a` to `b` (cm over tens of milliseconds of flight)."""
    span = b.t_unix_s - a.t_unix_s
    w = 0.0 if span <= 0 else (t_unix_s - a.t_unix_s) / span
    mix = [x + (y - x) * w for x, y in zip(_numbers(a), _numbers(b), strict=True)]
    return Fix(t_unix_s, *mix)


def _numbers(fix: Fix) -> tuple[float, float, float, float]:
    return fix.lat_deg, fix.lon_deg, fix.alt_m, fix.alt_rel_m


class Telemetry:
    """The last second of GLOBAL_POSITION_INT and the newest ATTITUDE yaw of one vehicle."""

    def __init__(self) -> None:
        self._clock = PeerClock()
        self._fixes: deque[Fix] = deque(maxlen=64)
        self._yaw: tuple[float, float] | None = None
        self._arrived = asyncio.Event()

    def take(self, message: Message, arrival_unix_s: float) -> None:
        """Stores one message of the autopilot; ignores all but those it needs."""
        kind = message.get_type()
        if kind == "ATTITUDE":
            self._yaw = (self._clock.to_unix_s(message.time_boot_ms, arrival_unix_s), message.yaw)
        elif kind == "GLOBAL_POSITION_INT":
            t = self._clock.to_unix_s(message.time_boot_ms, arrival_unix_s)
            if self._fixes and t <= self._fixes[-1].t_unix_s:
                return  # out of order, or the clock mapping moved back by less than one message
            fix = Fix(t, message.lat / 1e7, message.lon / 1e7, message.alt / 1e3, message.relative_alt / 1e3)
            self._fixes.append(fix)
            self._arrived.set()
            self._arrived = asyncio.Event()

    def latest(self) -> Fix | None:
        """The newest position, None when there is none or it is stale."""
        if not self._fixes or time.time() - self._fixes[-1].t_unix_s > STALE_S:
            return None
        return self._fixes[-1]

    def yaw_rad(self) -> float | None:
        """The newest heading of the nose, clockwise from north; None when stale."""
        if self._yaw is None or time.time() - self._yaw[0] > STALE_S:
            return None
        return self._yaw[1]

    async def at(self, t_unix_s: float, timeout_s: float = 0.5) -> Fix:
        """The position at an instant, once telemetry has passed it: never a guess beyond the last message.

        Raises TimeoutError when telemetry does not reach it, LookupError when it is older than what is kept.
        """
        async with asyncio.timeout(timeout_s):
            while not self._fixes or self._fixes[-1].t_unix_s < t_unix_s:
                await self._arrived.wait()
        for a, b in zip(reversed(list(self._fixes)[:-1]), reversed(self._fixes), strict=False):
            if a.t_unix_s <= t_unix_s <= b.t_unix_s:
                return between(a, b, t_unix_s)
        raise LookupError("no telemetry as old as that")


class StreamRequests:
    """Asks the vehicle for the rates the camera needs, again while they are not there.

    A thin link (PX4 gives its payload link 4 kB/s and scales all its streams down to that) stays short of them until
    what nobody here reads is switched off on it.
    """

    WANTED = (mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT, mavlink.MAVLINK_MSG_ID_ATTITUDE)
    WANTED_HZ = 30.0
    ENOUGH_HZ = 15
    LEFT_ALONE = frozenset(
        {
            mavlink.MAVLINK_MSG_ID_HEARTBEAT,
            mavlink.MAVLINK_MSG_ID_SYSTEM_TIME,
            mavlink.MAVLINK_MSG_ID_COMMAND_LONG,
            mavlink.MAVLINK_MSG_ID_COMMAND_ACK,
            mavlink.MAVLINK_MSG_ID_STATUSTEXT,
        }
    )
    COMPONENT_ID = mavlink.MAV_COMP_ID_ONBOARD_COMPUTER
    """Asked under an id of its own: PX4 forwards commands for every component it has seen on a link to that link, so
    that asking as camera or gimbal would bring each of the ground's commands to them twice."""

    def __init__(self, system_id: int, write: Callable[[bytes], None]) -> None:
        self._system_id = system_id
        self._write = write
        self._packer = mavlink.MAVLink(None, srcSystem=system_id, srcComponent=self.COMPONENT_ID)
        self._counts: Counter[int] = Counter()
        self._short_for_s = 0

    def saw(self, message: Message) -> None:
        """Counts a message of the autopilot."""
        self._counts[message.get_msgId()] += 1

    def repeat(self) -> None:
        """Asks for what came too seldom in the last second; call at 1 Hz."""
        short = [number for number in self.WANTED if self._counts[number] < self.ENOUGH_HZ]
        self._short_for_s = self._short_for_s + 1 if short else 0
        for number in short:
            self._ask(number, 1e6 / self.WANTED_HZ)
        if self._short_for_s > 2:
            for number in self._counts.keys() - self.LEFT_ALONE - set(self.WANTED):
                self._ask(number, -1)
        self._counts.clear()

    def _ask(self, message_id: int, interval_us: float) -> None:
        command = mavlink.MAVLink_command_long_message(
            self._system_id, AUTOPILOT, mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, 0, message_id, interval_us, 0, 0, 0, 0, 0
        )
        self._packer.seq = (self._packer.seq + 1) % 256
        self._write(command.pack(self._packer))
