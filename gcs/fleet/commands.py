"""Commands: written down before they are sent, followed to their answer and to their effect."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from mavsdk.exceptions import MavsdkError
from sqlalchemy import select, update

from gcs.bus import Topic
from gcs.db.base import Database, utc_now
from gcs.fleet.errors import FleetError, NotAcknowledged, Refused
from gcs.fleet.models import Command
from gcs.fleet.schemas import CommandRecord, CommandState, DroneState

log = logging.getLogger(__name__)

PENDING_PER_DRONE = 8
RESTARTED = "the service restarted before the answer came: what the drone did is not known"

Until = Callable[[Callable[[DroneState], bool], float], Awaitable[DroneState]]


@dataclass(frozen=True)
class Order:
    """Who wants what of which drone. `key` makes it happen once."""

    drone: int
    name: str
    by: str
    params: dict[str, Any]
    key: str


def new_key(key: str | None = None) -> str:
    """The caller's key, or one never used before."""
    return key or uuid4().hex


@dataclass(frozen=True)
class Effect:
    """What telemetry shows once the command works, and how long to look for it."""

    seen: Callable[[DroneState], bool]
    until: Until
    timeout_s: float


class Journal:
    """The one way a command reaches a drone."""

    def __init__(self, db: Database, topic: Topic[CommandRecord]) -> None:
        self._db = db
        self._topic = topic
        self._running: dict[str, asyncio.Task[CommandRecord]] = {}
        self._pending: defaultdict[int, int] = defaultdict(int)
        self._watching: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Commands left open by an earlier run become `unknown`: they are never sent again."""
        open_states = ("requested", "sent")
        async with self._db.session() as session:
            await session.execute(
                update(Command)
                .where(Command.state.in_(open_states))
                .values(state="unknown", reason=RESTARTED, ended_at=utc_now())
            )

    async def stop(self) -> None:
        """Wait for commands under way; stop looking for effects."""
        for watch in tuple(self._watching):
            watch.cancel()
        await asyncio.gather(*self._running.values(), *self._watching, return_exceptions=True)

    async def run(
        self,
        order: Order,
        send: Callable[[], Awaitable[None]],
        ready: Callable[[], Awaitable[None]],
        effect: Effect | None = None,
        said: Callable[[float], list[str]] = lambda _since: [],
    ) -> CommandRecord:
        """Journal, send and await the answer. The effect is watched on; its sighting is published.

        `ready` raises Refused when the drone can't be asked now: then nothing is written or sent. `send` raises what
        MAVSDK raises, or a FleetError; without an `effect` its success is the effect. `said(since_unix_s)` gives the
        autopilot's own words, kept as the reason of a denial.

        Raises Refused: nobody named, the key was used for something else, too many commands wait, or by `ready`.
        """
        if not order.by.strip():
            raise Refused("nothing is sent without the name of the person who wants it")
        if (running := self._running.get(order.key)) is not None:
            return _same(order, await asyncio.shield(running))
        task = asyncio.create_task(self._run(order, send, ready, effect, said))
        self._running[order.key] = task
        task.add_done_callback(lambda _: self._running.pop(order.key, None))
        return await asyncio.shield(task)

    async def _run(
        self,
        order: Order,
        send: Callable[[], Awaitable[None]],
        ready: Callable[[], Awaitable[None]],
        effect: Effect | None,
        said: Callable[[float], list[str]],
    ) -> CommandRecord:
        if (known := await self._find(order.key)) is not None:
            return _same(order, known)
        if self._pending[order.drone] >= PENDING_PER_DRONE:
            raise Refused(f"drone {order.drone}: {PENDING_PER_DRONE} commands are still waiting for an answer")
        await ready()
        self._pending[order.drone] += 1
        try:
            row = await self._insert(order)
            row = await self._change(row.id, state="sent", sent_at=utc_now())
            state, reason = await _outcome(send, said)
            done = effect is None and state == "accepted"
            row = await self._change(row.id, state=state, reason=reason, ended_at=utc_now(), effect_seen=done)
        finally:
            self._pending[order.drone] -= 1
        if effect is not None and row.state == "accepted":
            watch = asyncio.create_task(self._watch(row, effect))
            self._watching.add(watch)
            watch.add_done_callback(self._watching.discard)
        return row

    async def _watch(self, record: CommandRecord, effect: Effect) -> None:
        try:
            await effect.until(effect.seen, effect.timeout_s)
        except TimeoutError:
            reason = f"accepted, but telemetry did not show it within {effect.timeout_s:.0f} s"
            await self._change(record.id, reason=reason)
        else:
            await self._change(record.id, effect_seen=True)

    async def _find(self, key: str) -> CommandRecord | None:
        async with self._db.session() as session:
            row = await session.scalar(select(Command).where(Command.key == key))
            return CommandRecord.model_validate(row) if row is not None else None

    async def _insert(self, order: Order) -> CommandRecord:
        row = Command(
            key=order.key, drone=order.drone, name=order.name, params=order.params, by=order.by, state="requested"
        )
        async with self._db.session() as session:
            session.add(row)
        return self._publish(row)

    async def _change(self, record_id: int, **values: Any) -> CommandRecord:
        async with self._db.session() as session:
            row = await session.get_one(Command, record_id)
            for name, value in values.items():
                setattr(row, name, value)
        return self._publish(row)

    def _publish(self, row: Command) -> CommandRecord:
        record = CommandRecord.model_validate(row)
        self._topic.publish(record)
        return record


async def _outcome(
    send: Callable[[], Awaitable[None]], said: Callable[[float], list[str]]
) -> tuple[CommandState, str | None]:
    began_s = time.time()
    try:
        await send()
    except (MavsdkError, FleetError) as error:
        state, reason = explain(error)
        if state == "denied":
            await asyncio.sleep(WORDS_AFTER_S)
            reason = "; ".join([reason, *dict.fromkeys(said(began_s))])
        log.warning("command %s: %s", state, reason)
        return state, reason[:500]
    return "accepted", None


WORDS_AFTER_S = 0.3
"""The autopilot says why just before or after its acknowledgement; nothing marks the end of what it says."""


def explain(error: Exception) -> tuple[CommandState, str]:
    """(state, reason) of a failed call: MAVSDK's results by their names."""
    if isinstance(error, NotAcknowledged):
        return error.state, str(error)
    result = getattr(getattr(error, "result", None), "name", None)
    if result is None:
        return "failed", str(error)
    words = result.replace("_", " ").lower()
    if "TIMEOUT" in result:
        return "timed_out", "the drone did not answer"
    if "DENIED" in result or result in ("UNSUPPORTED", "INVALID_ARGUMENT"):
        return "denied", words
    return "failed", words


def _same(order: Order, record: CommandRecord) -> CommandRecord:
    if (record.drone, record.name) != (order.drone, order.name):
        raise Refused(f"key {order.key!r} was used for {record.name} of drone {record.drone}")
    return record
