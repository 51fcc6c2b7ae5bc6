"""Incidents over HTTP, with real sign-in."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from gcs.db.base import Database
from gcs.incidents import api
from gcs.incidents.service import Incidents
from gcs.people.schemas import NewUser, Role
from gcs.people.service import People
from gcs.video.types import Frame
from tests.incidents.parts import event

PASSWORD = "a long password"


@pytest.fixture
async def client(db: Database, incidents: Incidents) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.state.people = people = People(db, "s" * 32, token_minutes=5)
    app.state.incidents = incidents
    app.include_router(api.router)
    for username, name, role in (("wang", "王芳", Role.DISPATCHER), ("li", "李娜", Role.SUPERVISOR),
                                 ("pilot", "赵飞", Role.OPERATOR)):  # fmt: skip
        await people.add(NewUser(username=username, name=name, roles=[role], password=PASSWORD))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


async def token(client: AsyncClient, username: str) -> str:
    app = client._transport.app  # type: ignore[attr-defined]
    return (await app.state.people.sign_in(username, PASSWORD)).access_token


async def as_(client: AsyncClient, username: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {await token(client, username)}"}


async def test_a_dispatcher_handles_an_incident_and_a_second_one_is_told_who_did(
    client: AsyncClient, incidents: Incidents, frame: Frame
) -> None:
    i = (await incidents.report(event(), frame)).incident_id
    wang, li = await as_(client, "wang"), await as_(client, "li")
    (listed,) = (await client.get("/api/incidents?state=new&state=acknowledged", headers=wang)).json()
    assert (listed["id"], listed["chainage"], listed["road_name"]["zh"]) == (i, "K1+250", "中州大道")
    assert (await client.post(f"/api/incidents/{i}/acknowledge", headers=wang)).json()["state"] == "acknowledged"
    done = await client.post(f"/api/incidents/{i}/confirm", json={"language": "zh", "warn": False}, headers=wang)
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    late = await client.post(f"/api/incidents/{i}/confirm", json={"language": "en", "warn": False}, headers=li)
    assert late.status_code == 409
    assert "already confirmed by 王芳" in late.json()["detail"]
    still = await client.get(f"/api/incidents/{i}/still.jpg?token={await token(client, 'wang')}")
    assert (still.headers["content-type"], still.content[:2]) == ("image/jpeg", b"\xff\xd8")


async def test_bad_requests_name_what_is_wrong(client: AsyncClient, incidents: Incidents) -> None:
    i = (await incidents.report(event())).incident_id
    wang, pilot = await as_(client, "wang"), await as_(client, "pilot")
    assert (await client.get("/api/incidents")).status_code == 401
    assert (await client.post(f"/api/incidents/{i}/acknowledge", headers=pilot)).status_code == 403
    assert (await client.get("/api/incidents/77", headers=pilot)).status_code == 404
    assert (await client.get(f"/api/incidents/{i}/still.jpg", headers=pilot)).status_code == 404
    for url, body, field in (
        (f"/api/incidents/{i}/dismiss", {"reason": "   "}, "reason"),
        (f"/api/incidents/{i}/confirm", {"language": "fr"}, "language"),
    ):
        answer = await client.post(url, json=body, headers=wang)
        assert (answer.status_code, answer.json()["detail"][0]["loc"][-1]) == (422, field)
    alone = await client.post(f"/api/incidents/{i}/confirm", json={"language": "zh"}, headers=wang)
    assert (alone.status_code, alone.json()["detail"][:32]) == (409, "this service has no loudspeaker:")
    assert (await incidents.get(i)).state == "new"
