"""The two links: rates, forwarding, payload commands, several peers; and the process that runs vehicles."""

import asyncio
import signal
import sys
import time
from collections import Counter

import pytest
from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.__main__ import homes_for, parse_home
from sim.vehicle.aircraft import Home
from sim.vehicle.clock import Clock
from sim.vehicle.link import PortInUse
from sim.vehicle.modes import NavState
from sim.vehicle.multicopter import Multicopter, MulticopterConfig
from sim.vehicle.plan import MISSION

HOME = Home(34.76, 113.70, 100.0)


class Peer(asyncio.DatagramProtocol):
    """Something that speaks MAVLink on a UDP port."""

    def __init__(self, system, component):
        self.mav = mavlink.MAVLink(None, srcSystem=system, srcComponent=component)
        self.parser = mavlink.MAVLink(None)
        self.parser.robust_parsing = True
        self.received = []

    async def open(self, port):
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", port))
        return self

    def datagram_received(self, data, addr):
        self.received += self.parser.parse_buffer(data) or []

    def send(self, message, port):
        packed = message.pack(self.mav)
        self.mav.seq = (self.mav.seq + 1) % 256
        self.transport.sendto(packed, ("127.0.0.1", port))

    def beat(self, kind, port):
        self.send(mavlink.MAVLink_heartbeat_message(kind, mavlink.MAV_AUTOPILOT_INVALID, 0, 0, 4, 3), port)

    def got(self, kind):
        return [m for m in self.received if m.get_type() == kind]

    async def first(self, kind, timeout_s=3.0, where=lambda m: True):
        async with asyncio.timeout(timeout_s):
            while True:
                if found := [m for m in self.got(kind) if where(m)]:
                    return found[0]
                await asyncio.sleep(0.01)


@pytest.fixture
async def trio(free_ports):
    """A vehicle with a ground station and a camera component beside it."""
    gcs, payload, local, payload_local = free_ports(4)
    ground = await Peer(245, 190).open(gcs)
    camera = await Peer(1, 100).open(payload)
    config = MulticopterConfig(1, HOME, ("127.0.0.1", gcs), ("127.0.0.1", payload), local, payload_local)
    async with Multicopter(config, Clock(1.0)) as vehicle:
        yield vehicle, ground, camera
    ground.transport.close()
    camera.transport.close()


def command(number, *p, component=1, system=1):
    return mavlink.MAVLink_command_long_message(system, component, number, 0, *p, *(0.0,) * (7 - len(p)))


async def test_pose_goes_to_the_payload_at_50_hz_and_to_the_ground_at_10(trio):
    vehicle, ground, camera = trio
    await camera.first("GLOBAL_POSITION_INT", 4.0)
    ground.received.clear()
    camera.received.clear()
    start = vehicle.aircraft.t_s
    await asyncio.sleep(1.5)
    seconds = vehicle.aircraft.t_s - start
    for peer, hz in ((ground, 10), (camera, 50)):
        rates = Counter(m.get_type() for m in peer.received)
        for kind in ("GLOBAL_POSITION_INT", "ATTITUDE_QUATERNION"):
            # a starved machine merges ticks, so a little may be missing; nothing may be doubled
            assert 0.7 * hz < rates[kind] / seconds < 1.1 * hz
    assert {m.get_type() for m in ground.received} >= {
        "HEARTBEAT", "SYS_STATUS", "BATTERY_STATUS", "GPS_RAW_INT", "EXTENDED_SYS_STATE", "HOME_POSITION", "ATTITUDE",
        "SYSTEM_TIME", "MISSION_CURRENT", "WIND_COV", "VFR_HUD", "ALTITUDE", "LOCAL_POSITION_NED",
    }  # fmt: skip


async def test_stream_times_map_to_wall_clock(trio):
    _, _, camera = trio
    times = await camera.first("SYSTEM_TIME", 4.0, lambda m: m.time_unix_usec > 0)
    await camera.first("GLOBAL_POSITION_INT", 4.0)
    pose = camera.got("GLOBAL_POSITION_INT")[-1]
    unix_s = times.time_unix_usec * 1e-6 + (pose.time_boot_ms - times.time_boot_ms) * 1e-3
    assert unix_s == pytest.approx(time.time(), abs=0.5)


async def test_message_interval_is_honoured_per_link(trio):
    vehicle, ground, camera = trio
    await ground.first("ATTITUDE")
    vario = mavlink.MAVLINK_MSG_ID_ATTITUDE
    ground.send(command(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, vario, -1), vehicle.config.local_port)
    ack = await ground.first("COMMAND_ACK")
    assert (ack.result, ack.target_system, ack.target_component) == (mavlink.MAV_RESULT_ACCEPTED, 245, 190)
    ground.received.clear()
    camera.received.clear()
    await camera.first("ATTITUDE")
    await asyncio.sleep(0.3)
    assert not ground.got("ATTITUDE")
    ground.send(command(mavlink.MAV_CMD_GET_MESSAGE_INTERVAL, vario), vehicle.config.local_port)
    assert (await ground.first("MESSAGE_INTERVAL")).interval_us == -1


async def test_messages_on_request_ping_and_time(trio):
    vehicle, ground, _ = trio
    port = vehicle.config.local_port
    ground.send(command(mavlink.MAV_CMD_REQUEST_MESSAGE, mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION), port)
    assert (await ground.first("AUTOPILOT_VERSION")).capabilities & mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_INT
    ground.send(command(mavlink.MAV_CMD_REQUEST_MESSAGE, 300), port)
    await ground.first("UNKNOWN_300")  # pymavlink does not know PROTOCOL_VERSION any more
    ground.send(command(mavlink.MAV_CMD_REQUEST_MESSAGE, 12345), port)
    denied = await ground.first("COMMAND_ACK", where=lambda m: m.result != mavlink.MAV_RESULT_ACCEPTED)
    assert denied.result == mavlink.MAV_RESULT_DENIED
    ground.send(mavlink.MAVLink_ping_message(123, 5, 0, 0), port)
    assert (await ground.first("PING")).target_system == 245
    ground.send(mavlink.MAVLink_timesync_message(0, 987), port)
    assert (await ground.first("TIMESYNC", where=lambda m: m.tc1 > 0)).ts1 == 987
    ground.send(command(31010, 1), port)
    assert (await ground.first("COMMAND_ACK", where=lambda m: m.command == 31010)).result == 3


async def test_commands_for_a_payload_component_pass_through_and_answers_come_back(trio):
    vehicle, ground, camera = trio
    camera.beat(mavlink.MAV_TYPE_CAMERA, vehicle.config.payload_local_port)
    ground.beat(mavlink.MAV_TYPE_GCS, vehicle.config.local_port)
    await asyncio.sleep(0.1)
    ground.send(command(mavlink.MAV_CMD_IMAGE_START_CAPTURE, 0, 1, 1, component=100), vehicle.config.local_port)
    seen = await camera.first("COMMAND_LONG")
    assert (seen.get_srcSystem(), seen.get_srcComponent(), seen.target_component) == (245, 190, 100)
    assert not ground.got("COMMAND_ACK"), "the autopilot does not answer for the camera"
    answer = mavlink.MAVLink_command_ack_message(2000, 0, target_system=245, target_component=190)
    camera.send(answer, vehicle.config.payload_local_port)
    ack = await ground.first("COMMAND_ACK")
    assert ack.get_srcComponent() == 100
    await asyncio.sleep(0.2)
    assert len(camera.got("COMMAND_LONG")) == 1
    assert all(m.get_srcComponent() == 1 for m in ground.got("HEARTBEAT")), "broadcasts are not forwarded"


async def test_nothing_is_forwarded_for_other_vehicles(trio):
    vehicle, ground, camera = trio
    camera.beat(mavlink.MAV_TYPE_CAMERA, vehicle.config.payload_local_port)
    ground.send(command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1, system=2), vehicle.config.local_port)
    ground.send(command(2000, component=100, system=2), vehicle.config.local_port)
    await asyncio.sleep(0.3)
    assert not vehicle.aircraft.commander.armed
    assert not camera.got("COMMAND_LONG")
    assert not ground.got("COMMAND_ACK")


async def test_mission_items_for_the_payload_go_out_as_commands(trio, do):
    vehicle, _, camera = trio
    await camera.first("GLOBAL_POSITION_INT", 4.0)
    craft = vehicle.aircraft
    gimbal, photo = mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW, mavlink.MAV_CMD_IMAGE_START_CAPTURE
    craft.set_plan(MISSION, [do(0, gimbal, -30.0, 10.0), do(1, photo, 0.0, 1.0, 1.0)], 0)
    assert craft.commander.request_mode(NavState.MISSION)
    assert craft.commander.arm("test")
    turned = await camera.first("COMMAND_LONG", where=lambda m: m.command == gimbal)
    assert (turned.target_system, turned.target_component, turned.param1) == (1, 154, -30.0)
    taken = await camera.first("COMMAND_LONG", where=lambda m: m.command == photo)
    assert taken.target_component == 100


async def test_second_ground_station_gets_telemetry_once_it_beats(trio, free_ports):
    vehicle, _, _ = trio
    (port,) = free_ports(1)
    second = await Peer(246, 190).open(port)
    await asyncio.sleep(0.3)
    assert not second.received
    second.beat(mavlink.MAV_TYPE_GCS, vehicle.config.local_port)
    await second.first("ATTITUDE")
    second.transport.close()


async def test_garbage_does_not_disturb_the_link(trio):
    vehicle, ground, _ = trio
    for junk in (b"", b"\xfd", b"\xfd\x20\x00\x00hello", bytes(range(256)), b"\xfe\xff" * 40):
        ground.transport.sendto(junk, ("127.0.0.1", vehicle.config.local_port))
    ground.send(command(mavlink.MAV_CMD_REQUEST_MESSAGE, 148), vehicle.config.local_port)
    await ground.first("AUTOPILOT_VERSION")


async def test_taken_port_is_named(trio, free_ports):
    vehicle, _, _ = trio
    (other,) = free_ports(1)
    config = MulticopterConfig(2, HOME, local_port=other, payload_local_port=vehicle.config.payload_local_port)
    with pytest.raises(PortInUse, match=str(vehicle.config.payload_local_port)):
        await Multicopter(config).start()


# the process


def test_homes_are_given_once_or_for_each():
    assert parse_home("34.76,113.70").alt_m == 100.0
    assert parse_home("34.76,113.70,100,90").yaw_rad == pytest.approx(1.5708, abs=1e-4)
    row = homes_for(3, ["34.76,113.70,100"])
    assert len({home.lon_deg for home in row}) == 3
    with pytest.raises(ValueError, match="2 times for 3 vehicles"):
        homes_for(3, ["1,2", "3,4"])
    with pytest.raises(ValueError, match="out of range"):
        parse_home("134,13")
    with pytest.raises(ValueError, match="as numbers"):
        parse_home("here,there")


async def spawn(*arguments):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sim.vehicle", *map(str, arguments), stderr=asyncio.subprocess.PIPE
    )


async def test_two_vehicles_in_one_process_stop_on_sigterm(free_ports):
    gcs, payload, local, payload_local = free_ports(4)
    ground = await Peer(245, 190).open(gcs)
    process = await spawn(
        "--count", 2, "--home", "34.76,113.70,100", "--gcs", f"127.0.0.1:{gcs}", "--payload-base", payload,
        "--local-base", local, "--payload-local-base", payload_local,
    )  # fmt: skip
    async with asyncio.timeout(20):
        while {m.get_srcSystem() for m in ground.got("HEARTBEAT")} != {1, 2}:
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
    ground.transport.close()
    assert process.returncode == 0, errors
    assert b"Traceback" not in errors


async def test_process_names_the_taken_port_and_exits_2(free_ports):
    gcs, payload, local, payload_local = free_ports(4)
    taken = await Peer(1, 1).open(local)
    process = await spawn(
        "--home", "34.76,113.70", "--gcs", f"127.0.0.1:{gcs}", "--local-base", local, "--payload-base", payload,
        "--payload-local-base", payload_local,
    )  # fmt: skip
    async with asyncio.timeout(20):
        _, errors = await process.communicate()
    taken.transport.close()
    assert process.returncode == 2
    assert errors.decode().splitlines()[-1] == f"UDP port {local} is already in use"
    assert b"Traceback" not in errors
