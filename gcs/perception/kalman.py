"""A Kalman filter for many road users at once: constant velocity on the plane, white acceleration."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ACCELERATION_MPS2 = 1.5
"""Standard deviation of the acceleration along each axis; braking hard is 6, cruising 0.5."""


def predict(state: Array, covariance: Array, dt_s: float) -> tuple[Array, Array]:
    """(n, 4) x, y, vx, vy in ENU metres and (n, 4, 4) -> the same `dt_s` later.

    Discretised white noise acceleration, Bar-Shalom, Li and Kirubarajan 2001, eq. 6.2.2-12.
    """
    f = np.eye(4)
    f[0, 2] = f[1, 3] = dt_s
    q = np.zeros((4, 4))
    q[:2, :2] = np.eye(2) * dt_s**3 / 3
    q[:2, 2:] = q[2:, :2] = np.eye(2) * dt_s**2 / 2
    q[2:, 2:] = np.eye(2) * dt_s
    return state @ f.T, f @ covariance @ f.T + ACCELERATION_MPS2**2 * q


def distances(state: Array, covariance: Array, places: Array, noise: Array) -> Array:
    """(n tracks, m places) squared Mahalanobis distance of (m, 2) places with (m, 2, 2) noise from the predictions."""
    gap = places[None] - state[:, None, :2]
    spread = covariance[:, None, :2, :2] + noise[None]
    return np.asarray(np.einsum("nmi,nmi->nm", gap, np.linalg.solve(spread, gap[..., None])[..., 0]))


def update(state: Array, covariance: Array, places: Array, noise: Array) -> tuple[Array, Array]:
    """Take in one place for each of the n tracks."""
    gain = np.linalg.solve(covariance[:, :2, :2] + noise, covariance[:, :2]).transpose(0, 2, 1)
    better = state + np.einsum("nij,nj->ni", gain, places - state[:, :2])
    shrunk = covariance - gain @ covariance[:, :2]
    return better, (shrunk + shrunk.transpose(0, 2, 1)) / 2
