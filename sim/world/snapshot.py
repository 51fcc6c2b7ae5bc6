"""What the world looks like at one instant: the only thing cameras and truth readers get from the traffic."""

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any


@dataclass(frozen=True, slots=True)
class RoadUserState:
    """One road user. Position: ENU metres from the network's origin, the centre of its footprint on the ground."""

    id: str
    kind: str
    """Shape drawn by the camera: sedan, hatch, suv, van, truck, semi, bus, motor, bicycle, tricycle,
    awning-tricycle, pedestrian, police."""
    cls: str
    """VisDrone class the shape belongs to."""
    x_m: float
    y_m: float
    z_m: float
    heading_rad: float
    """Counter-clockwise from east."""
    speed_mps: float
    length_m: float
    width_m: float
    height_m: float
    lane_id: str
    lane_type: str
    """OpenDRIVE lane type of the lane it stands on."""
    colour: tuple[float, float, float]
    """Body colour, linear RGB 0..1."""
    brake: bool = False
    hazard_lights: bool = False


_USER_FIELDS = tuple(f.name for f in fields(RoadUserState))
_user_values = attrgetter(*_USER_FIELDS)  # eight times faster than dataclasses.asdict, ten times a second


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All road users at one instant."""

    t_unix_s: float
    """Wall-clock time this state belongs to."""
    sim_s: float
    users: tuple[RoadUserState, ...] = field(default_factory=tuple)

    def to_json(self) -> dict[str, Any]:
        """Plain types, for the feed."""
        users = [dict(zip(_USER_FIELDS, _user_values(user), strict=True)) for user in self.users]
        return {"t_unix_s": self.t_unix_s, "sim_s": self.sim_s, "users": users}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Snapshot":
        """Inverse of `to_json`. Raises KeyError or TypeError when a field is missing or unknown."""
        users = tuple(RoadUserState(**{**u, "colour": tuple(u["colour"])}) for u in data["users"])
        return Snapshot(t_unix_s=data["t_unix_s"], sim_s=data["sim_s"], users=users)
