"""Parts of the picture that road users hide: nothing there speaks for the map's paint or against it."""

import numpy as np
from numpy.typing import NDArray

from gcs.perception.registration.features import ROAD_CHANNEL, Atlas

Array = NDArray[np.float64]

NO_PAINT_TOLD, NO_SURFACE_TOLD = 64, 135
"""Feature values at which the log-likelihood ratios of `score` are about 0; paint below `refine.HIT` is no ridge."""


def hide(atlas: Atlas, boxes_px: Array) -> None:
    """Make an atlas say nothing inside (n, 4) boxes: left, top, right, bottom in pixels of the picture."""
    for channel, offsets in enumerate(atlas.offset):
        nothing = NO_SURFACE_TOLD if channel == ROAD_CHANNEL else NO_PAINT_TOLD
        for level, begin in enumerate(offsets):
            rows, columns = -(-atlas.height >> level), -(-atlas.width >> level)
            picture = atlas.pixels[begin : begin + rows, :columns]
            low = np.maximum(np.floor(boxes_px[:, :2] / 2**level), 0).astype(int)
            high = np.maximum(np.ceil(boxes_px[:, 2:] / 2**level), 0).astype(int)
            for (left, top), (right, bottom) in zip(low, high, strict=True):
                picture[top:bottom, left:right] = nothing


def covered(pixels: Array, boxes_px: Array) -> NDArray[np.bool_]:
    """(n,) which of (n, 2) pixels lie in one of (m, 4) boxes."""
    u, v = pixels[:, :1], pixels[:, 1:]
    left, top, right, bottom = boxes_px.T
    return np.asarray(((u >= left) & (u <= right) & (v >= top) & (v <= bottom)).any(axis=1))
