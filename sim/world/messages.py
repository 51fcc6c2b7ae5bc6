"""The feed's messages: one JSON object a line, told apart by `type`."""

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sim.world.events import Heard, Truth
from sim.world.snapshot import Snapshot


class FeedError(ValueError):
    """A message that cannot be used; the text names the field."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def line(self) -> bytes:
        """The message as it goes over the wire."""
        return self.model_dump_json().encode() + b"\n"


class TruthEvent(_Message):
    """World -> client: this really began or ended. `user` is empty when it is about no one in particular."""

    type: Literal["truth_event"] = "truth_event"
    event: str
    phase: Literal["start", "end"]
    user: str
    lane_id: str
    t_unix_s: float
    sim_s: float
    x_m: float
    y_m: float

    @staticmethod
    def of(truth: Truth, t_unix_s: float) -> "TruthEvent":
        """The message about a truth of this wall-clock time."""
        return TruthEvent(
            event=truth.event,
            phase=truth.phase,
            user=truth.user,
            lane_id=truth.lane_id,
            t_unix_s=t_unix_s,
            sim_s=truth.sim_s,
            x_m=truth.x_m,
            y_m=truth.y_m,
        )


class HeardMessage(_Message):
    """Client -> world: a loudspeaker finished speaking at an ENU place."""

    type: Literal["heard"] = "heard"
    x_m: float = Field(allow_inf_nan=False)
    y_m: float = Field(allow_inf_nan=False)
    radius_m: float = Field(ge=0.0, allow_inf_nan=False)
    t_unix_s: float
    text: str = Field(default="", max_length=1000)

    def heard(self) -> Heard:
        """What the road users hear."""
        return Heard(self.x_m, self.y_m, self.radius_m)


class TriggerMessage(_Message):
    """Client -> world: start the events that wait for this trigger."""

    type: Literal["trigger"] = "trigger"
    event: str = Field(min_length=1, max_length=100)


class ErrorMessage(_Message):
    """World -> client: your last message was not used, and why."""

    type: Literal["error"] = "error"
    message: str


_T = TypeVar("_T")

ClientMessage = HeardMessage | TriggerMessage
WorldMessage = Snapshot | TruthEvent | ErrorMessage

_CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])
_TOLD: TypeAdapter[TruthEvent | ErrorMessage] = TypeAdapter(
    Annotated[TruthEvent | ErrorMessage, Field(discriminator="type")]
)


def snapshot_line(snapshot: Snapshot) -> bytes:
    """A snapshot as it goes over the wire."""
    return json.dumps({"type": "snapshot", **snapshot.to_json()}, separators=(",", ":")).encode() + b"\n"


def parse_client(line: bytes) -> ClientMessage:
    """What a client said. Raises FeedError."""
    return _parse(_CLIENT, line)


def parse_world(line: bytes) -> WorldMessage:
    """What the world said. Raises FeedError."""
    try:
        data: dict[str, Any] = json.loads(line)
        if data.get("type") == "snapshot":
            return Snapshot.from_json(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FeedError(f"not a message of the feed: {error!r}") from error
    return _parse(_TOLD, line)


def _parse(adapter: TypeAdapter[_T], line: bytes) -> _T:
    try:
        return adapter.validate_json(line)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(str(p) for p in e['loc']) or 'message'}: {e['msg']}" for e in error.errors())
        raise FeedError(told) from error
