"""Who somebody is: passwords, tokens, and the slowing of guessers."""

import asyncio
import os
import secrets
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
from pwdlib import PasswordHash
from sqlalchemy import select

from gcs.db.base import Database
from gcs.people.models import User
from gcs.people.schemas import NewUser, Principal, Role, Token

ALGORITHM = "HS256"
FAILURES_ALLOWED = 5
FAILURE_WINDOW_S = 60.0
FAILURE_RECORDS = 4096


class SignInRefused(Exception):
    """Wrong name or password, an inactive account, or a bad token. The message may be shown."""


class TooManyAttempts(Exception):
    """Sign-in for this name is paused for a while after repeated failures."""


class UserExists(Exception):
    """The username is taken."""


class People:
    """Users and their tokens."""

    def __init__(self, db: Database, secret: str, token_minutes: int) -> None:
        self._db = db
        self._secret = secret
        self._lifetime = timedelta(minutes=token_minutes)
        self._hash = PasswordHash.recommended()
        self._no_user_hash = self._hash.hash(secrets.token_hex(8))
        self._failures: dict[str, deque[float]] = {}

    async def add(self, new: NewUser) -> None:
        """Add a person. Raises UserExists."""
        async with self._db.session() as session:
            if await session.scalar(select(User).where(User.username == new.username)):
                raise UserExists(f"user {new.username!r} exists already")
            password_hash = await asyncio.to_thread(self._hash.hash, new.password)
            session.add(
                User(
                    username=new.username,
                    name=new.name,
                    roles=[role.value for role in new.roles],
                    language=new.language,
                    password_hash=password_hash,
                )
            )

    async def sign_in(self, username: str, password: str) -> Token:
        """Check a password. Raises SignInRefused or TooManyAttempts."""
        recent = self._recent_failures(username)
        if len(recent) >= FAILURES_ALLOWED:
            raise TooManyAttempts(f"too many failed sign-ins for {username!r}: wait a minute")
        async with self._db.session() as session:
            user = await session.scalar(select(User).where(User.username == username, User.active))
        # An unknown name costs as much time as a wrong password, so that names cannot be probed.
        stored = user.password_hash if user else self._no_user_hash
        if not await asyncio.to_thread(self._hash.verify, password, stored) or user is None:
            recent.append(time.monotonic())
            raise SignInRefused("wrong user name or password")
        self._failures.pop(username, None)
        return Token(access_token=self._token(user.username), user=_principal(user))

    async def who(self, token: str) -> Principal:
        """The person behind a token. Raises SignInRefused when it is forged, expired or its user is gone."""
        try:
            claims = jwt.decode(token, self._secret, [ALGORITHM], options={"require": ["exp", "sub"]})
        except jwt.PyJWTError as error:
            raise SignInRefused("not signed in, or the sign-in has expired") from error
        async with self._db.session() as session:
            user = await session.scalar(select(User).where(User.username == claims["sub"], User.active))
        if user is None:
            raise SignInRefused("this account no longer exists")
        return _principal(user)

    def _token(self, username: str) -> str:
        now = datetime.now(UTC)
        return jwt.encode({"sub": username, "iat": now, "exp": now + self._lifetime}, self._secret, ALGORITHM)

    def _recent_failures(self, username: str) -> deque[float]:
        if len(self._failures) > FAILURE_RECORDS:
            self._failures.clear()
        recent = self._failures.setdefault(username, deque(maxlen=FAILURES_ALLOWED))
        while recent and time.monotonic() - recent[0] > FAILURE_WINDOW_S:
            recent.popleft()
        return recent


def _principal(user: User) -> Principal:
    return Principal(
        username=user.username,
        name=user.name,
        roles=[Role(role) for role in user.roles],
        language="en" if user.language == "en" else "zh",
    )


def load_secret(data_dir: Path) -> str:
    """The token-signing secret: made at random on first start, readable by the service's user only."""
    path = data_dir / "secret"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secret := secrets.token_urlsafe(48))
    return secret
