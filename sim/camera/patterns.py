"""Baked, tileable textures: one lookup a pixel is all that a software rasteriser can afford."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

LAND_PX, LAND_M = 1024, 224.0
ROAD_PX, ROAD_M = (1024, 64), (128.0, 4.0)
"""(along, across) a lane."""
APRON_PX, APRON_M = 512, 48.0
PAINT_PX, PAINT_M = 256, 24.0
LEAF_PX, LEAF_M = 256, 9.0


def land() -> NDArray[np.uint8]:
    """(n, n, 4) soil, dry grass and lush grass; linear RGB times 512."""
    rng = np.random.default_rng(11)
    broad, mid, fine = noise(rng, LAND_PX, 2, 5, 0.55), noise(rng, LAND_PX, 4, 8, 0.7), noise(rng, LAND_PX, 7, 10, 0.9)
    lush = _step(broad * 0.62 + mid * 0.38, 0.40, 0.60)[..., None]
    soil = _mix((0.215, 0.180, 0.125), (0.165, 0.145, 0.098), mid)
    grass = _mix((0.050, 0.072, 0.026), (0.125, 0.128, 0.055), mid * 0.45 + fine * 0.55)
    colour = (soil * (1 - lush) + grass * lush) * (0.72 + 0.5 * fine[..., None])
    return _rgba(colour * 2.0)


def road() -> NDArray[np.uint8]:
    """(along, across, 4) wear of a lane: wheel tracks, oil, patches, grain; 128 leaves a tint as it is."""
    rng = np.random.default_rng(12)
    along, across = ROAD_PX
    fine = noise(rng, along, 7, 10, 0.9)[:, :across]
    fine = np.ascontiguousarray(fine)
    streak = cv2.resize(rng.random((24, across)).astype(np.float32), (across, along), interpolation=cv2.INTER_CUBIC)
    broad = cv2.resize(rng.random((10, 4)).astype(np.float32), (across, along), interpolation=cv2.INTER_CUBIC)
    v = (np.arange(across) + 0.5) / across * ROAD_M[1] - ROAD_M[1] / 2
    worn = 0.09 * np.exp(-((np.abs(v) - 0.85) ** 2) * 7.0) + 0.06 * np.exp(-(v**2) * 6.0)
    level = 0.80 + 0.16 * fine + 0.13 * streak + 0.16 * broad - worn
    return _rgba(_grey(level) * 0.5)


def apron() -> NDArray[np.uint8]:
    """Asphalt without tracks: junctions, verges, pavements; 128 leaves a tint as it is."""
    rng = np.random.default_rng(13)
    level = 0.76 + 0.2 * noise(rng, APRON_PX, 7, 9, 0.9) + 0.28 * noise(rng, APRON_PX, 2, 6, 0.6)
    return _rgba(_grey(level) * 0.5)


def paint() -> NDArray[np.uint8]:
    """Wear of road paint; 255 is unworn."""
    rng = np.random.default_rng(14)
    worn = _step(noise(rng, PAINT_PX, 4, 8, 0.8), 0.05, 0.5)
    return _rgba(_grey(0.62 + 0.38 * worn))


def leaves() -> NDArray[np.uint8]:
    """Light and dark of foliage; 128 leaves a tint as it is."""
    rng = np.random.default_rng(15)
    level = 0.35 + 0.9 * noise(rng, LEAF_PX, 4, 8, 0.95) + 0.4 * noise(rng, LEAF_PX, 2, 4, 0.6)
    return _rgba(_grey(level) * 0.5)


def noise(rng: np.random.Generator, size: int, first: int, last: int, keep: float) -> Image:
    """(size, size) tileable noise over 0..1 of octaves 2**first .. 2**last cells across, each `keep` as strong."""
    total = np.zeros((2**first, 2**first), np.float32)
    for octave in range(first, last + 1):
        total = _enlarged(total, 2**octave) + rng.random((2**octave, 2**octave), np.float32) * keep ** (octave - first)
    total = _enlarged(total, size)
    low, high = np.percentile(total[::4, ::4], [1, 99])
    return np.asarray(np.clip((total - low) / (high - low), 0, 1), np.float32)


def _enlarged(tile: Image, size: int) -> Image:
    """The tile at a larger size, still tileable."""
    scale = size // len(tile)
    if scale == 1:
        return tile
    padded = np.pad(tile, 2, mode="wrap")
    fine = cv2.resize(padded, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine[2 * scale : 2 * scale + size, 2 * scale : 2 * scale + size], np.float32)


def _step(x: Image, low: float, high: float) -> Image:
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _mix(a: tuple[float, ...], b: tuple[float, ...], t: Image) -> Image:
    low, high = np.array(a, np.float32), np.array(b, np.float32)
    return low + (high - low) * t[..., None]


def _grey(level: Image) -> Image:
    return np.repeat(level[..., None], 3, axis=2)


def _rgba(colour: Image) -> NDArray[np.uint8]:
    out = np.full((*colour.shape[:2], 4), 255, np.uint8)
    out[..., :3] = np.clip(colour * 255, 0, 255)
    return out
