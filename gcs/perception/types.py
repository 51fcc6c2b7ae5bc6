"""What seeing produces: the vocabulary shared by perception, rules and incidents."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

RoadUserClass = Literal[
    "pedestrian", "people", "bicycle", "car", "van", "truck", "tricycle", "awning-tricycle", "bus", "motor"
]
LaneType = Literal["driving", "shoulder", "bus", "biking", "sidewalk", "parking", "restricted"]

CLASSES: tuple[RoadUserClass, ...] = (
    "pedestrian", "people", "bicycle", "car", "van", "truck", "tricycle", "awning-tricycle", "bus", "motor",
)  # fmt: skip
"""VisDrone classes in the order of their ids."""
MOTOR_VEHICLES: frozenset[RoadUserClass] = frozenset(
    {"car", "van", "truck", "bus", "motor", "tricycle", "awning-tricycle"}
)


@dataclass(frozen=True, slots=True)
class CameraPose:
    """Where the camera was and looked at the capture instant, from telemetry."""

    t_unix_s: float
    lat_deg: float
    lon_deg: float
    alt_amsl_m: float
    yaw_rad: float
    """Compass heading of the optical axis, clockwise from north (earth frame)."""
    pitch_rad: float
    """Negative looking down; -pi/2 is nadir."""
    roll_rad: float
    hfov_rad: float
    """Horizontal field of view of the full picture."""
    age_s: float = 0.0
    """Distance in time from the nearest telemetry sample used (0 when interpolated between two)."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One box of the detector, in pixels of the frame it was given."""

    cls: RoadUserClass
    score: float
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class LaneFix:
    """The lane a road user stands on. Only given when confident: no fix means "lane unknown"."""

    lane_id: str
    lane_type: LaneType
    offset_m: float
    """Signed distance from the lane's centre line, positive to the left of its direction."""
    chainage_m: float
    """Distance along the road (for K3+250)."""
    confidence: float
    """0..1: the share of the position's error ellipse that lies in this lane."""


@dataclass(frozen=True, slots=True)
class RoadUser:
    """A tracked road user at a frame's capture time. ENU metres from the road map's origin."""

    track_id: int
    cls: RoadUserClass
    cls_confidence: float
    box: tuple[float, float, float, float]
    """x0, y0, x1, y1 as shares of the frame's width and height."""
    x_m: float
    y_m: float
    position_sigma_m: float
    """One standard deviation across the worst axis, from height, depression and pose error."""
    vx_mps: float
    vy_mps: float
    speed_mps: float
    speed_sigma_mps: float
    heading_rad: float
    """Counter-clockwise from east; the lane's direction while standing."""
    first_seen_unix_s: float
    observed: bool
    """False while coasting on prediction: nothing was detected in this frame."""
    lane: LaneFix | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything seen by one drone in one frame."""

    drone_id: int
    t_capture_unix_s: float
    width_px: int
    height_px: int
    users: tuple[RoadUser, ...]
    footprint_enu_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    """(n, 2) polygon on the ground that the frame shows; empty when the pose was unknown."""
    pose: CameraPose | None = None
    registered: bool = False
    """Whether places come from a pose corrected by the road's paint, not from telemetry alone."""
