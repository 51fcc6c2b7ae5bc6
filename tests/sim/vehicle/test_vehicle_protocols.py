"""Mission and parameter protocols, message by message, and an upload over a lossy link."""

import asyncio
import math
import random
import struct
from dataclasses import replace

import pytest
from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.mission_transfer import RETRY_S, TIMEOUT_S, MissionServer
from sim.vehicle.multicopter import Multicopter, MulticopterConfig
from sim.vehicle.param_server import ParamServer
from sim.vehicle.params import DEFAULTS, Params, decode_bytewise, encode_bytewise
from sim.vehicle.plan import FENCE, MISSION, Plan, checksum

WP = mavlink.MAV_CMD_NAV_WAYPOINT
RELATIVE = mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT


class Talk:
    """A mission server and a partner that speaks to it; time is set by hand."""

    def __init__(self):
        self.plan = Plan()
        self.texts, self.sent, self.stored = [], [], []
        self.now_s = 0.0
        self.server = MissionServer(self.plan, lambda _, text: self.texts.append(text), self._store, lambda: 0)

    def _store(self, plan_type, items, current):
        self.plan.items[plan_type] = items
        self.stored.append((plan_type, len(items), current))

    def say(self, message, system=245, component=190):
        message.pack(mavlink.MAVLink(None, srcSystem=system, srcComponent=component))
        self.server.handle(message, self.sent.append, self.now_s)

    def wait(self, seconds):
        self.now_s += seconds
        self.server.poll(self.now_s)

    def last(self):
        message = self.sent[-1]
        kind = message.get_type()
        return (kind, message.type) if kind == "MISSION_ACK" else (kind, message.seq)

    def count(self, n, plan_type=MISSION, **who):
        self.say(mavlink.MAVLink_mission_count_message(1, 1, n, plan_type), **who)

    def item(self, seq, command=WP, frame=RELATIVE, plan_type=MISSION, p=(0.0, 0.0, 0.0, math.nan), current=0, **who):
        self.say(
            mavlink.MAVLink_mission_item_int_message(
                1, 1, seq, frame, command, current, 1, *p, 347600000 + seq, 1137000000, 20.0, plan_type
            ),
            **who,
        )


REQUEST = "MISSION_REQUEST_INT"


def test_upload_asks_for_each_item_and_stores_the_plan():
    talk = Talk()
    talk.count(3)
    for seq in range(3):
        assert talk.last() == (REQUEST, seq)
        talk.item(seq, current=int(seq == 0))
    assert talk.last() == ("MISSION_ACK", mavlink.MAV_MISSION_ACCEPTED)
    assert talk.stored == [(MISSION, 3, 0)]
    assert [item.x for item in talk.plan.mission] == [347600000, 347600001, 347600002]


def test_lost_item_is_requested_again_and_duplicates_are_ignored():
    talk = Talk()
    talk.count(2)
    talk.wait(RETRY_S + 0.01)
    assert [m.seq for m in talk.sent] == [0, 0]
    talk.item(0)
    talk.item(0)
    talk.item(7)
    assert talk.last() == (REQUEST, 1)
    talk.item(1)
    talk.item(1)  # the acknowledgement was lost: the partner repeats its last item
    assert [m.get_type() for m in talk.sent[-2:]] == ["MISSION_ACK", "MISSION_ACK"]
    assert len(talk.stored) == 1


def test_silent_partner_ends_the_transfer_and_keeps_the_old_plan():
    talk = Talk()
    talk.count(1)
    talk.item(0)
    talk.count(2)
    talk.item(0)
    talk.wait(TIMEOUT_S + 0.1)
    assert not talk.server.busy
    assert talk.texts == ["Operation timeout"]
    assert talk.stored == [(MISSION, 1, -1)]


def test_cancelled_upload_keeps_the_old_plan():
    talk = Talk()
    talk.count(2)
    talk.item(0)
    talk.say(mavlink.MAVLink_mission_ack_message(1, 1, mavlink.MAV_MISSION_OPERATION_CANCELLED, MISSION))
    assert not talk.server.busy
    assert talk.stored == []


def test_second_partner_is_turned_away_while_an_upload_runs():
    talk = Talk()
    talk.count(2)
    talk.count(5, system=246)
    assert talk.last() == ("MISSION_ACK", mavlink.MAV_MISSION_ERROR)
    talk.item(0)
    talk.item(1)
    assert talk.stored == [(MISSION, 2, -1)]


@pytest.mark.parametrize(
    ("item", "result"),
    [
        ({"command": mavlink.MAV_CMD_DO_PARACHUTE}, mavlink.MAV_MISSION_UNSUPPORTED),
        ({"command": mavlink.MAV_CMD_NAV_SPLINE_WAYPOINT}, mavlink.MAV_MISSION_UNSUPPORTED),
        ({"command": mavlink.MAV_CMD_DO_CHANGE_SPEED}, mavlink.MAV_MISSION_UNSUPPORTED),  # needs MAV_FRAME_MISSION
        ({"frame": mavlink.MAV_FRAME_LOCAL_NED}, mavlink.MAV_MISSION_UNSUPPORTED_FRAME),
        ({"command": mavlink.MAV_CMD_NAV_RALLY_POINT}, mavlink.MAV_MISSION_ERROR),
    ],
)
def test_item_px4_does_not_fly_is_refused(item, result):
    talk = Talk()
    talk.count(1)
    talk.item(0, **item)
    assert talk.last() == ("MISSION_ACK", result)
    assert talk.texts == ["IGN MISSION_ITEM: Invalid item"]
    assert talk.stored == []


def test_fence_polygon_of_two_vertices_is_refused():
    talk = Talk()
    talk.count(2, FENCE)
    corner = mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION
    talk.item(0, corner, plan_type=FENCE, p=(2.0, 0.0, 0.0, 0.0))
    assert talk.last() == ("MISSION_ACK", mavlink.MAV_MISSION_ERROR)


def test_too_many_items_do_not_fit():
    talk = Talk()
    talk.count(65, FENCE)
    assert talk.last() == ("MISSION_ACK", mavlink.MAV_MISSION_NO_SPACE)


def test_download_gives_items_in_turn_once_more_if_asked_and_refuses_to_skip():
    talk = Talk()
    talk.count(3)
    for seq in range(3):
        talk.item(seq)
    talk.say(mavlink.MAVLink_mission_request_list_message(1, 1, MISSION))
    assert talk.sent[-1].count == 3
    for seq in (0, 0, 1):
        talk.say(mavlink.MAVLink_mission_request_int_message(1, 1, seq, MISSION))
        assert talk.last() == ("MISSION_ITEM_INT", seq)
    talk.say(mavlink.MAVLink_mission_request_int_message(1, 1, 0, MISSION))
    assert talk.last() == ("MISSION_ACK", mavlink.MAV_MISSION_ERROR)
    assert talk.texts == ["WPM: REJ. CMD: Req. WP was unexpected"]


def test_stored_items_are_what_px4_gives_back():
    talk = Talk()
    talk.count(2)
    takeoff, loiter = mavlink.MAV_CMD_NAV_TAKEOFF, mavlink.MAV_CMD_NAV_LOITER_TIME
    talk.item(0, takeoff, frame=mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, p=(15.0, 0.0, 0.0, -90.0))
    talk.item(1, loiter, p=(5.0, 0.0, 30.0, 1.0))
    first, second = talk.plan.mission
    assert (first.frame, first.param1, first.param4) == (RELATIVE, 0.0, 270.0)
    assert (second.param1, second.param2, second.param3, second.param4) == (5.0, 0.0, 30.0, 1.0)


def test_clearing_all_clears_every_type():
    talk = Talk()
    talk.say(mavlink.MAVLink_mission_clear_all_message(1, 1, mavlink.MAV_MISSION_TYPE_ALL))
    assert [stored[:2] for stored in talk.stored] == [(0, 0), (1, 0), (2, 0)]
    assert talk.last() == ("MISSION_ACK", mavlink.MAV_MISSION_ACCEPTED)


def test_checksum_tells_plans_apart(at):
    items = [at(0, WP, 1, 2, 3)]
    assert checksum(items) == checksum([at(0, WP, 1, 2, 3)])
    assert checksum(items) != checksum([replace(items[0], z_m=4.0)])


# parameters


@pytest.mark.parametrize("value", [0, 1, -1, 121212, -(2**31), 2**31 - 1, 0.25, -3.5])
def test_parameters_travel_bytewise(value):
    wire = struct.unpack("<f", struct.pack("<f", encode_bytewise(value)))[0]
    assert decode_bytewise(wire, isinstance(value, int)) == value


class Asked:
    """A parameter server and what it sent."""

    def __init__(self):
        self.params, self.sent, self.texts = Params(), [], []
        self.server = ParamServer(self.params, lambda _, text: self.texts.append(text))

    def ask(self, message):
        message.pack(mavlink.MAVLink(None, 245, 190))
        self.server.handle(message, self.sent.append)


def test_parameter_list_comes_complete_in_bursts():
    asked = Asked()
    asked.ask(mavlink.MAVLink_param_request_list_message(1, 1))
    assert asked.sent == []
    for _ in range(20):
        asked.server.poll()
    assert [m.param_index for m in asked.sent] == list(range(len(DEFAULTS)))
    assert {m.param_id for m in asked.sent} == set(DEFAULTS)


def test_parameter_of_the_wrong_type_is_not_set_and_the_true_value_is_echoed():
    asked = Asked()
    integer, real = mavlink.MAV_PARAM_TYPE_INT32, mavlink.MAV_PARAM_TYPE_REAL32
    asked.ask(mavlink.MAVLink_param_set_message(1, 1, b"NAV_DLL_ACT", 2.0, real))
    assert asked.params["NAV_DLL_ACT"] == 0
    asked.ask(mavlink.MAVLink_param_set_message(1, 1, b"NAV_DLL_ACT", encode_bytewise(2), integer))
    assert asked.params["NAV_DLL_ACT"] == 2
    assert [decode_bytewise(m.param_value, True) for m in asked.sent] == [0, 2]
    asked.ask(mavlink.MAVLink_param_set_message(1, 1, b"NO_SUCH", 1.0, real))
    assert asked.texts == ["[pm] unknown param: NO_SUCH"]


# a lossy link


class Client(asyncio.DatagramProtocol):
    """A ground station's mission client, with its own retries."""

    def __init__(self, address):
        self.mav = mavlink.MAVLink(None, srcSystem=245, srcComponent=190)
        self.parser = mavlink.MAVLink(None)
        self.parser.robust_parsing = True
        self.address = address
        self.inbox = asyncio.Queue(1000)

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        for message in self.parser.parse_buffer(data) or []:
            if message.get_type().startswith("MISSION_") and not self.inbox.full():
                self.inbox.put_nowait(message)

    def send(self, message):
        packed = message.pack(self.mav)
        self.mav.seq = (self.mav.seq + 1) % 256
        self.transport.sendto(packed, self.address)

    async def exchange(self, message, wanted):
        """Send until one of the `wanted` messages comes."""
        for _ in range(50):
            self.send(message)
            try:
                async with asyncio.timeout(0.12):
                    while True:
                        answer = await self.inbox.get()
                        if wanted(answer):
                            return answer
            except TimeoutError:
                continue
        raise TimeoutError(f"no answer to {message.get_type()}")

    async def upload(self, items):
        message = mavlink.MAVLink_mission_count_message(1, 1, len(items), MISSION)
        sent = -1
        while True:
            answer = await self.exchange(
                message,
                lambda m: m.get_type() == "MISSION_ACK" or (m.get_type() == REQUEST and m.seq > sent),  # noqa: B023
            )
            if answer.get_type() == "MISSION_ACK":
                return answer.type
            sent = answer.seq
            message = items[sent]

    async def download(self):
        count = await self.exchange(
            mavlink.MAVLink_mission_request_list_message(1, 1, MISSION), lambda m: m.get_type() == "MISSION_COUNT"
        )
        items = []
        for seq in range(count.count):
            ask = mavlink.MAVLink_mission_request_int_message(1, 1, seq, MISSION)
            items.append(
                await self.exchange(ask, lambda m: m.get_type() == "MISSION_ITEM_INT" and m.seq == seq)  # noqa: B023
            )
        self.send(mavlink.MAVLink_mission_ack_message(1, 1, mavlink.MAV_MISSION_ACCEPTED, MISSION))
        return items


class Relay(asyncio.DatagramProtocol):
    """Passes datagrams between two addresses and loses some."""

    def __init__(self, vehicle, loss, seed):
        self.vehicle, self.client = vehicle, None
        self.loss, self.random = loss, random.Random(seed)
        self.lost = 0

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        if addr != self.vehicle:
            self.client = addr
        if self.random.random() < self.loss:
            self.lost += 1
        elif to := (self.client if addr == self.vehicle else self.vehicle):
            self.transport.sendto(data, to)


async def test_sixty_items_survive_a_link_that_loses_a_tenth(free_ports):
    from sim.vehicle.aircraft import Home

    relay_port, payload, local, payload_local = free_ports(4)
    loop = asyncio.get_running_loop()
    config = MulticopterConfig(
        1, Home(34.76, 113.70, 100.0), ("127.0.0.1", relay_port), ("127.0.0.1", payload), local, payload_local
    )
    relay_transport, relay = await loop.create_datagram_endpoint(
        lambda: Relay(("127.0.0.1", local), 0.1, seed=7), local_addr=("127.0.0.1", relay_port)
    )
    client_transport, client = await loop.create_datagram_endpoint(
        lambda: Client(("127.0.0.1", relay_port)), local_addr=("127.0.0.1", 0)
    )
    items = [
        mavlink.MAVLink_mission_item_int_message(
            1, 1, i, RELATIVE, WP, int(i == 0), 1, 0.0, 2.0, 0.0, math.nan, 347600000 + i * 100, 1137000000, 20.0, 0
        )
        for i in range(60)
    ]
    try:
        async with Multicopter(config) as vehicle, asyncio.timeout(40):
            assert await client.upload(items) == mavlink.MAV_MISSION_ACCEPTED
            assert [item.x for item in vehicle.aircraft.plan.mission] == [m.x for m in items]
            assert [m.x for m in await client.download()] == [m.x for m in items]
            assert relay.lost > 10
    finally:
        relay_transport.close()
        client_transport.close()
