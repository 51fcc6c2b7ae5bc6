import asyncio
import socket

import pytest
from pymavlink.dialects.v20 import common as mavlink

from gcs.db.base import Database
from gcs.fleet import hub
from gcs.fleet.errors import UnknownDrone
from gcs.fleet.hub import Fleet
from tests.fleet.parts import first_drone, fleet_on, free_port, vehicle


async def test_links_that_cannot_be_opened_are_named_and_the_others_go_on(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RETRY_LINK_S", 0.2)
    good = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        urls = ["carrier-pigeon://loft", f"udpin://127.0.0.1:{taken}", f"udpin://127.0.0.1:{good}"]
        fleet = Fleet(urls, db)
        await fleet.start()
        try:
            pigeon, used, fine = fleet.links
            assert [link.open for link in (pigeon, used, fine)] == [False, False, True]
            assert "connection url invalid" in pigeon.detail
            assert used.detail == f"port {taken} on 127.0.0.1: address already in use"
            other.close()
            async with asyncio.timeout(5):
                while not fleet.links[1].open:
                    await asyncio.sleep(0.05)
        finally:
            await fleet.stop()


async def test_a_ground_station_is_no_drone(db: Database) -> None:
    async with vehicle() as flying, fleet_on(db, flying.gcs_port) as fleet:
        station = mavlink.MAVLink(None, srcSystem=200, srcComponent=190)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            beat = mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3)  # MAV_TYPE_GCS, MAV_AUTOPILOT_INVALID
            out.sendto(beat.pack(station), ("127.0.0.1", flying.gcs_port))
            await first_drone(fleet)
            out.sendto(beat.pack(station), ("127.0.0.1", flying.gcs_port))
        await asyncio.sleep(2 * hub.DISCOVER_S)
        assert list(fleet.drones) == [1]
        with pytest.raises(UnknownDrone, match="no drone with system id 200"):
            fleet.drone(200)
