"""The routes' answers; who may call them is tested with the people room."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import gcs.fleet.api
import gcs.missions.api
from gcs.db.base import Database
from gcs.missions.service import Missions
from gcs.people.api import principal
from gcs.people.schemas import Principal, Role
from tests.fleet.parts import first_drone, fleet_on, vehicle


@pytest.fixture
async def client(db: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(gcs.fleet.api.router)
    app.include_router(gcs.missions.api.router)
    person = Principal(username="li", name="Li Wei", roles=[Role.OPERATOR])
    app.dependency_overrides[principal] = lambda: person
    async with vehicle() as flying, fleet_on(db, flying.gcs_port) as fleet:
        app.state.fleet = fleet
        app.state.missions = Missions(fleet, db, tmp_path)
        await first_drone(fleet)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield http


async def test_routes_answer_with_states_records_and_reasons(client: httpx.AsyncClient) -> None:
    (state,) = (await client.get("/api/drones")).json()
    assert (state["system_id"], state["link"]["state"], state["flight_mode"]) == (1, "live", "Hold")
    assert (await client.get("/api/drones/1")).json()["health"] == {"armable": True, "missing": []}

    async def command(drone: int, **body: object) -> httpx.Response:
        return await client.post(f"/api/drones/{drone}/commands", json=body)

    missing = await client.get("/api/drones/7")
    assert (missing.status_code, missing.json()) == (404, {"detail": "no drone with system id 7 has been heard"})
    assert (await command(7, name="arm", key="a")).status_code == 404

    early = await command(1, name="resume", params={}, key="r")
    assert (early.status_code, early.json()["detail"]) == (409, "drone 1 has no mission: upload a plan first")
    armed = await command(1, name="arm", params={}, key="a")
    assert (armed.status_code, armed.json()["state"], armed.json()["by"]) == (200, "accepted", "Li Wei")
    assert (await command(1, name="arm", params={}, key="a")).json()["id"] == armed.json()["id"]
    taken = await command(1, name="land", params={}, key="a")
    assert (taken.status_code, taken.json()["detail"]) == (409, "key 'a' was used for arm of drone 1")

    for body, where in (
        ({"name": "loop", "key": "x"}, ["body"]),
        ({"name": "takeoff", "params": {"alt_rel_m": 500}, "key": "x"}, ["body", "takeoff", "params", "alt_rel_m"]),
        ({"name": "goto", "params": {"lat_deg": 91, "lon_deg": 0, "alt_rel_m": 20}, "key": "x"}, ["lat_deg"]),
        ({"name": "arm", "params": {}}, ["key"]),
    ):
        wrong = await command(1, **body)
        assert wrong.status_code == 422
        assert wrong.json()["detail"][0]["loc"][-len(where) :] == where

    assert (await client.get("/api/plans")).json() == []
    assert (await client.get("/api/sorties")).json() == []
    assert (await client.get("/api/sorties/5")).status_code == 404
    assert (await client.post("/api/sorties/5/return")).status_code == 404
    nowhere = await client.post("/api/sorties", json={"drone": 1, "plan": "nowhere"})
    assert (nowhere.status_code, nowhere.json()) == (404, {"detail": "no plan 'nowhere'"})
    assert (await client.post("/api/sorties", json={"drone": "one", "plan": "x"})).status_code == 422
