"""What telemetry says of a camera whose true pose is known."""

import math
from collections.abc import Callable

import numpy as np

from gcs.perception.camera import PoseSigma
from gcs.perception.types import CameraPose
from sim.evaluation.patrol import HFOV_RAD, View
from sim.geo import Origin
from sim.payload.pose_error import PoseError, PoseErrorSize

POSITION_JITTER_M = 0.05
ATTITUDE_JITTER_RAD = math.radians(0.1)
CLOCK_SIGMA_S = 0.02
"""Telemetry's clock against the video's: another constant each flight."""
LEAST_SIGMA = 1e-3
"""Metres and radians: the service divides by what it believes of the errors."""


class Telemetry:
    """True pose + slow Gauss-Markov bias + small jitter, of an instant a little beside the picture's."""

    def __init__(
        self, view_at: Callable[[float], View], origin: Origin, size: PoseErrorSize, rng: np.random.Generator
    ) -> None:
        """`view_at` takes unix seconds. Without errors (`size` zero) telemetry is exact."""
        self._view_at, self._origin, self._rng = view_at, origin, rng
        self._error = PoseError(size, int(rng.integers(2**32)))
        self._noisy = size.gps_m > 0 or size.att_deg > 0
        self.clock_off_s = float(rng.normal(0, CLOCK_SIGMA_S)) if self._noisy else 0.0

    def pose_at(self, t_unix_s: float) -> CameraPose:
        """Ask in the order of time: the biases wander."""
        view = self._view_at(t_unix_s + self.clock_off_s)
        shift, turn = self._error.at(t_unix_s)
        if self._noisy:
            shift = shift + self._rng.normal(0, POSITION_JITTER_M, 3)
            turn = turn + self._rng.normal(0, ATTITUDE_JITTER_RAD, 3)
        x, y, z = view.position_m + shift
        lat, lon = self._origin.to_wgs84(float(x), float(y))
        return CameraPose(
            t_unix_s=t_unix_s,
            lat_deg=lat,
            lon_deg=lon,
            alt_amsl_m=float(z) + self._origin.alt_m,
            yaw_rad=view.yaw_rad + float(turn[0]),
            pitch_rad=view.pitch_rad + float(turn[1]),
            roll_rad=view.roll_rad + float(turn[2]),
            hfov_rad=HFOV_RAD,
        )


def believed(size: PoseErrorSize) -> PoseSigma:
    """What an installation with such telemetry tells the service of it."""
    metres, angle = max(size.gps_m, LEAST_SIGMA), max(math.radians(size.att_deg), LEAST_SIGMA)
    return PoseSigma(metres, metres, angle, angle, angle)
