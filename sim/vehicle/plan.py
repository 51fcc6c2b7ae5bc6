"""Mission, fence and rally items as PX4 keeps them: what it accepts, and what it gives back on download."""

import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pymavlink.dialects.v20 import common as mavlink

LocalFrame = Callable[[float, float], tuple[float, float]]
"""(lat_deg, lon_deg) -> (north_m, east_m) about the vehicle's local origin."""

MISSION, FENCE, RALLY = 0, 1, 2
CAPACITY = {MISSION: 2000, FENCE: 64, RALLY: 32}

_RELATIVE = (mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT)
_GLOBAL = (mavlink.MAV_FRAME_GLOBAL, mavlink.MAV_FRAME_GLOBAL_INT, *_RELATIVE)

KEPT: dict[int, tuple[int, ...]] = {
    mavlink.MAV_CMD_NAV_WAYPOINT: (1, 2, 4),
    mavlink.MAV_CMD_NAV_LOITER_UNLIM: (3, 4),
    mavlink.MAV_CMD_NAV_LOITER_TIME: (1, 2, 3, 4),
    mavlink.MAV_CMD_NAV_LOITER_TO_ALT: (1, 2, 4),
    mavlink.MAV_CMD_NAV_LAND: (2, 4),
    mavlink.MAV_CMD_NAV_TAKEOFF: (4,),
    mavlink.MAV_CMD_DO_SET_ROI: (1,),
    mavlink.MAV_CMD_DO_SET_ROI_LOCATION: (),
    mavlink.MAV_CMD_NAV_FENCE_RETURN_POINT: (),
    mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION: (1,),
    mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION: (1,),
    mavlink.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION: (1,),
    mavlink.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION: (1,),
    mavlink.MAV_CMD_NAV_RALLY_POINT: (),
}
"""Commands accepted in a global frame, and which of their params 1-4 PX4 stores."""

YAW_IN_PARAM4 = (
    mavlink.MAV_CMD_NAV_WAYPOINT,
    mavlink.MAV_CMD_NAV_LOITER_UNLIM,
    mavlink.MAV_CMD_NAV_LAND,
    mavlink.MAV_CMD_NAV_TAKEOFF,
)

PLACELESS = {
    mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH,
    mavlink.MAV_CMD_NAV_DELAY,
    mavlink.MAV_CMD_CONDITION_DELAY,
    mavlink.MAV_CMD_CONDITION_DISTANCE,
    mavlink.MAV_CMD_DO_JUMP,
    mavlink.MAV_CMD_DO_CHANGE_SPEED,
    mavlink.MAV_CMD_DO_SET_HOME,
    mavlink.MAV_CMD_DO_LAND_START,
    mavlink.MAV_CMD_DO_TRIGGER_CONTROL,
    mavlink.MAV_CMD_DO_DIGICAM_CONTROL,
    mavlink.MAV_CMD_DO_CONTROL_VIDEO,
    mavlink.MAV_CMD_DO_MOUNT_CONFIGURE,
    mavlink.MAV_CMD_DO_MOUNT_CONTROL,
    mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW,
    mavlink.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE,
    mavlink.MAV_CMD_DO_SET_ROI,
    mavlink.MAV_CMD_DO_SET_ROI_WPNEXT_OFFSET,
    mavlink.MAV_CMD_DO_SET_ROI_NONE,
    mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST,
    mavlink.MAV_CMD_DO_SET_CAM_TRIGG_INTERVAL,
    mavlink.MAV_CMD_IMAGE_START_CAPTURE,
    mavlink.MAV_CMD_IMAGE_STOP_CAPTURE,
    mavlink.MAV_CMD_VIDEO_START_CAPTURE,
    mavlink.MAV_CMD_VIDEO_STOP_CAPTURE,
    mavlink.MAV_CMD_SET_CAMERA_MODE,
    mavlink.MAV_CMD_SET_CAMERA_ZOOM,
    mavlink.MAV_CMD_SET_CAMERA_FOCUS,
}
"""Commands accepted in MAV_FRAME_MISSION."""

FLOWN = {
    mavlink.MAV_CMD_NAV_WAYPOINT,
    mavlink.MAV_CMD_NAV_LOITER_UNLIM,
    mavlink.MAV_CMD_NAV_LOITER_TIME,
    mavlink.MAV_CMD_NAV_LOITER_TO_ALT,
    mavlink.MAV_CMD_NAV_LAND,
    mavlink.MAV_CMD_NAV_TAKEOFF,
}
"""Commands whose place the vehicle flies to."""

FENCE_OR_RALLY = {
    mavlink.MAV_CMD_NAV_FENCE_RETURN_POINT,
    mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION,
    mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
    mavlink.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION,
    mavlink.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION,
    mavlink.MAV_CMD_NAV_RALLY_POINT,
}


class Refused(Exception):
    """An item PX4 does not accept; `result` is the MAV_MISSION_RESULT of the MISSION_ACK."""

    def __init__(self, result: int) -> None:
        super().__init__(f"MAV_MISSION_RESULT {result}")
        self.result = result


@dataclass(frozen=True, slots=True)
class Item:
    """One stored item. `x` and `y` are degrees * 1e7 in a global frame; `z_m` is metres in that frame."""

    seq: int
    frame: int
    command: int
    autocontinue: bool
    param1: float
    param2: float
    param3: float
    param4: float
    x: int
    y: int
    z_m: float

    @property
    def lat_deg(self) -> float:
        """WGS-84 latitude."""
        return self.x * 1e-7

    @property
    def lon_deg(self) -> float:
        """WGS-84 longitude."""
        return self.y * 1e-7

    @property
    def relative(self) -> bool:
        """Whether `z_m` is above home (else above mean sea level)."""
        return self.frame in _RELATIVE

    @property
    def flown(self) -> bool:
        """Whether the vehicle flies to the item's place."""
        return self.command in FLOWN

    def alt_amsl_m(self, home_alt_m: float) -> float:
        """Altitude above mean sea level."""
        return self.z_m + home_alt_m if self.relative else self.z_m


@dataclass(slots=True)
class Plan:
    """The three item lists on board."""

    items: dict[int, list[Item]] = field(default_factory=lambda: {MISSION: [], FENCE: [], RALLY: []})

    @property
    def mission(self) -> list[Item]:
        """The mission items."""
        return self.items[MISSION]


def parse(message: Any) -> Item:
    """A received MISSION_ITEM_INT or MISSION_ITEM as PX4 would store it. Raises `Refused`."""
    integer = message.get_type() == "MISSION_ITEM_INT"
    scale = 1 if integer else 1e7 if message.frame in _GLOBAL else 1
    item = Item(
        seq=message.seq,
        frame=message.frame,
        command=message.command,
        autocontinue=bool(message.autocontinue),
        param1=message.param1,
        param2=message.param2,
        param3=message.param3,
        param4=message.param4,
        x=_whole(message.x * scale),
        y=_whole(message.y * scale),
        z_m=message.z,
    )
    if item.frame in _GLOBAL:
        if item.command not in KEPT:
            raise Refused(mavlink.MAV_MISSION_UNSUPPORTED)
        if not (abs(item.lat_deg) <= 90.0 and abs(item.lon_deg) <= 180.0):
            raise Refused(mavlink.MAV_MISSION_INVALID_PARAM5_X)
        return _normalised(item)
    if item.frame != mavlink.MAV_FRAME_MISSION:
        raise Refused(mavlink.MAV_MISSION_UNSUPPORTED_FRAME)
    if item.command not in PLACELESS:
        raise Refused(mavlink.MAV_MISSION_UNSUPPORTED)
    return item


def checksum(items: list[Item]) -> int:
    """CRC-32 over the items: tells whether a plan changed."""
    crc = 0
    for i in items:
        packed = struct.pack(
            "<HB?7f", i.command, i.frame, i.autocontinue, i.param1, i.param2, i.param3, i.param4, i.x, i.y, i.z_m
        )
        crc = zlib.crc32(packed, crc)
    return crc


def _normalised(item: Item) -> Item:
    """Drop the params PX4 does not keep, wrap headings to 0..360, turn its flags into 0 or 1."""
    keep = KEPT[item.command]
    params = [getattr(item, f"param{i}") if i in keep else 0.0 for i in (1, 2, 3, 4)]
    if item.command in YAW_IN_PARAM4 and math.isfinite(params[3]):
        params[3] %= 360.0
    if item.command == mavlink.MAV_CMD_NAV_LOITER_TIME:
        params[1], params[3] = float(params[1] > 0), float(params[3] > 0)
    if item.command == mavlink.MAV_CMD_NAV_LOITER_TO_ALT:
        params[0], params[3] = float(params[0] > 0), float(params[3] > 0)
    if item.command == mavlink.MAV_CMD_NAV_LAND:
        params[1] = float(int(params[1])) if math.isfinite(params[1]) else 0.0
    frame = mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT if item.relative else mavlink.MAV_FRAME_GLOBAL_INT
    p1, p2, p3, p4 = params
    return replace(item, frame=frame, param1=p1, param2=p2, param3=p3, param4=p4)


def _whole(value: float) -> int:
    return round(value) if math.isfinite(value) else 0
