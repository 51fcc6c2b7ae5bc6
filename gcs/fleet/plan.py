"""What can be loaded into a drone: mission, fence and rally points, as MAVLink carries them."""

from typing import Literal

from pydantic import Field

from gcs.fleet.mav import Cmd, Frame
from gcs.fleet.schemas import Frozen, Latitude, Longitude


class LatLon(Frozen):
    """WGS-84 degrees."""

    lat_deg: Latitude
    lon_deg: Longitude


class PlanItem(Frozen):
    """One raw mission item. Parameters 1-4 are None where the plan leaves them to the vehicle (NaN)."""

    command: Cmd
    frame: Frame
    param1: float | None = None
    param2: float | None = None
    param3: float | None = None
    param4: float | None = None
    param5: float | None = None
    """Latitude in degrees, where the item has a place."""
    param6: float | None = None
    """Longitude in degrees, where the item has a place."""
    param7: float | None = None
    """Altitude in metres by `frame`, where the item has a place."""
    auto_continue: bool = True
    source: int = 0
    """Index of the plan file's item it came from (a survey yields many)."""

    @property
    def is_order(self) -> bool:
        """No place to fly to: done at once."""
        return self.frame == Frame.MISSION

    @property
    def place(self) -> LatLon | None:
        """Where it happens; None for orders, and for places left to the vehicle (0, 0 by convention)."""
        if self.is_order or not self.param5 or not self.param6:
            return None
        return LatLon(lat_deg=self.param5, lon_deg=self.param6)


class FencePolygon(Frozen):
    """At least three corners."""

    kind: Literal["polygon"] = "polygon"
    inclusion: bool
    corners: tuple[LatLon, ...] = Field(min_length=3)


class FenceCircle(Frozen):
    """A disc."""

    kind: Literal["circle"] = "circle"
    inclusion: bool
    centre: LatLon
    radius_m: float = Field(gt=0)


class RallyPoint(LatLon):
    """A safe place to return to."""

    alt_rel_m: float


class FlightPlan(Frozen):
    """A plan, checked for form but not for sense (see the missions room's checks)."""

    name: str
    title: str
    home: LatLon
    home_alt_amsl_m: float
    cruise_speed_mps: float = Field(gt=0)
    """Speed until the plan changes it."""
    items: tuple[PlanItem, ...] = Field(min_length=1)
    fence: tuple[FencePolygon | FenceCircle, ...] = ()
    rally: tuple[RallyPoint, ...] = ()
