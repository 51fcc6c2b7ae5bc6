"""Follow the bias of one drone's telemetry over time: register now and then, predict in between."""

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gcs.perception.camera import Camera, PoseSigma
from gcs.perception.registration.paint import Paint
from gcs.perception.registration.pose import corrected
from gcs.perception.registration.register import (
    NOTHING_HIDDEN,
    SEARCH,
    SEARCH_HARD,
    TRACK,
    Effort,
    Prior,
    Registered,
    register,
)  # fmt: skip

Array = NDArray[np.float64]

TAU_S = 60.0
"""Biases of GPS, compass and gimbal wander: a first-order Gauss-Markov process with this time constant."""
PERIOD_S = 0.6
LOST_PERIOD_S = 3.0
"""Between searches when several failed: there may be no paint to be found."""
CHECK_EVERY = 5
"""Every so many registrations the followed pose is compared with lane-sized shifts again."""
MAP_SIGMA_M = 0.15
"""Errors of the map, which the formal covariance knows nothing of."""
MAX_BAD = 3
MAX_UNSEEN_S = 5.0
"""Without paint for longer the bias has wandered too far to be followed: it is searched for again, and checked."""
MAX_GAP_S = 120.0


class Attempt(Protocol):
    """Registers the picture at hand."""

    def __call__(self, prior: Prior, effort: Effort, check: bool = True) -> Registered | None:
        """As `register`."""


class Follower:
    """Kalman filter on the six biases of a pose, in the order of `Camera.pose_jacobian`.

    What the lines can't see (the shift along a straight road) stays at the telemetry's own error.
    """

    def __init__(self, paint: Paint, sigma: PoseSigma, jitter: PoseSigma) -> None:
        self.locked = False
        self.doubt = "no picture yet"
        """Why the pose doesn't follow the paint; '' while it does."""
        self.bias: Array = np.zeros(6)
        self._paint, self._stationary, self._jitter = paint, sigma.covariance(), jitter.covariance()
        self._covariance = self._stationary
        self._t_unix_s: float | None = None
        self._next_unix_s = self._believed_unix_s = -math.inf
        self._bad = self._count = 0
        self._hit = self._hit_dashed = 0.0
        self._rng = np.random.default_rng(0)

    @property
    def covariance(self) -> Array:
        """(6, 6) of the corrected pose: bias, frame-to-frame noise and map."""
        of_map = np.zeros((6, 6))
        if self.locked:
            of_map[0, 0] = of_map[1, 1] = MAP_SIGMA_M**2
        return np.asarray(self._covariance + self._jitter + of_map)

    def due(self, t_unix_s: float) -> bool:
        """Whether the picture of this capture time should be registered."""
        return t_unix_s >= self._next_unix_s or t_unix_s < self._next_unix_s - 2 * LOST_PERIOD_S

    def predict(self, t_unix_s: float) -> None:
        """Let the bias wander until a capture time; a clock that jumped starts anew."""
        dt = 0.0 if self._t_unix_s is None else t_unix_s - self._t_unix_s
        self._t_unix_s = t_unix_s
        if not 0.0 <= dt <= MAX_GAP_S:
            self._lose("pictures or telemetry were missing")
            return
        if self.locked and t_unix_s - self._believed_unix_s > MAX_UNSEEN_S:
            self.locked, self.doubt = False, f"no paint seen for {MAX_UNSEEN_S:.0f} s"
        keep = math.exp(-dt / TAU_S)
        self.bias = keep * self.bias
        self._covariance = keep**2 * self._covariance + (1 - keep**2) * self._stationary

    def learn(
        self, image: NDArray[np.uint8], camera: Camera, t_unix_s: float, hidden_px: Array = NOTHING_HIDDEN
    ) -> Registered | None:
        """Register a picture taken by `camera` (as telemetry tells it) and take in what it says, if it is believed.

        Call `predict` for its capture time before. `hidden_px` are the (n, 4) boxes of road users.
        """
        check = not self.locked or self._count % CHECK_EVERY == 0
        self._count += 1

        def attempt(prior: Prior, effort: Effort, check: bool = True) -> Registered | None:
            return register(image, camera, self._paint, prior, self._rng, effort, check, hidden_px)

        found = self._follow(attempt, check) if self.locked else self._search(attempt)
        if found is None:
            self.doubt = "" if self.locked else "too little of the road map's paint is in view"
        else:
            believed = self._believes(found, check)
            self._remember(found)
            if believed:
                self._take_in(found, t_unix_s)
            else:
                self._bad += 1
                if self._bad >= MAX_BAD:
                    self._lose(found.doubt or "fewer lines are seen than before")
                elif not self.locked:
                    self.doubt = found.doubt
        slow = not self.locked and (found is None or self._bad > 0)
        self._next_unix_s = t_unix_s + (LOST_PERIOD_S if slow else PERIOD_S)
        return found

    def _search(self, attempt: Attempt) -> Registered | None:
        """Look everywhere the telemetry may be wrong; once also harder, when the first answer is in doubt."""
        prior = Prior(self.bias, self._covariance + self._jitter)
        found = attempt(prior, SEARCH)
        if found is not None and not found.confident and self._bad == 0:
            harder = attempt(prior, SEARCH_HARD)
            if harder is not None and harder.score > found.score:
                return harder
        return found

    def _follow(self, attempt: Attempt, check: bool) -> Registered | None:
        found = attempt(Prior(self.bias, self._covariance + self._jitter), TRACK, check)
        if found is not None and (found.hit < 0.8 * self._hit or found.hit_dashed < 0.6 * self._hit_dashed):
            # Support fell: the pose may have jumped further than the noise allows.
            other = attempt(Prior(self.bias, self._covariance + 9 * self._jitter), SEARCH)
            if other is not None and other.hit + other.hit_dashed > found.hit + found.hit_dashed:
                return other
        return found

    def _believes(self, found: Registered, checked: bool) -> bool:
        if checked and not found.confident:
            return False
        if not self.locked:
            return True
        sharp = found.hit > 0.35 and found.side_sigma_m < 0.4 and found.hits > 25
        return sharp and found.hit > 0.6 * self._hit and found.hit_dashed > 0.4 * self._hit_dashed

    def _remember(self, found: Registered) -> None:
        """How well lines are usually seen, to notice when they no longer are."""
        gain = 0.1 if self._hit else 1.0
        self._hit += gain * (found.hit - self._hit)
        self._hit_dashed += gain * (found.hit_dashed - self._hit_dashed)

    def _take_in(self, found: Registered, t_unix_s: float) -> None:
        """`found` fuses the prediction (bias and this frame's noise) with the picture; split the noise off again."""
        if self.locked:
            predicted = self._covariance + self._jitter
            gain = self._covariance @ np.linalg.inv(predicted)
            self.bias = self.bias + gain @ (found.theta - self.bias)
            self._covariance = self._covariance - gain @ (predicted - found.covariance) @ gain.T
        else:
            self.bias, self._covariance = found.theta, found.covariance + self._jitter
        self.locked, self.doubt, self._bad = True, "", 0
        self._believed_unix_s = t_unix_s

    def _lose(self, why: str) -> None:
        self.locked, self.doubt, self._bad = False, why, 1
        self.bias, self._covariance = np.zeros(6), self._stationary
        self._hit = self._hit_dashed = 0.0


def moved(places_m: Array, camera: Camera, before: Array, after: Array) -> Array:
    """(n, 2) ground places, told with one bias of the camera's pose, as another bias puts them."""
    ground = np.concatenate([places_m, np.zeros((len(places_m), 1))], axis=1)
    return corrected(camera, after).to_ground(corrected(camera, before).project(ground))
