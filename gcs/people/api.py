"""Signing in, and the guard every route and socket stands behind."""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import APIRouter, Depends, HTTPException, Request, WebSocket, WebSocketException, status
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

from gcs.people.schemas import Principal, Role, Token
from gcs.people.service import People, SignInRefused, TooManyAttempts

router = APIRouter(prefix="/api/auth", tags=["people"])
bearer = OAuth2PasswordBearer("/api/auth/login", auto_error=False)


def people_of(request: Request) -> People:
    """The people room of this application."""
    return cast(People, request.app.state.people)


async def principal(request: Request, token: Annotated[str | None, Depends(bearer)]) -> Principal:
    """The person asking: by the Authorization header, or by `?token=` where a browser can't send one (pictures)."""
    token = token or request.query_params.get("token")
    if token is None:
        raise _unauthorised("not signed in")
    try:
        return await people_of(request).who(token)
    except SignInRefused as error:
        raise _unauthorised(str(error)) from error


def require(*roles: Role) -> Callable[[Principal], Awaitable[Principal]]:
    """A dependency that lets only these roles pass (none named: anybody signed in): 401 or 403 otherwise."""

    async def check(person: Annotated[Principal, Depends(principal)]) -> Principal:
        if not person.may(*roles):
            needed = ", ".join(roles)
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"{person.name} has none of the roles: {needed}")
        return person

    return check


async def require_socket(websocket: WebSocket, *roles: Role) -> Principal:
    """The person behind a WebSocket's `?token=`. Raises WebSocketException (1008) before the socket is accepted."""
    people = cast(People, websocket.app.state.people)
    try:
        person = await people.who(websocket.query_params.get("token", ""))
    except SignInRefused as error:
        raise WebSocketException(status.WS_1008_POLICY_VIOLATION, str(error)) from error
    if not person.may(*roles):
        raise WebSocketException(status.WS_1008_POLICY_VIOLATION, f"needs one of: {', '.join(roles)}")
    return person


@router.post("/login")
async def login(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], people: Annotated[People, Depends(people_of)]
) -> Token:
    """Sign in with a user name and a password."""
    try:
        return await people.sign_in(form.username, form.password)
    except TooManyAttempts as error:
        raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, str(error)) from error
    except SignInRefused as error:
        raise _unauthorised(str(error)) from error


@router.get("/me")
async def me(person: Annotated[Principal, Depends(require())]) -> Principal:
    """The person signed in."""
    return person


def _unauthorised(detail: str) -> HTTPException:
    return HTTPException(status.HTTP_401_UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
