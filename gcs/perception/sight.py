"""One frame's detections, seen by one camera, placed on the road; and tracks told as road users of a scene."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gcs.perception.camera import Camera, PoseSigma
from gcs.perception.ground import SIZES, footprint_centres
from gcs.perception.road_map import RoadMap
from gcs.perception.tracker import Sighting, Track
from gcs.perception.types import Detection, RoadUser

Array = NDArray[np.float64]

MAX_SIGMA_M = 8.0
"""A place known worse than this says nothing about lanes and little about speed: the detection is left out."""
STANDING_MPS = 1.5
"""Below this the direction of a velocity is noise: the lane's direction is told instead."""


JITTER = PoseSigma(0.05, 0.05, *[math.radians(0.1)] * 3)
"""What of a pose's error changes from frame to frame; no track averages out the rest."""
MOVE_UNSEEN_MPS, TURN_UNSEEN_RADPS = 1.0, math.radians(5.0)


def unseen(age_s: float) -> Array:
    """(6, 6) covariance that a pose has more when it was taken `age_s` away from any telemetry."""
    move, turn = MOVE_UNSEEN_MPS * age_s, TURN_UNSEEN_RADPS * age_s
    return PoseSigma(move, move, turn, turn, turn).covariance()


def place(camera: Camera, road: RoadMap, detections: Sequence[Detection], z_m: float = 0.0) -> list[Sighting]:
    """Detections that look at the ground, as places in ENU metres with frame-to-frame noise."""
    if not detections:
        return []
    middle = np.array([[(d.x0 + d.x1) / 2, (d.y0 + d.y1) / 2] for d in detections])
    half_height = np.array([SIZES[d.cls].height_m / 2 for d in detections])
    rough = camera.to_ground(middle, z_m + half_height)
    low = np.flatnonzero(np.isfinite(rough).all(axis=1))
    detections = [detections[int(i)] for i in low]
    directions = road.directions_at(rough[low])
    places, noises = footprint_centres(camera, detections, directions, z_m)
    noises = noises + camera.pose_covariance(middle[low], JITTER.covariance(), z_m)
    return [
        Sighting(detection, at, noise, direction)
        for detection, at, noise, direction in zip(detections, places, noises, directions, strict=True)
        if np.isfinite(at).all() and _worst_sigma(noise) < MAX_SIGMA_M
    ]


def road_users(
    tracks: Sequence[Track],
    size_px: tuple[int, int],
    camera: Camera | None,
    road: RoadMap,
    pose: Array,
    z_m: float = 0.0,
) -> tuple[RoadUser, ...]:
    """Tracks with their lane and error bound: the track's own error plus that of the pose, which no track averages out.

    `size_px` is the frame's width and height, `pose` the (6, 6) covariance of the camera's pose. Without a camera lanes
    are unknown.
    """
    if not tracks:
        return ()
    own = np.stack([track.covariance[:2, :2] for track in tracks])
    if camera is None:
        total = own
    else:
        ground = np.array([[*track.state[:2], z_m] for track in tracks])
        pixels = camera.project(ground)
        total = own + camera.pose_covariance(pixels, pose, z_m)
    return tuple(_road_user(t, cov, size_px, road if camera else None) for t, cov in zip(tracks, total, strict=True))


def _road_user(track: Track, covariance: Array, size_px: tuple[int, int], road: RoadMap | None) -> RoadUser:
    x, y, vx, vy = (float(v) for v in track.state)
    speed = math.hypot(vx, vy)
    known = bool(np.isfinite(covariance).all())
    d = track.detection
    width, height = size_px
    return RoadUser(
        track_id=track.number,
        cls=track.cls,
        cls_confidence=track.cls_confidence,
        box=(d.x0 / width, d.y0 / height, d.x1 / width, d.y1 / height),
        x_m=x,
        y_m=y,
        position_sigma_m=_worst_sigma(covariance) if known else math.inf,
        vx_mps=vx,
        vy_mps=vy,
        speed_mps=speed,
        speed_sigma_mps=_worst_sigma(track.covariance[2:, 2:]),
        heading_rad=math.atan2(vy, vx) if speed > STANDING_MPS or track.direction_rad is None else track.direction_rad,
        first_seen_unix_s=track.first_seen_unix_s,
        observed=track.observed,
        lane=road.lane_at(x, y, covariance) if known and road else None,
    )


def _worst_sigma(covariance: Array) -> float:
    """Standard deviation along the worst axis of a (2, 2) covariance."""
    return math.sqrt(max(0.0, float(np.linalg.eigvalsh(covariance)[-1])))
