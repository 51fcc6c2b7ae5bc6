import stat
from pathlib import Path

import jwt
import pytest

from gcs.db.base import Database
from gcs.people.schemas import NewUser, Role
from gcs.people.service import People, SignInRefused, TooManyAttempts, UserExists, load_secret

WANG = NewUser(username="wang", name="Wang Wei", roles=[Role.OPERATOR], password="a good password")
SECRET = "x" * 48


@pytest.fixture
async def people(db: Database) -> People:
    people = People(db, SECRET, token_minutes=5)
    await people.add(WANG)
    return people


async def test_right_password_gives_a_token_that_names_the_person(people: People) -> None:
    token = await people.sign_in("wang", "a good password")
    assert (await people.who(token.access_token)).name == "Wang Wei"


@pytest.mark.parametrize(("username", "password"), [("wang", "wrong"), ("nobody", "a good password")])
async def test_wrong_name_and_wrong_password_are_refused_alike(people: People, username: str, password: str) -> None:
    with pytest.raises(SignInRefused, match="wrong user name or password"):
        await people.sign_in(username, password)


async def test_guessing_is_slowed_even_for_the_right_password(people: People) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await people.sign_in("wang", "guess")
    with pytest.raises(TooManyAttempts):
        await people.sign_in("wang", "a good password")


async def test_tampered_and_expired_tokens_are_refused(people: People, db: Database) -> None:
    token = (await people.sign_in("wang", "a good password")).access_token
    head, body, signature = token.split(".")
    for bad in (f"{head}.{body}.{signature[::-1]}", "", "not a token", jwt.encode({"sub": "wang"}, SECRET, "HS256")):
        with pytest.raises(SignInRefused):
            await people.who(bad)
    expired = (await People(db, SECRET, token_minutes=-1).sign_in("wang", "a good password")).access_token
    with pytest.raises(SignInRefused):
        await people.who(expired)


async def test_a_username_is_given_once(people: People) -> None:
    with pytest.raises(UserExists):
        await people.add(WANG)


def test_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = load_secret(tmp_path / "data")
    assert load_secret(tmp_path / "data") == first
    assert len(first) >= 48
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600
