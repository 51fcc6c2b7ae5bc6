"""Warnings over HTTP, with real sign-in."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from gcs.incidents import api as incidents_api
from gcs.loudspeaker import api
from gcs.people.schemas import NewUser, Role
from gcs.people.service import People
from tests.incidents.parts import event
from tests.loudspeaker.conftest import Rooms

PASSWORD = "a long password"


@pytest.fixture
async def client(rooms: Rooms) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    people = People(rooms.db, "s" * 32, token_minutes=5)
    app.state.people, app.state.incidents, app.state.loudspeaker = people, rooms.incidents, rooms.loudspeaker
    app.include_router(incidents_api.router)
    app.include_router(api.router)
    await people.add(NewUser(username="wang", name="王芳", roles=[Role.DISPATCHER], password=PASSWORD))
    await people.add(NewUser(username="pilot", name="赵飞", roles=[Role.OPERATOR], password=PASSWORD))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


async def as_(client: AsyncClient, username: str) -> dict[str, str]:
    people = client._transport.app.state.people  # type: ignore[attr-defined]
    return {"Authorization": f"Bearer {(await people.sign_in(username, PASSWORD)).access_token}"}


async def test_a_dispatcher_confirms_and_a_pilot_may_silence(client: AsyncClient, rooms: Rooms) -> None:
    rooms.speakers[1].may_end.clear()
    wang, pilot = await as_(client, "wang"), await as_(client, "pilot")
    i = (await rooms.incidents.report(event())).incident_id
    url = f"/api/incidents/{i}/speeches"
    early = await client.post(url, json={"language": "zh"}, headers=wang)
    assert (early.status_code, early.json()["detail"][:17]) == (409, "incident 1 is new")
    assert (await client.post(f"/api/incidents/{i}/confirm", json={"language": "en"}, headers=wang)).status_code == 200
    speaking = await rooms.until_speech("play")
    (told,) = (await client.get(url, headers=pilot)).json()
    assert (told["state"], told["by"], told["language"], told["drone"]) == ("play", "王芳", "en", 1)
    assert (await client.post(url, json={"language": "zh"}, headers=pilot)).status_code == 403
    stopped = (await client.post(f"/api/speeches/{speaking.id}/stop", headers=pilot)).json()
    assert (stopped["state"], stopped["error"]) == ("stopped", "stopped by 赵飞")
    rooms.speakers[1].may_end.set()
    again = await client.post(url, json={"language": "zh"}, headers=wang)
    assert (again.status_code, again.json()["state"]) == (202, "download")
    await rooms.until_speech("done")


async def test_the_library_is_public_to_those_signed_in(client: AsyncClient) -> None:
    assert (await client.get("/api/messages")).status_code == 401
    messages = (await client.get("/api/messages", headers=await as_(client, "pilot"))).json()
    shoulder = next(m for m in messages if m["id"] == "emergency_lane_occupancy")
    assert "{driver}" in shoulder["zh"]
    assert shoulder["recorded"] == []
    wang = await as_(client, "wang")
    assert (await client.get("/api/incidents/9/speeches", headers=wang)).status_code == 404
    assert (await client.post("/api/speeches/9/stop", headers=wang)).status_code == 404
