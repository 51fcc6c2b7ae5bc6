"""What the missions room says about plans and sorties."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gcs.missions.plan_file import PlanError

SortieState = Literal["planned", "checked", "authorised", "flying", "holding", "returning", "landed", "aborted", "lost"]
ON_GROUND: frozenset[SortieState] = frozenset({"planned", "checked", "authorised"})
IN_FLIGHT: frozenset[SortieState] = frozenset({"flying", "holding", "returning", "lost"})
ENDED: frozenset[SortieState] = frozenset({"landed", "aborted"})


class PlanOut(BaseModel):
    """A plan file: flyable when `valid`, else everything that is wrong with it."""

    name: str
    title: str
    valid: bool
    errors: list[PlanError]
    distance_m: float | None
    duration_s: float | None
    route: list[tuple[float, float, float]]
    """(lon_deg, lat_deg, alt_rel_m)."""
    fence: list[tuple[float, float]] | None
    """(lon_deg, lat_deg) of the first inclusion polygon."""


class SortieRequest(BaseModel):
    """Fly this plan with this drone."""

    model_config = ConfigDict(extra="forbid")

    drone: int = Field(ge=1, le=255)
    plan: str = Field(min_length=1, max_length=128)
    hold_on_alert: bool = True


class LogLine(BaseModel):
    """Who did what when."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    who: str
    text: str


class SortieOut(BaseModel):
    """A sortie with its log."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    drone: int
    plan: str
    state: SortieState
    reason: str | None
    by: str
    hold_on_alert: bool
    created_at: datetime
    airborne_at: datetime | None
    landed_at: datetime | None
    log: list[LogLine]
