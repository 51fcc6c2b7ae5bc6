"""What the fleet says about drones and commands. WGS-84, degrees, metres, seconds; times are unix UTC."""

import math
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

LinkState = Literal["live", "stale", "lost"]
LandedState = Literal["ON_GROUND", "IN_AIR", "TAKING_OFF", "LANDING"]
CommandState = Literal["requested", "sent", "accepted", "denied", "timed_out", "failed", "unknown"]

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class Frozen(BaseModel):
    """A snapshot: never changed after it was made."""

    model_config = ConfigDict(frozen=True)


class Link(Frozen):
    """How the drone is heard: `stale` after 1 s of silence, `lost` after 3 s without a heartbeat."""

    state: LinkState
    age_s: float
    """Since the autopilot was last heard."""


class Position(Frozen):
    """From GLOBAL_POSITION_INT."""

    lat_deg: float
    lon_deg: float
    alt_amsl_m: float
    alt_rel_m: float
    """Above home."""
    age_s: float


class Velocity(Frozen):
    """Over ground."""

    north_mps: float
    east_mps: float
    down_mps: float
    ground_speed_mps: float


class Attitude(Frozen):
    """Of the airframe; yaw clockwise from north."""

    roll_deg: float
    pitch_deg: float
    yaw_deg: float


class Battery(Frozen):
    """Unknown parts are null."""

    remaining_percent: float | None
    voltage_v: float | None
    age_s: float

    @field_validator("remaining_percent", "voltage_v", mode="before")
    @classmethod
    def _unknown(cls, value: float | None) -> float | None:
        return None if value is None or math.isnan(value) else value


class Gps(Frozen):
    """Fix in words (`3D`, `RTK fixed`, ...)."""

    fix: str
    satellites: int


class Home(Frozen):
    """Where it returns to."""

    lat_deg: float
    lon_deg: float
    alt_amsl_m: float


class Health(Frozen):
    """Whether the autopilot would arm, and in its own words what is missing when not."""

    armable: bool
    missing: list[str]


class MissionProgress(Frozen):
    """Raw item now flown (0-based) and how many there are."""

    current: int
    total: int


class StatusText(Frozen):
    """A line the autopilot said."""

    severity: str
    text: str
    t_unix_s: float


class Camera(Frozen):
    """The camera component."""

    present: bool
    streaming: bool
    uri: str | None
    hfov_deg: float | None


class GimbalAngles(Frozen):
    """Pitch above the horizon (negative looks down), yaw clockwise from north."""

    pitch_deg: float
    yaw_deg: float
    age_s: float


class Speaker(Frozen):
    """The loudspeaker component."""

    present: bool


class DroneState(Frozen):
    """One drone as last heard. A value without an age of its own is null once it is no longer fresh."""

    system_id: int
    name: str
    t_unix_s: float
    """When this snapshot was made."""
    link: Link
    position: Position | None
    velocity: Velocity | None
    heading_deg: float | None
    attitude: Attitude | None
    battery: Battery | None
    flight_mode: str | None
    armed: bool | None
    landed_state: LandedState | None
    gps: Gps | None
    home: Home | None
    health: Health
    mission: MissionProgress | None
    status_texts: list[StatusText]
    camera: Camera | None
    gimbal: GimbalAngles | None
    speaker: Speaker | None
    sortie_id: int | None

    @property
    def live(self) -> bool:
        """Heard within the last second."""
        return self.link.state == "live"


class CommandRecord(Frozen):
    """A command in the journal. `effect_seen` turns true when telemetry shows what was asked for."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    key: str
    drone: int
    name: str
    params: dict[str, Any]
    by: str
    state: CommandState
    reason: str | None
    effect_seen: bool
    created_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


class LinkReport(Frozen):
    """A connection of the hub."""

    url: str
    open: bool
    detail: str
    """Why it isn't open, or empty."""


class TakeoffParams(BaseModel):
    """Climb where it stands."""

    model_config = ConfigDict(extra="forbid")

    alt_rel_m: float = Field(ge=2, le=120)


class GotoParams(BaseModel):
    """Fly there and hold."""

    model_config = ConfigDict(extra="forbid")

    lat_deg: Latitude
    lon_deg: Longitude
    alt_rel_m: float = Field(ge=2, le=120)


class GimbalParams(BaseModel):
    """Pitch -90..30 (negative looks down); yaw from the nose, or from north when `lock`."""

    model_config = ConfigDict(extra="forbid")

    pitch_deg: float = Field(ge=-90, le=30)
    yaw_deg: float = Field(0, ge=-180, le=360)
    lock: bool = False


class NoParams(BaseModel):
    """Nothing to say."""

    model_config = ConfigDict(extra="forbid")


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=64)
    """Chosen by the caller: the same key again returns the same record and sends nothing."""


class TakeoffRequest(_Request):
    """Take off."""

    name: Literal["takeoff"]
    params: TakeoffParams


class GotoRequest(_Request):
    """Go to a place."""

    name: Literal["goto"]
    params: GotoParams


class GimbalRequest(_Request):
    """Point the gimbal."""

    name: Literal["gimbal"]
    params: GimbalParams


class PlainRequest(_Request):
    """The commands that need no parameters."""

    name: Literal["arm", "hold", "resume", "return", "land"]
    params: NoParams = NoParams()


CommandRequest = Annotated[TakeoffRequest | GotoRequest | GimbalRequest | PlainRequest, Field(discriminator="name")]
