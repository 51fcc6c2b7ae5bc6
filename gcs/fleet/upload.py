"""Loading a plan into a drone, and reading it back: what the drone holds must be what was meant."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from mavsdk.plugins.mission_raw import MissionItem, MissionRaw

from gcs.fleet.errors import FleetError
from gcs.fleet.mav import AUTOPILOT, Cmd, Frame, MissionType
from gcs.fleet.peer import Peer
from gcs.fleet.plan import FenceCircle, FencePolygon, FlightPlan, LatLon, PlanItem

_SAME_FRAME = {Frame.GLOBAL_INT: Frame.GLOBAL, Frame.GLOBAL_RELATIVE_ALT_INT: Frame.GLOBAL_RELATIVE_ALT}
_HOLDS = {Cmd.NAV_WAYPOINT, Cmd.NAV_LOITER_TIME, Cmd.NAV_LOITER_TURNS, Cmd.NAV_DELAY}
"""Navigation items whose first parameter an autopilot must keep; PX4 drops parameters it doesn't use."""
_FENCE = {
    ("polygon", True): Cmd.NAV_FENCE_POLYGON_VERTEX_INCLUSION,
    ("polygon", False): Cmd.NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
    ("circle", True): Cmd.NAV_FENCE_CIRCLE_INCLUSION,
    ("circle", False): Cmd.NAV_FENCE_CIRCLE_EXCLUSION,
}


class UploadError(FleetError):
    """What was read back is not what was sent."""


async def upload(peer: Peer, raw: MissionRaw, plan: FlightPlan) -> None:
    """Replace mission, fence and rally points, and verify each by reading it back.

    Raises UploadError, NotAcknowledged or MissionRawError.
    """
    fence, rally = fence_items(plan), rally_items(plan)
    await _put(peer, "fence", MissionType.FENCE, fence, raw.upload_geofence, raw.download_geofence)
    await _put(peer, "rally points", MissionType.RALLY, rally, raw.upload_rally_points, raw.download_rallypoints)
    await _put(peer, "mission", MissionType.MISSION, mission_items(plan), raw.upload_mission, raw.download_mission)


async def flies(peer: Peer, raw: MissionRaw, plan: FlightPlan) -> bool:
    """Whether the mission in the drone is this plan's. Raises MissionRawError."""
    held = await peer.call(raw.download_mission)
    return first_difference(mission_items(plan), held) is None


def mission_items(plan: FlightPlan) -> list[Any]:
    """MAVSDK's raw items of the mission."""
    return [_item(seq, item) for seq, item in enumerate(plan.items)]


def fence_items(plan: FlightPlan) -> list[Any]:
    """MAVSDK's raw items of the fence: a vertex says how many its polygon has, a circle its radius."""
    points: list[tuple[Cmd, float, LatLon]] = []
    for shape in plan.fence:
        command = _FENCE[shape.kind, shape.inclusion]
        if isinstance(shape, FencePolygon):
            points += [(command, float(len(shape.corners)), corner) for corner in shape.corners]
        elif isinstance(shape, FenceCircle):
            points.append((command, shape.radius_m, shape.centre))
    return [
        _at(seq, Frame.GLOBAL, command, param1, place, 0.0, MissionType.FENCE)
        for seq, (command, param1, place) in enumerate(points)
    ]


def rally_items(plan: FlightPlan) -> list[Any]:
    """MAVSDK's raw items of the rally points."""
    return [
        _at(seq, Frame.GLOBAL_RELATIVE_ALT, Cmd.NAV_RALLY_POINT, 0.0, point, point.alt_rel_m, MissionType.RALLY)
        for seq, point in enumerate(plan.rally)
    ]


def first_difference(sent: Sequence[Any], held: Sequence[Any]) -> str | None:
    """In words, or None when the drone holds what was sent (as far as autopilots keep parameters)."""
    if len(sent) != len(held):
        return f"{len(sent)} items were sent, the drone holds {len(held)}"
    for a, b in zip(sent, held, strict=True):
        for name, value in _meaning(a).items():
            other = _meaning(b).get(name, math.nan)
            exact = name in ("x", "y")  # 1e-7 degrees
            if not math.isclose(value, other, rel_tol=0 if exact else 1e-5, abs_tol=1 if exact else 1e-3):
                return f"item {a.seq}: {name} was sent as {value:.10g}, the drone holds {other:.10g}"
    return None


async def _put(
    peer: Peer,
    what: str,
    kind: MissionType,
    items: list[Any],
    send: Callable[[list[Any]], Any],
    read: Callable[[], list[Any]],
) -> None:
    if items:
        await peer.call(send, items)
    else:  # MAVSDK refuses to upload nothing
        await peer.send("MISSION_CLEAR_ALL", AUTOPILOT, mission_type=int(kind))
    if difference := first_difference(items, await peer.call(read)):
        raise UploadError(f"{what} read back differently: {difference}")


def _item(seq: int, item: PlanItem) -> Any:
    scale = 1.0 if item.is_order else 1e7
    return MissionItem(
        seq,
        int(item.frame),
        int(item.command),
        1 if seq == 0 else 0,
        int(item.auto_continue),
        *(_nan(p) for p in (item.param1, item.param2, item.param3, item.param4)),
        round((item.param5 or 0.0) * scale),
        round((item.param6 or 0.0) * scale),
        item.param7 or 0.0,
        int(MissionType.MISSION),
    )


def _at(seq: int, frame: Frame, command: Cmd, param1: float, place: LatLon, alt_m: float, kind: MissionType) -> Any:
    x, y = round(place.lat_deg * 1e7), round(place.lon_deg * 1e7)
    return MissionItem(seq, int(frame), int(command), 0, 1, param1, 0.0, 0.0, 0.0, x, y, alt_m, int(kind))


def _meaning(item: Any) -> dict[str, float]:
    """The fields an autopilot keeps, comparable: unset is 0, integer frames are their plain ones."""
    frame = _SAME_FRAME.get(item.frame, item.frame)
    meaning = {"command": item.command, "frame": frame, "x": item.x, "y": item.y, "z": _zero(item.z)}
    if item.mission_type == MissionType.FENCE or item.command in _HOLDS:
        meaning["param1"] = _zero(item.param1)
    elif frame == Frame.MISSION:
        meaning |= {f"param{i}": _zero(getattr(item, f"param{i}")) for i in range(1, 5)}
    return meaning


def _nan(value: float | None) -> float:
    return math.nan if value is None else value


def _zero(value: float) -> float:
    return 0.0 if math.isnan(value) else float(value)
