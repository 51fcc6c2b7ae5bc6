"""What the API says about people."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field


class Role(StrEnum):
    """What a person may do."""

    OPERATOR = "operator"
    """Flies drones."""
    DISPATCHER = "dispatcher"
    """Handles incidents."""
    SUPERVISOR = "supervisor"
    """Both, and overrides."""
    TRAINEE = "trainee"
    """Looks; flies simulated sorties only."""
    ADMIN = "admin"
    """Users and settings."""


Language = Literal["zh", "en"]


class Principal(BaseModel):
    """Who is asking."""

    username: str
    name: str
    roles: list[Role]
    language: Language = "zh"

    def may(self, *roles: Role) -> bool:
        """Whether this person holds one of the roles (no roles named: anybody signed in)."""
        return not roles or any(role in self.roles for role in roles)


class Token(BaseModel):
    """A signed-in session."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    user: Principal


class NewUser(BaseModel):
    """A person to be added."""

    username: str = Field(min_length=2, max_length=64, pattern=r"^[a-z0-9_.-]+$")
    name: str = Field(min_length=1, max_length=128)
    roles: list[Role] = Field(min_length=1)
    language: Language = "zh"
    password: str = Field(min_length=8, max_length=256)
