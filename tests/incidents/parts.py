"""Rule events on a straight northbound road whose lanes are named by type."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

from gcs.db.base import Base, Database
from gcs.geo import Origin
from gcs.incidents.place import Place
from gcs.perception.types import LaneFix, LaneType, RoadUser
from gcs.rules.types import EventType, RuleEvent, Text

ORIGIN = Origin(34.76, 113.70, 100.0)
T0 = 1_780_000_000.0


async def new_database(folder: Path) -> Database:
    """A SQLite file with every table; made without migrations, which have their own test and take far longer."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'patrol.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return database


def describe_place(lane_id: str, chainage_m: float) -> Place:
    """Lanes are called <nb|sb>_<lane type>. Raises LookupError for any other name."""
    direction, _, lane_type = lane_id.partition("_")
    if lane_type not in get_args(LaneType):
        raise LookupError(lane_id)
    return Place(
        "zhongzhou",
        Text(zh="中州大道", en="Zhongzhou Avenue"),
        {"nb": "northbound", "sb": "southbound"}[direction],
    )


def user(track_id: int = 7, y_m: float = 250.0, speed_mps: float = 0.0, **changes: object) -> RoadUser:
    base = RoadUser(
        track_id=track_id,
        cls="car",
        cls_confidence=0.9,
        box=(0.4, 0.4, 0.5, 0.5),
        x_m=10.0,
        y_m=y_m,
        position_sigma_m=0.8,
        vx_mps=0.0,
        vy_mps=speed_mps,
        speed_mps=speed_mps,
        speed_sigma_mps=0.3,
        heading_rad=1.57,
        first_seen_unix_s=T0 - 20,
        observed=True,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def event(
    event_type: EventType = "emergency_lane_occupancy",
    chainage_m: float = 1250.0,
    t: float = 0.0,
    track_id: int = 7,
    drone: int = 1,
    speed_mps: float = 0.0,
    lane_id: str = "nb_shoulder",
    severity: str = "warning",
) -> RuleEvent:
    """What a rule says at T0 + t of a road user at this chainage (north of the origin by chainage - 1000 m)."""
    lane_type: LaneType = lane_id.partition("_")[2]  # type: ignore[assignment]
    return RuleEvent(
        event_type=event_type,
        drone_id=drone,
        user=user(track_id, y_m=chainage_m - 1000, speed_mps=speed_mps),
        lane=LaneFix(lane_id, lane_type, 0.1, chainage_m, 0.95),
        t_unix_s=T0 + t,
        since_unix_s=T0 + t - 12,
        reason=Text(zh="应急车道停留12秒", en="stood 12 s on the shoulder"),
        severity=severity,  # type: ignore[arg-type]
    )
