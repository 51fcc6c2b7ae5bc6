"""From one picture and its detections to a scene, with the memory of the pictures before: pose, bias, tracks."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from gcs.perception.camera import Camera, CameraError, PoseSigma, camera_at
from gcs.perception.registration.follow import Follower, moved
from gcs.perception.registration.paint import paint_of
from gcs.perception.registration.pose import corrected
from gcs.perception.road_map import RoadMap
from gcs.perception.sight import JITTER, place, road_users, unseen
from gcs.perception.tracker import Tracker
from gcs.perception.types import CameraPose, Detection, Scene
from gcs.video.types import Frame

log = logging.getLogger(__name__)

PoseAt = Callable[[float], CameraPose | None]
"""Capture time (unix seconds) -> where the camera was; None when telemetry doesn't cover it."""

MAX_POSE_AGE_S = 0.5
REGISTER_AGE_S = 0.1
"""A pose further from telemetry says nothing of the telemetry's bias."""
SEARCH_WIDTH_PX, FOLLOW_WIDTH_PX = 1280, 800
"""Pictures are made this small to be registered: dark ones need the pixels to be found, none to be followed."""


class Judge:
    """Judges one drone's pictures in the order of their capture times. Blocks for tens of ms: call it in a thread."""

    def __init__(self, drone_id: int, road: RoadMap, pose_at: PoseAt, sigma: PoseSigma = PoseSigma()) -> None:
        self._drone_id, self._road, self._pose_at, self._sigma = drone_id, road, pose_at, sigma
        self._tracker = Tracker()
        self._follower: Follower | None = None
        self._before: tuple[float, Camera] | None = None

    @property
    def doubt(self) -> str:
        """Why places are not registered to the road's paint; '' while they are."""
        return self._follower.doubt if self._follower else "no picture yet"

    def judge(self, frame: Frame, detections: Sequence[Detection] | None) -> tuple[Scene, str]:
        """The scene, and what kept it from being complete ('' when nothing did).

        `detections` None means that the picture could not be searched: known road users coast.
        """
        t = frame.t_capture_unix_s
        height, width = frame.image.shape[:2]
        pose, told, trouble = self._camera(t, width, height)
        camera, covariance = None, np.zeros((6, 6))
        if pose is not None and told is not None:
            camera, covariance = self._registered(frame.image, told, pose, detections or ())
        sightings = None if camera is None or detections is None else place(camera, self._road, detections)
        tracks = self._tracker.update(t, sightings)
        users = road_users(tracks, (width, height), camera, self._road, covariance)
        footprint = camera.footprint() if camera else np.zeros((0, 2))
        registered = camera is not None and not self.doubt
        return Scene(self._drone_id, t, width, height, users, footprint, pose, registered), trouble

    def _camera(self, t_unix_s: float, width: int, height: int) -> tuple[CameraPose | None, Camera | None, str]:
        pose = self._pose_at(t_unix_s)
        if pose is None or pose.age_s > MAX_POSE_AGE_S:
            return None, None, "no telemetry for the picture's capture time"
        try:
            return pose, camera_at(pose, self._road.origin, width, height), ""
        except CameraError as error:
            return None, None, f"the telemetry gives no camera: {error}"

    def _registered(
        self, image: NDArray[np.uint8], told: Camera, pose: CameraPose, detections: Sequence[Detection]
    ) -> tuple[Camera, NDArray[np.float64]]:
        """The camera corrected by what the road's paint says, and the (6, 6) covariance of its pose."""
        if self._follower is None:
            self._follower = Follower(paint_of(self._road), self._sigma, JITTER)
        follower, t = self._follower, pose.t_unix_s
        bias, locked = follower.bias, follower.locked
        follower.predict(t)
        if pose.age_s <= REGISTER_AGE_S and follower.due(t):
            small, camera = _at_most(image, told, FOLLOW_WIDTH_PX if follower.locked else SEARCH_WIDTH_PX)
            boxes = np.array([(d.x0, d.y0, d.x1, d.y1) for d in detections]).reshape(-1, 4)
            follower.learn(small, camera, t, boxes * (camera.width / told.width))
        # A better bias moves the ground under the tracks: they go with it, or it would look like speed.
        self._tracker.move(lambda places: moved(places, told, bias, follower.bias))
        if follower.locked != locked:
            news = "pose follows the road's paint" if follower.locked else f"paint lost: {follower.doubt}"
            log.info("drone %d: %s", self._drone_id, news)
        sync = replace(PoseSigma(0, 0, 0, 0, 0), sync_s=self._sigma.sync_s).covariance(self._own_speed(t, told))
        return corrected(told, follower.bias), follower.covariance + unseen(pose.age_s) + sync

    def _own_speed(self, t_unix_s: float, camera: Camera) -> float:
        """The drone's ground speed between this picture and the one before, 0 when unknown."""
        before, self._before = self._before, (t_unix_s, camera)
        if before is None or not 0.0 < t_unix_s - before[0] < 2.0:
            return 0.0
        move = camera.position_m - before[1].position_m
        return math.hypot(move[0], move[1]) / (t_unix_s - before[0])


def _at_most(image: NDArray[np.uint8], camera: Camera, width: int) -> tuple[NDArray[np.uint8], Camera]:
    """The picture no wider than `width`, and the camera that would have taken it."""
    if camera.width <= width:
        return image, camera
    height = round(camera.height * width / camera.width)
    small: NDArray[np.uint8] = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return small, replace(camera, focal_px=camera.focal_px * width / camera.width, width=width, height=height)
