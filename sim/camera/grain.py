"""The one texture: four tileable channels of noise for asphalt, soil, leaves and wear."""

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = 512
CHANNEL_OCTAVES = ((4, 9), (2, 8), (3, 9), (2, 6))
"""First and last octave (as powers of two cells across) of each channel: fine grain first, broad blotches last."""


def grain(seed: int = 7) -> NDArray[np.uint8]:
    """(512, 512, 4) noise, each channel stretched over 0..255 with mean near the middle."""
    rng = np.random.default_rng(seed)
    return np.stack([_fractal(rng, first, last) for first, last in CHANNEL_OCTAVES], axis=2)


def _fractal(rng: np.random.Generator, first: int, last: int) -> NDArray[np.uint8]:
    total = np.zeros((SIZE, SIZE), np.float32)
    for octave in range(first, last + 1):
        cells = 2**octave
        coarse = np.pad(rng.random((cells, cells), dtype=np.float32), 2, mode="wrap")
        scale = SIZE // cells
        fine = cv2.resize(coarse, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        total += fine[2 * scale : 2 * scale + SIZE, 2 * scale : 2 * scale + SIZE] * 0.62 ** (octave - first)
    low, high = np.percentile(total, [1, 99])
    return np.clip((total - low) / (high - low) * 255, 0, 255).astype(np.uint8)
