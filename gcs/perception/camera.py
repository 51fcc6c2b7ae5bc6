"""A pinhole camera over flat ground: pixels to ENU metres and back, each with an error bound.

Camera axes: x right, y down, z forward. Pixels: u right, v down, (0, 0) the picture's top-left corner; square pixels,
principal point at the centre, no lens distortion.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gcs.geo import Origin
from gcs.perception.types import CameraPose

Array = NDArray[np.float64]


class CameraError(ValueError):
    """The pose gives no camera that could see the ground; the message names the field."""


class AboveHorizon(ValueError):
    """The pixel's ray never meets the ground."""


@dataclass(frozen=True, slots=True)
class PoseSigma:
    """One standard deviation of each part of a camera's pose, and of a pixel."""

    horizontal_m: float = 1.5
    vertical_m: float = 1.0
    yaw_rad: float = math.radians(1.0)
    pitch_rad: float = math.radians(1.0)
    roll_rad: float = math.radians(1.0)
    sync_s: float = 0.02
    """Between the video's and the telemetry's clock; the drone moves meanwhile."""

    def covariance(self, speed_mps: float = 0.0) -> Array:
        """(6, 6) in the order of `Camera.pose_jacobian`; `speed_mps` is the drone's own."""
        along_m = math.hypot(self.horizontal_m, speed_mps * self.sync_s)
        return np.diag([along_m, along_m, self.vertical_m, self.yaw_rad, self.pitch_rad, self.roll_rad]) ** 2


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera at one instant."""

    position_m: Array
    """(3,) ENU metres."""
    rotation: Array
    """(3, 3) ENU -> camera."""
    focal_px: float
    width: int
    height: int

    def project(self, points_m: Array) -> Array:
        """(..., 3) ENU metres -> (..., 2) pixels; NaN behind the camera."""
        x = (points_m - self.position_m) @ self.rotation.T
        depth = np.where(x[..., 2:] > 0.1, x[..., 2:], np.nan)
        centre = np.array([self.width / 2, self.height / 2])
        return np.asarray(self.focal_px * x[..., :2] / depth + centre)

    def rays(self, pixels: Array) -> Array:
        """(n, 2) pixels -> (n, 3) ENU directions of their rays (not of unit length)."""
        u = (pixels[:, 0] - self.width / 2) / self.focal_px
        v = (pixels[:, 1] - self.height / 2) / self.focal_px
        return np.stack([u, v, np.ones_like(u)], axis=1) @ self.rotation

    def to_ground(self, pixels: Array, z_m: float | Array = 0.0) -> Array:
        """(n, 2) pixels -> (n, 2) ENU metres on the plane z = z_m (one, or (n,)); NaN where a ray never meets it."""
        d = self.rays(pixels)
        down = np.where(d[:, 2] < -1e-9, d[:, 2], np.nan)
        distance = (z_m - self.position_m[2]) / down
        return np.asarray(self.position_m[:2] + d[:, :2] * np.where(distance > 0, distance, np.nan)[:, None])

    def ground_point(self, u: float, v: float, z_m: float = 0.0) -> tuple[float, float]:
        """One pixel -> ENU metres on the plane z = z_m. Raises AboveHorizon."""
        x, y = self.to_ground(np.array([[u, v]]), z_m)[0]
        if math.isnan(x):
            raise AboveHorizon(f"pixel ({u:.0f}, {v:.0f}) does not look at the ground")
        return float(x), float(y)

    def pose_jacobian(self, pixels: Array, z_m: float = 0.0) -> Array:
        """(n, 2, 6): change of each ground point with east, north, up, and turns about up, camera right and forward.

        With g = C + s d, s = (z - Cz) / dz: dg/dd = s [I | -dxy/dz], a turn w moves d by w x d, height moves g by
        -dxy/dz. For a level camera this is the textbook along-range error h * dtheta / sin(depression)^2.
        """
        d = self.rays(pixels)
        slope = d[:, :2] / d[:, 2:]
        jacobian = np.zeros((len(d), 2, 6))
        jacobian[:, 0, 0] = jacobian[:, 1, 1] = 1.0
        jacobian[:, :, 2] = -slope
        by_ray = self._by_ray(d, z_m)
        right, forward = self.rotation[0], self.rotation[2]
        for k, axis in enumerate((np.array([0.0, 0.0, -1.0]), right, forward)):
            jacobian[:, :, 3 + k] = np.einsum("nij,nj->ni", by_ray, np.cross(axis, d))
        return jacobian

    def pixel_jacobian(self, pixels: Array, z_m: float = 0.0) -> Array:
        """(n, 2, 2): change of each ground point, in metres, with its pixel's u and v."""
        d = self.rays(pixels)
        return np.asarray(self._by_ray(d, z_m) @ self.rotation[:2].T / self.focal_px)

    def _by_ray(self, d: Array, z_m: float) -> Array:
        down = np.where(d[:, 2] < -1e-9, d[:, 2], np.nan)
        scale = ((z_m - self.position_m[2]) / down)[:, None, None]
        to_plane = np.broadcast_to(np.eye(2, 3), (len(d), 2, 3)).copy()
        to_plane[:, :, 2] = -d[:, :2] / down[:, None]
        return np.asarray(scale * to_plane)

    def pose_covariance(self, pixels: Array, pose: Array, z_m: float = 0.0) -> Array:
        """(n, 2, 2) covariance, m^2, of the ground points of `pixels` from the (6, 6) covariance of the pose."""
        j = self.pose_jacobian(pixels, z_m)
        return np.asarray(j @ pose @ j.transpose(0, 2, 1))

    def footprint(self, max_depth_m: float = 600.0, z_m: float = 0.0) -> Array:
        """(n, 2) ENU polygon of the ground in the picture, cut at `max_depth_m`; empty when it shows only sky."""
        w, h = float(self.width), float(self.height)
        frame = np.array([[0, 0], [w, 0], [w, h], [0, h]])
        # Depth of the ground along the optical axis is (Cz - z) / -dz; dz is linear in the pixel, so the cut is a line.
        room = -(self.position_m[2] - z_m) / max_depth_m - self.rays(frame)[:, 2]
        kept: list[Array] = []
        for i in range(4):
            a, b = room[i - 1], room[i]
            if (a > 0) != (b > 0):
                kept.append(frame[i - 1] + (frame[i] - frame[i - 1]) * a / (a - b))
            if b > 0:
                kept.append(frame[i])
        return self.to_ground(np.array(kept), z_m) if len(kept) >= 3 else np.zeros((0, 2))


def rotation(yaw_rad: float, pitch_rad: float, roll_rad: float = 0.0) -> Array:
    """(3, 3) ENU -> camera.

    Yaw clockwise from north, pitch negative looking down, roll positive clockwise seen from behind the camera:
    MAVLink's gimbal angles in the earth frame.
    """
    cy, sy = math.cos(yaw_rad), math.sin(yaw_rad)
    cp, sp = math.cos(pitch_rad), math.sin(pitch_rad)
    cr, sr = math.cos(roll_rad), math.sin(roll_rad)
    forward = np.array([sy * cp, cy * cp, sp])
    right = np.array([cy, -sy, 0.0])
    down = np.cross(forward, right)
    return np.stack([cr * right + sr * down, -sr * right + cr * down, forward])


def camera_at(pose: CameraPose, origin: Origin, width: int, height: int) -> Camera:
    """The camera that took a picture of `width` x `height` pixels. Raises CameraError naming the field it can't use."""
    for name in ("lat_deg", "lon_deg", "alt_amsl_m", "yaw_rad", "pitch_rad", "roll_rad", "hfov_rad"):
        if not math.isfinite(getattr(pose, name)):
            raise CameraError(f"{name} is {getattr(pose, name)}")
    if not 0.0 < pose.hfov_rad < math.pi:
        raise CameraError(f"hfov_rad is {pose.hfov_rad}: no focal length")
    if width <= 0 or height <= 0:
        raise CameraError(f"picture of {width}x{height} pixels")
    x, y = origin.to_enu(pose.lat_deg, pose.lon_deg)
    z = pose.alt_amsl_m - origin.alt_m
    if z <= 0.0:
        raise CameraError(f"alt_amsl_m is {pose.alt_amsl_m}: at or below the road ({origin.alt_m} m)")
    focal_px = width / 2 / math.tan(pose.hfov_rad / 2)
    return Camera(np.array([x, y, z]), rotation(pose.yaw_rad, pose.pitch_rad, pose.roll_rad), focal_px, width, height)
