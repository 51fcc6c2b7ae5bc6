import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from gcs.bus import Topic
from gcs.db.base import Database
from gcs.fleet.commands import PENDING_PER_DRONE, Effect, Journal, Order
from gcs.fleet.errors import NotAcknowledged, Refused
from gcs.fleet.models import Command
from gcs.fleet.schemas import CommandRecord, DroneState


async def ready() -> None:
    """The drone can be asked."""


def order(key: str, name: str = "arm", by: str = "Li Wei", drone: int = 1) -> Order:
    return Order(drone, name, by, {}, key)


async def rows(db: Database) -> list[tuple[str, str]]:
    async with db.session() as session:
        return [(row.key, row.state) for row in await session.scalars(select(Command).order_by(Command.id))]


@pytest.fixture
async def journal(db: Database) -> Journal:
    made = Journal(db, Topic())
    await made.start()
    return made


def counting(sent: list[str]) -> Callable[[], Awaitable[None]]:
    async def send() -> None:
        sent.append("sent")

    return send


async def test_command_is_written_down_before_it_is_sent(journal: Journal, db: Database) -> None:
    seen: list[tuple[str, str]] = []

    async def send() -> None:
        seen.extend(await rows(db))

    record = await journal.run(order("k"), send, ready)
    assert seen == [("k", "sent")]
    assert (record.state, record.effect_seen, record.by) == ("accepted", True, "Li Wei")


async def test_same_key_returns_the_same_record_and_sends_once(journal: Journal, db: Database) -> None:
    sent: list[str] = []
    first = await journal.run(order("k"), counting(sent), ready)
    second = await journal.run(order("k"), counting(sent), ready)
    assert first == second
    assert sent == ["sent"]
    assert await rows(db) == [("k", "accepted")]


async def test_same_key_while_the_first_is_under_way_waits_for_it(journal: Journal) -> None:
    sent: list[str] = []
    gate = asyncio.Event()

    async def slow() -> None:
        sent.append("sent")
        await gate.wait()

    both = asyncio.gather(journal.run(order("k"), slow, ready), journal.run(order("k"), slow, ready))
    while not sent:
        await asyncio.sleep(0)
    gate.set()
    first, second = await asyncio.wait_for(both, 5)
    assert first.id == second.id
    assert sent == ["sent"]


async def test_key_of_another_command_is_refused(journal: Journal) -> None:
    await journal.run(order("k"), counting([]), ready)
    with pytest.raises(Refused, match="key 'k' was used for arm of drone 1"):
        await journal.run(order("k", name="land"), counting([]), ready)


async def test_nothing_is_sent_or_written_without_a_name(journal: Journal, db: Database) -> None:
    sent: list[str] = []
    with pytest.raises(Refused, match="name of the person"):
        await journal.run(order("k", by=" "), counting(sent), ready)
    assert (sent, await rows(db)) == ([], [])


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (NotAcknowledged("arm: denied"), "denied", "arm: denied; Compass not calibrated"),
        (NotAcknowledged("no answer", "timed_out"), "timed_out", "no answer"),
        (NotAcknowledged("arm: failed", "failed"), "failed", "arm: failed"),
    ],
)
async def test_what_the_drone_answers_is_the_state(
    journal: Journal, error: NotAcknowledged, state: str, reason: str
) -> None:
    async def send() -> None:
        raise error

    record = await journal.run(order("k"), send, ready, said=lambda _since: ["Compass not calibrated"])
    assert (record.state, record.reason, record.effect_seen) == (state, reason, False)


async def test_effect_is_recorded_when_telemetry_shows_it(db: Database) -> None:
    topic: Topic[CommandRecord] = Topic()
    journal = Journal(db, topic)
    shown = asyncio.Event()

    async def until(_seen: Callable[[DroneState], bool], timeout_s: float) -> DroneState:
        await asyncio.wait_for(shown.wait(), timeout_s)
        return None  # type: ignore[return-value]  # the journal doesn't look at it

    with topic.subscribe() as news:
        record = await journal.run(order("k"), counting([]), ready, Effect(lambda s: True, until, 5))
        assert (record.state, record.effect_seen) == ("accepted", False)
        shown.set()
        async with asyncio.timeout(5):
            while not (await news.get()).effect_seen:
                pass


async def test_effect_that_never_shows_is_said(db: Database) -> None:
    topic: Topic[CommandRecord] = Topic()
    journal = Journal(db, topic)

    async def until(_seen: Callable[[DroneState], bool], _timeout_s: float) -> DroneState:
        raise TimeoutError

    with topic.subscribe() as news:
        await journal.run(order("k"), counting([]), ready, Effect(lambda s: False, until, 3))
        async with asyncio.timeout(5):
            while (record := await news.get()).reason is None:
                pass
    assert record.reason == "accepted, but telemetry did not show it within 3 s"
    assert (record.state, record.effect_seen) == ("accepted", False)


async def test_commands_open_at_a_restart_become_unknown_and_are_not_sent_again(db: Database) -> None:
    crashed = Journal(db, Topic())
    asked = asyncio.Event()

    async def never_answered() -> None:
        asked.set()
        await asyncio.Event().wait()

    cut = asyncio.create_task(crashed.run(order("k"), never_answered, ready))
    await asyncio.wait_for(asked.wait(), 5)

    restarted = Journal(db, Topic())
    await restarted.start()
    sent: list[str] = []
    record = await restarted.run(order("k"), counting(sent), ready)
    assert (record.state, sent) == ("unknown", [])
    assert record.reason is not None
    assert "restarted" in record.reason
    cut.cancel()
    for task in crashed._running.values():
        task.cancel()


async def test_commands_without_an_answer_are_bounded_per_drone(journal: Journal) -> None:
    gate = asyncio.Event()

    async def slow() -> None:
        await gate.wait()

    waiting = [asyncio.create_task(journal.run(order(f"k{i}"), slow, ready)) for i in range(PENDING_PER_DRONE)]
    while journal._pending[1] < PENDING_PER_DRONE:
        await asyncio.sleep(0.01)
    with pytest.raises(Refused, match="drone 1: 8 commands are still waiting"):
        await journal.run(order("more"), slow, ready)
    other = asyncio.create_task(journal.run(order("other", drone=2), slow, ready))
    gate.set()
    assert {record.state for record in await asyncio.gather(*waiting, other)} == {"accepted"}
