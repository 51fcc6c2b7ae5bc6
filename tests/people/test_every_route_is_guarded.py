"""Every route and socket of the service says who may use it: walked here, so that a new one cannot be forgotten."""

from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from fastapi import FastAPI
from fastapi.routing import APIWebSocketRoute
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from gcs.app import create_app
from gcs.people.schemas import NewUser, Role
from gcs.people.service import People
from gcs.settings import Settings

OPEN = {("POST", "/api/auth/login"), ("GET", "/api/health"), ("GET", "/{path}")}
"""Routes for anybody: signing in, the monitor's question, the console's page."""
ANYBODY_SIGNED_IN = {
    ("GET", "/api/auth/me"),
    ("GET", "/api/roads"),
    ("GET", "/api/drones"),
    ("GET", "/api/drones/{system_id}"),
    ("GET", "/api/drones/{drone_id}/video"),
    ("GET", "/api/drones/{drone_id}/video.mjpeg"),
    ("GET", "/api/plans"),
    ("GET", "/api/sorties"),
    ("GET", "/api/sorties/{sortie_id}"),
    ("GET", "/api/incidents"),
    ("GET", "/api/incidents/{incident_id}"),
    ("GET", "/api/incidents/{incident_id}/still.jpg"),
    ("GET", "/api/incidents/{incident_id}/speeches"),
    ("GET", "/api/messages"),
}
FLIES = {Role.OPERATOR, Role.SUPERVISOR}
HANDLES = {Role.DISPATCHER, Role.SUPERVISOR}
ROLES = {
    ("POST", "/api/drones/{system_id}/commands"): FLIES,
    ("POST", "/api/drones/{drone_id}/camera"): FLIES,
    ("POST", "/api/sorties"): FLIES,
    ("POST", "/api/sorties/{sortie_id}/return"): FLIES,
    ("POST", "/api/incidents/{incident_id}/acknowledge"): HANDLES,
    ("POST", "/api/incidents/{incident_id}/confirm"): HANDLES,
    ("POST", "/api/incidents/{incident_id}/dismiss"): HANDLES,
    ("POST", "/api/incidents/{incident_id}/resolve"): HANDLES,
    ("POST", "/api/incidents/{incident_id}/speeches"): HANDLES,
    ("POST", "/api/speeches/{speech_id}/stop"): HANDLES | {Role.OPERATOR},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        links=["udpin://127.0.0.1:21995"],
        model=Path("missing_openvino_model"),
        console_dir=Path("missing"),
    )
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def tokens(service: TestClient) -> dict[Role, str]:
    people: People = service.app.state.people  # type: ignore[attr-defined]
    password = "a good password"
    assert service.portal is not None
    for role in Role:
        new = NewUser(username=role.value, name=role.value.title(), roles=[role], password=password)
        service.portal.call(people.add, new)
    return {
        role: service.post("/api/auth/login", data={"username": role.value, "password": password}).json()[
            "access_token"
        ]
        for role in Role
    }


def flatten(routes: list[object]) -> Iterator[object]:
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is not None:
            yield from flatten(inner)
        else:
            yield route


def http_routes(service: TestClient) -> set[tuple[str, str]]:
    app = service.app
    assert isinstance(app, FastAPI)
    paths = app.openapi()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}


def sockets(service: TestClient) -> set[str]:
    return {route.path for route in flatten(service.app.routes) if isinstance(route, APIWebSocketRoute)}  # type: ignore[attr-defined]


def filled(path: str) -> str:
    for name in ("system_id", "drone_id", "sortie_id", "incident_id", "speech_id"):
        path = path.replace(f"{{{name}}}", "1")
    return path.replace("{name}", "none")


def test_every_route_is_known_to_this_test(service: TestClient) -> None:
    found = http_routes(service)
    assert found - OPEN - ANYBODY_SIGNED_IN == set(ROLES)
    assert found >= ANYBODY_SIGNED_IN


def test_without_a_token_or_with_a_forged_one_nothing_is_told(service: TestClient) -> None:
    forged = jwt.encode({"sub": "admin", "exp": 4102444800}, "somebody else's secret that is long", "HS256")
    for method, path in ANYBODY_SIGNED_IN | set(ROLES):
        for headers in ({}, {"Authorization": f"Bearer {forged}"}):
            answer = service.request(method, filled(path), headers=headers, json={})
            assert answer.status_code == 401, (method, path, answer.text)


def test_each_wrong_role_is_refused_and_each_right_one_is_not(service: TestClient, tokens: dict[Role, str]) -> None:
    for (method, path), allowed in ROLES.items():
        for role, token in tokens.items():
            answer = service.request(method, filled(path), headers={"Authorization": f"Bearer {token}"}, json={})
            assert (answer.status_code == 403) == (role not in allowed), (method, path, role, answer.text)


def test_sockets_are_closed_to_strangers(service: TestClient, tokens: dict[Role, str]) -> None:
    found = sockets(service)
    assert {filled(path) for path in found} == {"/api/events", "/api/drones/1/video/ws"}
    for path in found:
        for token in ("", "forged"):
            with (
                pytest.raises(WebSocketDisconnect) as refusal,
                service.websocket_connect(f"{filled(path)}?token={token}"),
            ):
                pass
            assert refusal.value.code == 1008, path
    with service.websocket_connect(f"/api/events?token={tokens[Role.TRAINEE]}"):
        pass


def test_health_names_what_is_missing(service: TestClient) -> None:
    health = service.get("/api/health").json()
    assert health["status"] == "degraded"
    assert "missing_openvino_model" in health["parts"]["detector"]["detail"]
    assert health["parts"]["database"]["state"] == "ok"
