"""The feed over real TCP."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import TypeVar

import pytest

from sim.world.feed import FeedClient
from sim.world.messages import ErrorMessage, TruthEvent
from sim.world.pace import Pacer
from sim.world.scenario import TrafficConfig, load_scenario
from sim.world.server import FeedServer
from sim.world.snapshot import Snapshot
from sim.world.world import World

HOST = "127.0.0.1"
QUIET = load_scenario("quiet").model_copy(update={"traffic": TrafficConfig(warm_up_s=40.0)})
Message = TypeVar("Message", TruthEvent, ErrorMessage)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def served(world: World, port: int) -> AsyncIterator[FeedServer]:
    stop = asyncio.Event()
    server = FeedServer(world)
    task = asyncio.create_task(server.serve(HOST, port, stop))
    try:
        yield server
    finally:
        stop.set()
        await asyncio.wait_for(task, 5.0)


def fast_forward(server: FeedServer, to_sim_s: float) -> None:
    while server.world.sim_s < to_sim_s:
        server.step(time.time())


async def next_of(kind: type[Message], feed: FeedClient) -> Message:
    async with asyncio.timeout(5.0):
        async for message in feed:
            if isinstance(message, kind):
                return message
    raise AssertionError("the feed ended")


async def test_snapshots_arrive_in_real_time_stamped_with_the_time_they_were_true() -> None:
    port = free_port()
    with World(QUIET) as world:
        async with served(world, port), FeedClient(HOST, port) as feed:
            first = await feed.snapshot()
            for _ in range(10):
                last = await feed.snapshot()
                assert abs(time.time() - last.t_unix_s) < 0.3
            assert last.sim_s - first.sim_s == pytest.approx(last.t_unix_s - first.t_unix_s, abs=0.15)
            assert feed.latest is not None
            assert len(feed.latest.users) > 50
            assert feed.age_s < 0.5


async def test_client_that_does_not_read_loses_snapshots_and_holds_nobody_up() -> None:
    port = free_port()
    with World(QUIET) as world:
        async with served(world, port), FeedClient(HOST, port) as feed:
            await feed.snapshot()
            slow = socket.socket()
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.setblocking(False)
            await asyncio.get_running_loop().sock_connect(slow, (HOST, port))
            reader, writer = await asyncio.open_connection(sock=slow, limit=1 << 22)
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            steps = [await feed.snapshot() for _ in range(20)]
            assert steps[-1].t_unix_s - steps[0].t_unix_s < 4.0
            writer.transport.resume_reading()  # type: ignore[attr-defined]
            seen = [0.0]
            while seen[-1] < steps[-1].sim_s:
                seen.append(json.loads(await asyncio.wait_for(reader.readline(), 5.0))["sim_s"])
            writer.close()
    assert max(b - a for a, b in pairwise(seen[1:])) > 0.5


async def test_heard_over_the_feed_makes_the_car_leave_and_truth_tells_it() -> None:
    port = free_port()
    with World(load_scenario("shoulder_stop")) as world:
        async with served(world, port) as server, FeedClient(HOST, port) as feed:
            fast_forward(server, 35.0)
            car = await next_of(TruthEvent, feed)
            assert (car.event, car.phase, car.lane_id) == ("emergency_lane_occupancy", "start", "nb_3_0")
            spoken = {"x_m": car.x_m, "y_m": car.y_m, "radius_m": 80, "t_unix_s": time.time(), "text": "1f0c"}
            await feed.send({"type": "heard", **spoken})
            await feed.snapshot()
            fast_forward(server, 60.0)
            left = await next_of(TruthEvent, feed)
            assert (left.phase, left.user) == ("end", car.user)
            assert list(feed.truth) == [car, left]


async def test_truth_that_goes_on_is_told_to_whoever_connects_later() -> None:
    port = free_port()
    with World(load_scenario("shoulder_stays")) as world:
        async with served(world, port) as server:
            fast_forward(server, 40.0)
            async with FeedClient(HOST, port) as feed:
                assert (await next_of(TruthEvent, feed)).phase == "start"


async def test_bad_message_is_answered_by_naming_the_field_and_the_feed_goes_on() -> None:
    port = free_port()
    with World(QUIET) as world:
        async with served(world, port), FeedClient(HOST, port) as feed:
            await feed.snapshot()
            await feed.send({"type": "heard", "x_m": 1.0, "y_m": "north", "radius_m": 5.0, "t_unix_s": 0.0})
            assert "y_m" in (await next_of(ErrorMessage, feed)).message
            assert isinstance(await feed.snapshot(), Snapshot)


async def test_client_reconnects_and_shows_nothing_while_the_world_is_gone() -> None:
    port = free_port()
    with World(QUIET) as world:
        async with FeedClient(HOST, port) as feed:
            async with served(world, port):
                await feed.snapshot()
            async with asyncio.timeout(5.0):
                while feed.connected:
                    await asyncio.sleep(0.01)
            assert feed.latest is None
            async with served(world, port):
                assert (await feed.snapshot()).users


def test_late_steps_are_caught_up_and_a_long_stall_is_skipped_and_counted() -> None:
    pacer = Pacer(step_s=0.1, due_s=100.0)
    assert pacer.wait_s(99.95) == pytest.approx(0.05)
    assert pacer.wait_s(100.3) == 0.0
    pacer.stepped()
    assert pacer.due_s == pytest.approx(100.1)
    assert pacer.lost_s == 0.0
    assert pacer.wait_s(103.0) == 0.0
    assert pacer.due_s == 103.0
    assert pacer.lost_s == pytest.approx(2.9)
