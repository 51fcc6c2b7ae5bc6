"""QGroundControl `.plan` files (https://docs.qgroundcontrol.com/master/en/qgc-dev-guide/file_formats/plan.html)."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from gcs.fleet.mav import Cmd, Frame
from gcs.fleet.plan import FenceCircle, FencePolygon, FlightPlan, LatLon, PlanItem, RallyPoint
from gcs.fleet.schemas import Latitude, Longitude

MAX_BYTES = 8 * 1024 * 1024
DEFAULT_SPEED_MPS = 5.0
"""PX4's MPC_XY_CRUISE."""


class PlanError(BaseModel):
    """One thing wrong. `item` is the index in the file's mission items, `field` the JSON path below it."""

    item: int | None = None
    field: str
    message: str

    def __str__(self) -> str:
        return f"{'' if self.item is None else f'item {self.item}, '}{self.field}: {self.message}"


class PlanFileError(Exception):
    """The file can't be read as a plan; every place that is wrong is named."""

    def __init__(self, file: str, errors: list[PlanError]) -> None:
        super().__init__(f"{file}: {'; '.join(map(str, errors))}")
        self.file, self.errors = file, errors


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _Simple(_Strict):
    type: Literal["SimpleItem"]
    command: int
    frame: int
    params: list[float | None] = Field(min_length=7, max_length=7)
    autoContinue: bool = True
    doJumpId: int | None = None


class _Transects(_Strict):
    Items: list[_Simple] = Field(min_length=1)


class _Complex(_Strict):
    type: Literal["ComplexItem"]
    complexItemType: str
    TransectStyleComplexItem: _Transects


def _kind(item: Any) -> str:
    return str(item.get("type", "none")) if isinstance(item, dict) else "none"


_Item = Annotated[
    Annotated[_Simple, Tag("SimpleItem")] | Annotated[_Complex, Tag("ComplexItem")],
    Discriminator(
        _kind,
        custom_error_type="item_type",
        custom_error_message="an item is an object whose type is SimpleItem or ComplexItem",
    ),
]
_Corner = tuple[Latitude, Longitude]


class _Mission(_Strict):
    items: list[_Item] = Field(min_length=1)
    plannedHomePosition: tuple[Latitude, Longitude, float]
    hoverSpeed: float | None = Field(None, gt=0)
    vehicleType: int = 2


class _Polygon(_Strict):
    inclusion: bool
    polygon: list[_Corner] = Field(min_length=3)


class _Circle(_Strict):
    center: _Corner
    radius: float = Field(gt=0)


class _CircleFence(_Strict):
    inclusion: bool
    circle: _Circle


class _GeoFence(_Strict):
    polygons: list[_Polygon] = []
    circles: list[_CircleFence] = []


class _Rally(_Strict):
    points: list[tuple[Latitude, Longitude, float]] = []


class _Plan(_Strict):
    fileType: Literal["Plan"]
    version: Literal[1]
    mission: _Mission
    geoFence: _GeoFence = _GeoFence()
    rallyPoints: _Rally = _Rally()
    title: str | None = None
    """Not QGroundControl's: a name for people."""


def read_plan(path: Path) -> FlightPlan:
    """Raises PlanFileError naming each item and field that is wrong."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PlanFileError(path.name, [PlanError(field="file", message=f"larger than {MAX_BYTES} bytes")])
        text = path.read_bytes()
    except OSError as error:
        raise PlanFileError(path.name, [PlanError(field="file", message=error.strerror or str(error))]) from error
    return parse_plan(path.stem, text, path.name)


def parse_plan(name: str, text: str | bytes, file: str | None = None) -> FlightPlan:
    """The plan of a file's content. Raises PlanFileError."""
    file = file or f"{name}.plan"
    try:
        raw = _Plan.model_validate_json(text)
    except ValidationError as error:
        raise PlanFileError(file, [_located(e) for e in error.errors(include_url=False)]) from error
    errors: list[PlanError] = []
    items = _flatten(raw.mission.items, errors)
    if raw.mission.vehicleType != MULTIROTOR:
        errors.append(PlanError(field="mission.vehicleType", message="the plan is not for a multirotor (2)"))
    if errors:
        raise PlanFileError(file, errors)
    lat, lon, alt = raw.mission.plannedHomePosition
    return FlightPlan(
        name=name,
        title=raw.title or name,
        home=LatLon(lat_deg=lat, lon_deg=lon),
        home_alt_amsl_m=alt,
        cruise_speed_mps=raw.mission.hoverSpeed or DEFAULT_SPEED_MPS,
        items=tuple(items),
        fence=_fence(raw.geoFence),
        rally=tuple(RallyPoint(lat_deg=a, lon_deg=b, alt_rel_m=c) for a, b, c in raw.rallyPoints.points),
    )


MULTIROTOR = 2
"""MAV_TYPE_QUADROTOR, QGroundControl's word for every multirotor."""
_SPLIT_TAGS = {"SimpleItem", "ComplexItem"}
_WITH_PLACE = {
    Cmd.NAV_WAYPOINT, Cmd.NAV_LOITER_UNLIM, Cmd.NAV_LOITER_TURNS, Cmd.NAV_LOITER_TIME, Cmd.NAV_LAND, Cmd.NAV_TAKEOFF,
    Cmd.NAV_LOITER_TO_ALT, Cmd.DO_SET_ROI_LOCATION,
}  # fmt: skip
_PLACE_OPTIONAL = {Cmd.NAV_LAND, Cmd.NAV_TAKEOFF}
_IN_PLANS = {command for command in Cmd if command < Cmd.NAV_FENCE_POLYGON_VERTEX_INCLUSION} - {
    Cmd.SET_MESSAGE_INTERVAL,
    Cmd.REQUEST_MESSAGE,
}


def _flatten(items: list[_Simple | _Complex], errors: list[PlanError]) -> list[PlanItem]:
    """The raw items as flown: a survey or corridor by the transect items stored in it."""
    flat: list[PlanItem] = []
    ids: dict[int, int] = {}
    for index, item in enumerate(items):
        if isinstance(item, _Simple):
            simples = [("", item)]
        else:
            inner = item.TransectStyleComplexItem.Items
            simples = [(f"TransectStyleComplexItem.Items.{i}.", simple) for i, simple in enumerate(inner)]
        for prefix, simple in simples:
            wrong = _wrong(simple)
            errors += [PlanError(item=index, field=prefix + field, message=message) for field, message in wrong]
            if not wrong:
                ids[len(flat) + 1 if simple.doJumpId is None else simple.doJumpId] = len(flat)
                flat.append(_plan_item(simple, index))
    return [_aimed(item, ids, errors) for item in flat]


def _aimed(item: PlanItem, ids: dict[int, int], errors: list[PlanError]) -> PlanItem:
    """A jump names its target by doJumpId in the file, by the raw item's index on the wire."""
    if item.command != Cmd.DO_JUMP:
        return item
    target = ids.get(round(item.param1 or 0))
    if target is None:
        message = f"there is no item with doJumpId {item.param1:g}" if item.param1 else "the item to jump to is missing"
        errors.append(PlanError(item=item.source, field="params.0", message=message))
        return item
    return item.model_copy(update={"param1": float(target)})


def _wrong(item: _Simple) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if item.command not in _IN_PLANS:
        return [("command", f"{item.command} is not a mission command this service knows")]
    if item.frame not in set(Frame):
        found.append(("frame", f"{item.frame} is not one of {', '.join(f'{f.value} ({f.name})' for f in Frame)}"))
    if item.command in _WITH_PLACE:
        lat, lon, alt = item.params[4:]
        nowhere = item.command in _PLACE_OPTIONAL and not lat and not lon
        if item.frame == Frame.MISSION:
            found.append(("frame", "an item with a place needs a global frame"))
        if not nowhere and (lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180)):
            found.append(("params.4", f"{lat}, {lon} is no latitude and longitude in degrees"))
        if alt is None and item.command != Cmd.NAV_LAND:
            found.append(("params.6", "the altitude is missing"))
    return found


def _plan_item(item: _Simple, source: int) -> PlanItem:
    p1, p2, p3, p4, p5, p6, p7 = item.params
    frame = Frame(item.frame)
    return PlanItem(
        command=Cmd(item.command),
        frame=frame,
        param1=p1,
        param2=p2,
        param3=p3,
        param4=p4,
        param5=p5,
        param6=p6,
        param7=p7,
        auto_continue=item.autoContinue,
        source=source,
    )


def _fence(raw: _GeoFence) -> tuple[FencePolygon | FenceCircle, ...]:
    polygons = (
        FencePolygon(inclusion=p.inclusion, corners=tuple(LatLon(lat_deg=a, lon_deg=b) for a, b in p.polygon))
        for p in raw.polygons
    )
    circles = (
        FenceCircle(
            inclusion=c.inclusion,
            centre=LatLon(lat_deg=c.circle.center[0], lon_deg=c.circle.center[1]),
            radius_m=c.circle.radius,
        )
        for c in raw.circles
    )
    return (*polygons, *circles)


def _located(error: Any) -> PlanError:
    """Pydantic's location, split into the item's index and the path below it."""
    where = list(error["loc"])
    message = f"{error['msg']} (found {_short(error['input'])})" if error["type"] != "json_invalid" else error["msg"]
    if where[:2] == ["mission", "items"] and len(where) > 2:
        item, path = int(where[2]), where[3:]
        return PlanError(item=item, field=_path(path) or "item", message=message)
    return PlanError(field=_path(where) or "file", message=message)


def _path(parts: list[Any]) -> str:
    return ".".join(str(part) for part in parts if part not in _SPLIT_TAGS)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
