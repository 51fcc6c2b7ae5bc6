"""The MAVLink numbers the fleet speaks with (common.xml), by their names."""

from enum import IntEnum
from typing import Final

AUTOPILOT: Final = 1
CAMERA: Final = 100
GIMBAL: Final = 154
SPEAKER: Final = 158
"""MAV_COMP_ID_PERIPHERAL: the loudspeaker of the published protocol."""


class Cmd(IntEnum):
    """MAV_CMD: what a plan may hold, and what the service sends."""

    NAV_WAYPOINT = 16
    NAV_LOITER_UNLIM = 17
    NAV_LOITER_TURNS = 18
    NAV_LOITER_TIME = 19
    NAV_RETURN_TO_LAUNCH = 20
    NAV_LAND = 21
    NAV_TAKEOFF = 22
    NAV_LOITER_TO_ALT = 31
    NAV_DELAY = 93
    CONDITION_DELAY = 112
    CONDITION_YAW = 115
    DO_JUMP = 177
    DO_CHANGE_SPEED = 178
    DO_LAND_START = 189
    DO_SET_ROI_LOCATION = 195
    DO_SET_ROI_NONE = 197
    DO_SET_ROI = 201
    DO_DIGICAM_CONTROL = 203
    DO_MOUNT_CONTROL = 205
    DO_SET_CAM_TRIGG_DIST = 206
    SET_MESSAGE_INTERVAL = 511
    REQUEST_MESSAGE = 512
    SET_CAMERA_MODE = 530
    SET_CAMERA_ZOOM = 531
    DO_GIMBAL_MANAGER_PITCHYAW = 1000
    DO_GIMBAL_MANAGER_CONFIGURE = 1001
    IMAGE_START_CAPTURE = 2000
    IMAGE_STOP_CAPTURE = 2001
    VIDEO_START_CAPTURE = 2500
    VIDEO_STOP_CAPTURE = 2501
    VIDEO_START_STREAMING = 2502
    VIDEO_STOP_STREAMING = 2503
    NAV_FENCE_POLYGON_VERTEX_INCLUSION = 5001
    NAV_FENCE_POLYGON_VERTEX_EXCLUSION = 5002
    NAV_FENCE_CIRCLE_INCLUSION = 5003
    NAV_FENCE_CIRCLE_EXCLUSION = 5004
    NAV_RALLY_POINT = 5100
    USER_1 = 31010
    """Operates the loudspeaker."""
    USER_2 = 31011
    """The loudspeaker's control while USER_1 is being answered: MAVSDK keeps one command of a number under way."""


class Frame(IntEnum):
    """MAV_FRAME of a plan's items."""

    GLOBAL = 0
    """Altitude above mean sea level."""
    MISSION = 2
    """No place: the item is an order."""
    GLOBAL_RELATIVE_ALT = 3
    """Altitude above home."""
    GLOBAL_INT = 5
    GLOBAL_RELATIVE_ALT_INT = 6


class MissionType(IntEnum):
    """MAV_MISSION_TYPE."""

    MISSION = 0
    FENCE = 1
    RALLY = 2


class Msg(IntEnum):
    """Message ids the service asks for."""

    SYSTEM_TIME = 2
    ATTITUDE = 30
    GLOBAL_POSITION_INT = 33
    MISSION_CURRENT = 42
    HOME_POSITION = 242
    EXTENDED_SYS_STATE = 245
    CAMERA_INFORMATION = 259
    VIDEO_STREAM_INFORMATION = 269
    CAMERA_FOV_STATUS = 271
    GIMBAL_DEVICE_ATTITUDE_STATUS = 285


class Result(IntEnum):
    """MAV_RESULT of an acknowledgement."""

    ACCEPTED = 0
    TEMPORARILY_REJECTED = 1
    DENIED = 2
    UNSUPPORTED = 3
    FAILED = 4
    IN_PROGRESS = 5
    CANCELLED = 6


RESULT_WORDS: Final = {
    Result.TEMPORARILY_REJECTED: "temporarily rejected",
    Result.DENIED: "denied",
    Result.UNSUPPORTED: "not supported",
    Result.FAILED: "failed",
    Result.CANCELLED: "cancelled",
}

YAW_LOCK: Final = 16
"""GIMBAL_DEVICE_FLAGS / GIMBAL_MANAGER_FLAGS: yaw is held against north, else it follows the vehicle."""
ROLL_PITCH_LOCK: Final = 4 | 8
YAW_IN_VEHICLE_FRAME: Final = 32
YAW_IN_EARTH_FRAME: Final = 64

NO_COUNT: Final = 65535
"""MISSION_CURRENT.total when the autopilot has no mission."""
