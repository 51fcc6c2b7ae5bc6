"""How well a corrected pose explains the picture, for thousands of corrections at once."""

import numpy as np
from numpy.typing import NDArray

from gcs.perception.camera import Camera
from gcs.perception.registration.features import CHANNEL_OF_KIND, Atlas
from gcs.perception.registration.pose import turns
from gcs.perception.registration.view import View

Array = NDArray[np.float64]

#                      solid dashed yellow road  land
IF_ABSENT = np.array([-1.5, -0.4, -0.7, -1.0, 1.2], dtype=np.float32)
IF_PRESENT = np.array([2.8, 2.0, 2.5, 0.8, -1.2], dtype=np.float32)
"""Log-likelihood ratio of a point by what its feature says, for each kind of paint: measured on renders and pictures.

A dashed line is mostly gap; asphalt where land is expected speaks against the pose.
"""
TEMPER = 0.10
"""Neighbouring points of a line fail or succeed together, so that each counts as a tenth."""


def score(
    theta: Array, camera: Camera, view: View, atlas: Atlas, some: NDArray[np.int64] | None = None
) -> NDArray[np.float32]:
    """(n,) tempered log-likelihood ratios of (n, 6) corrections; `some` picks points to save time."""
    pick = np.arange(len(view.kind)) if some is None else some
    kind, level = view.kind[pick], view.level[pick]
    centre = camera.position_m + theta[:, :3]
    rotation = turns(camera, theta)
    matrix = np.concatenate([rotation, np.einsum("nij,nj->ni", rotation, camera.position_m - centre)[:, :, None]], 2)
    matrix[:, :2] *= camera.focal_px
    local = np.concatenate([view.points_m[pick] - camera.position_m, np.ones((len(pick), 1))], axis=1)
    x = (matrix.reshape(-1, 4).astype(np.float32) @ local.T.astype(np.float32)).reshape(len(theta), 3, -1)
    nearness = 1.0 / np.maximum(x[:, 2], 1.0)
    u = x[:, 0] * nearness + np.float32(atlas.width / 2 - 0.5)
    v = x[:, 1] * nearness + np.float32(atlas.height / 2 - 0.5)
    inside = (u >= 0) & (u < atlas.width - 1) & (v >= 0) & (v < atlas.height - 1) & (x[:, 2] > 1)
    shrink = (0.5**level).astype(np.float32)
    column = np.minimum((u * shrink + 0.5).astype(np.int32), (atlas.width * shrink).astype(np.int32) - 1)
    row = np.minimum((v * shrink + 0.5).astype(np.int32), (atlas.height * shrink).astype(np.int32) - 1)
    row += atlas.offset[CHANNEL_OF_KIND[kind], level].astype(np.int32)
    feature = atlas.pixels.ravel().take(np.where(inside, row * atlas.width + column, 0))
    weight = view.weight[pick].astype(np.float32)
    told = IF_ABSENT[kind] * weight + feature * ((IF_PRESENT - IF_ABSENT)[kind] * weight / np.float32(255))
    told[~inside] = 0
    return np.asarray(TEMPER * told.sum(axis=1) * (len(view.kind) / len(pick)), dtype=np.float32)
