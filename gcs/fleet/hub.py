"""The fleet: all links of the service in one MAVSDK hub, and the drones heard on them."""

import asyncio
import logging
import re
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from mavsdk import Configuration, Mavsdk
from mavsdk.component_type import ComponentType
from mavsdk.exceptions import MavsdkError
from mavsdk.logging import LogLevel, log_subscribe

from gcs.bus import Topic
from gcs.db.base import Database
from gcs.fleet.commands import Journal
from gcs.fleet.drone import Drone
from gcs.fleet.errors import UnknownDrone
from gcs.fleet.schemas import CommandRecord, DroneState, LinkReport

log = logging.getLogger(__name__)
mavsdk_log = logging.getLogger("mavsdk")

DISCOVER_S = 1.0
RETRY_LINK_S = 10.0
LISTENING = re.compile(r"^(udpin|tcpin)://(?P<host>\[[^]]*\]|[^:/]*):(?P<port>\d+)")


class Fleet:
    """One hub for all drones, told apart by MAVLink system id. Sends a ground station's heartbeat on every link."""

    def __init__(self, links: Sequence[str], db: Database) -> None:
        self.states: Topic[DroneState] = Topic()
        self.commands: Topic[CommandRecord] = Topic()
        self.found: Topic[Drone] = Topic()
        """Drones as they are first heard."""
        self._links = {url: LinkReport(url=url, open=False, detail="not opened yet") for url in links}
        self._drones: dict[int, Drone] = {}
        self.drones: Mapping[int, Drone] = MappingProxyType(self._drones)
        self._journal = Journal(db, self.commands)
        self._hub: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def links(self) -> list[LinkReport]:
        """Each link, open or with the reason why not."""
        return list(self._links.values())

    def drone(self, system_id: int) -> Drone:
        """Raises UnknownDrone."""
        try:
            return self._drones[system_id]
        except KeyError:
            raise UnknownDrone(system_id) from None

    async def start(self) -> None:
        """Settle the journal, open what can be opened, look out for drones. A link that fails is tried again."""
        await self._journal.start()
        log_subscribe(_to_python_log)
        self._hub = await asyncio.to_thread(_make_hub)
        await self._open_links()
        self._tasks = [asyncio.create_task(self._discover()), asyncio.create_task(self._retry_links())]

    async def stop(self) -> None:
        """Finish commands under way and close everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._journal.stop()
        await asyncio.gather(*(drone.stop() for drone in self._drones.values()))
        if self._hub is not None:
            await asyncio.to_thread(self._hub.destroy)
            self._hub = None

    async def _open_links(self) -> None:
        for url, report in self._links.items():
            if report.open:
                continue
            try:
                await asyncio.to_thread(_refuse_port_in_use, url)
                await asyncio.to_thread(self._hub.add_any_connection_with_handle, url)
            except (OSError, ValueError, MavsdkError) as error:
                detail = str(error).replace("_", " ").lower()
                if detail != report.detail:
                    log.error("link %s is not open: %s", url, detail)
                self._links[url] = LinkReport(url=url, open=False, detail=detail)
            else:
                log.info("link %s is open", url)
                self._links[url] = LinkReport(url=url, open=True, detail="")

    async def _retry_links(self) -> None:
        while not all(report.open for report in self._links.values()):
            await asyncio.sleep(RETRY_LINK_S)
            await self._open_links()

    async def _discover(self) -> None:
        """Ground stations and payloads without an autopilot are no drones."""
        found = asyncio.Event()
        loop = asyncio.get_running_loop()
        handle = self._hub.subscribe_on_new_system(lambda _: loop.call_soon_threadsafe(found.set))
        try:
            while True:
                with suppress(TimeoutError):  # an autopilot may join a system that is known already
                    await asyncio.wait_for(found.wait(), DISCOVER_S)
                found.clear()
                for system in await asyncio.to_thread(self._hub.get_systems):
                    system_id = system.get_system_id()
                    if system_id in self._drones or not system.has_autopilot():
                        system.destroy()
                        continue
                    log.info("drone %d is heard", system_id)
                    self._drones[system_id] = Drone(system, system_id, self._journal, self.states)
                    self.found.publish(self._drones[system_id])
        finally:
            self._hub.unsubscribe_on_new_system(handle)


def _make_hub() -> Any:
    return Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION))


def _refuse_port_in_use(url: str) -> None:
    """Raises OSError. MAVSDK would share the port with whoever has it, and each would hear some of the drones."""
    match = LISTENING.match(url)
    if match is None:
        return
    kind = socket.SOCK_DGRAM if match[1] == "udpin" else socket.SOCK_STREAM
    host = match["host"].strip("[]") or "0.0.0.0"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a listener still counts as use
        try:
            probe.bind((host, int(match["port"])))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise OSError(f"port {match['port']} on {host}: {reason}") from error


def _to_python_log(level: LogLevel, message: str, _file: str | None, _line: int) -> bool:
    mavsdk_log.log(
        {LogLevel.DEBUG: logging.DEBUG, LogLevel.INFO: logging.DEBUG, LogLevel.WARN: logging.INFO}.get(
            level, logging.WARNING
        ),
        message,
    )
    return True
