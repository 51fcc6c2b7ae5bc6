"""Where the picture has paint: ridges across the direction the road should have, and asphalt against land.

Yellow paint vanishes in the blue channel, so white lines are looked for there and yellow ones in (R + G) / 2 - B. Each
answer is scaled by the contrast found near the road, so that a shaded road gives as much as a sunny one.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gcs.perception.registration.paint import DASHED, LAND, ROAD, SOLID, YELLOW
from gcs.perception.registration.view import LEVELS, View

Array = NDArray[np.float32]
Bytes = NDArray[np.uint8]

WHITE_CHANNEL, YELLOW_CHANNEL, ROAD_CHANNEL = range(3)
CHANNEL_OF_KIND = np.zeros(5, dtype=np.int64)
CHANNEL_OF_KIND[[SOLID, DASHED, YELLOW, ROAD, LAND]] = (
    WHITE_CHANNEL, WHITE_CHANNEL, YELLOW_CHANNEL, ROAD_CHANNEL, ROAD_CHANNEL,
)  # fmt: skip
ROAD_LEVEL = 2
BEND, SMOOTH, SLOPE = (np.array(k, np.float32) for k in ([1, -2, 1], [0.25, 0.5, 0.25], [-0.5, 0, 0.5]))
GRID = (36, 64)
"""Rows and columns of the coarse field of expected directions."""
NEAR_CELLS, WIDE_CELLS = 2.5, 6.0
BOX_MARGIN_PX = 80.0


@dataclass(frozen=True, slots=True)
class Atlas:
    """All feature pictures in one, stacked: 255 is the clearest paint (or asphalt), 0 none."""

    pixels: Bytes
    """(rows, width)."""
    offset: NDArray[np.int64]
    """(3 channels, LEVELS) first row of each picture."""
    width: int
    height: int

    def tolerant(self) -> "Atlas":
        """A copy in which paint one or two pixels of its level away counts 80 and 60 %: map and lens are not exact."""
        near = cv2.dilate(self.pixels, np.ones((3, 3), np.uint8))
        far = cv2.dilate(near, np.ones((3, 3), np.uint8))
        wide = np.maximum(
            self.pixels, np.maximum(cv2.convertScaleAbs(near, alpha=0.8), cv2.convertScaleAbs(far, alpha=0.6))
        )
        rows = slice(self.offset[ROAD_CHANNEL, ROAD_LEVEL], None)
        wide[rows] = self.pixels[rows]
        return Atlas(wide, self.offset, self.width, self.height)


def atlas_of(image: Bytes, view: View) -> Atlas:
    """Features of a (height, width, 3) BGR picture, for the points of `view`."""
    height, width = image.shape[:2]
    sizes = [-(-height // 2**level) for level in range(LEVELS)] * 3
    offset = np.concatenate([[0], np.cumsum(sizes)])
    atlas = Atlas(np.zeros((offset[-1], width), np.uint8), offset[:-1].reshape(3, LEVELS), width, height)
    cos2, sin2, distance = _expected(view, width, height)
    rows, columns = _box(view, width, height)
    blue, green, red = cv2.split(image)
    yellowness = cv2.subtract(cv2.addWeighted(red, 0.5, green, 0.5, 64), blue)
    fields = [
        np.ascontiguousarray(cv2.resize(field, (width, height), interpolation=how)[rows, columns])
        for field, how in (
            (cos2, cv2.INTER_LINEAR), (sin2, cv2.INTER_LINEAR),
            ((distance < NEAR_CELLS).astype(np.uint8), cv2.INTER_NEAREST),
        )
    ]  # fmt: skip
    for channel, picture in ((WHITE_CHANNEL, blue), (YELLOW_CHANNEL, yellowness)):
        _ridges(atlas, channel, picture[rows, columns], fields, view, (rows.start, columns.start))
    _asphalt(atlas, yellowness, distance)
    return atlas


def _expected(view: View, width: int, height: int) -> tuple[Array, Array, Array]:
    """Coarse fields: cosine and sine of twice the direction across the nearest line; distance to it in cells."""
    rows, columns = GRID
    lines = view.lines
    column = np.clip(view.pixels[lines, 0] * columns / width, 0, columns - 1).astype(int)
    row = np.clip(view.pixels[lines, 1] * rows / height, 0, rows - 1).astype(int)
    double = 2 * np.arctan2(view.normals[lines, 1], view.normals[lines, 0])
    cos2, sin2 = np.zeros(GRID, np.float32), np.zeros(GRID, np.float32)
    np.add.at(cos2, (row, column), np.cos(double))
    np.add.at(sin2, (row, column), np.sin(double))
    seed = np.full(GRID, 255, np.uint8)
    seed[row, column] = 0
    distance, label = cv2.distanceTransformWithLabels(seed, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    cell_of_label = np.zeros(label.max() + 1, dtype=int)
    cells = np.flatnonzero(seed.ravel() == 0)
    cell_of_label[label.ravel()[cells]] = cells
    nearest = cell_of_label[label]
    cos2, sin2 = cos2.ravel()[nearest], sin2.ravel()[nearest]
    length = np.hypot(cos2, sin2) + 1e-6
    return cv2.GaussianBlur(cos2 / length, (0, 0), 1), cv2.GaussianBlur(sin2 / length, (0, 0), 1), distance


def _box(view: View, width: int, height: int) -> tuple[slice, slice]:
    """The part of the picture that can hold the road; begins at multiples of 16 so that all levels align."""
    low = np.maximum(view.pixels.min(axis=0) - BOX_MARGIN_PX, 0).astype(int) // 16 * 16
    high = np.minimum(view.pixels.max(axis=0) + BOX_MARGIN_PX, (width, height)).astype(int)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _ridges(
    atlas: Atlas, channel: int, picture: Bytes, fields: list[Array], view: View, begin: tuple[int, int]
) -> None:
    """Second derivative across the expected direction, less what curves along it (spots, edges of vehicles)."""
    cos2, sin2, near = fields
    current = cv2.GaussianBlur(picture, (0, 0), 0.8).astype(np.float32)
    mine = view.lines & (CHANNEL_OF_KIND[view.kind] == channel)
    for level in range(LEVELS):
        if (mine & (view.level >= level)).sum() < 3:
            break
        if level:
            current = cv2.pyrDown(current)
            size = current.shape[1], current.shape[0]
            cos2, sin2, near = (cv2.resize(f, size, interpolation=cv2.INTER_NEAREST) for f in (cos2, sin2, near))
        if (mine & (view.level == level)).sum() < 3:
            continue
        xx, yy = cv2.sepFilter2D(current, -1, BEND, SMOOTH), cv2.sepFilter2D(current, -1, SMOOTH, BEND)
        xy = cv2.sepFilter2D(current, -1, SLOPE, SLOPE)
        mean = cv2.addWeighted(xx, 0.5, yy, 0.5, 0)
        turned = cv2.add(cv2.multiply(cv2.subtract(xx, yy), cos2, scale=0.5), cv2.multiply(xy, sin2))
        across, along = cv2.add(mean, turned), cv2.absdiff(mean, turned)
        thin = slice(None, None, max(1, 4 >> level))
        sample = (-across - 0.7 * along)[thin, thin][near[thin, thin] > 0]
        contrast = _contrast(sample)
        answer = cv2.addWeighted(across, -255 / contrast, along, -0.7 * 255 / contrast, 0, dtype=cv2.CV_8U)
        top, left = begin[0] >> level, begin[1] >> level
        rows = min(answer.shape[0], -(-atlas.height // 2**level) - top)
        columns = min(answer.shape[1], atlas.width - left)
        at = atlas.offset[channel, level] + top
        atlas.pixels[at : at + rows, left : left + columns] = answer[:rows, :columns]


def _contrast(sample: Array) -> float:
    """The ridge strength that counts as full: half of what the best fortieth shows, but clearly above the noise."""
    if len(sample) <= 50:
        return 4.0
    noise = 1.4826 * float(np.median(np.abs(sample)))
    return max(0.5 * float(np.percentile(sample, 97.5)), 3.5 * noise, 1.2)


def _asphalt(atlas: Atlas, yellowness: Bytes, distance: Array) -> None:
    """Grey against yellow or green, split in two by Otsu's threshold near the road."""
    width, height = atlas.width // 4, atlas.height // 4
    small = cv2.blur(cv2.resize(yellowness, (width, height), interpolation=cv2.INTER_AREA), (3, 3))
    wide = (distance < WIDE_CELLS).astype(np.uint8)
    mask = cv2.resize(wide, (width, height), interpolation=cv2.INTER_NEAREST) > 0
    sample = small[mask]
    if len(sample) <= 50:
        return
    threshold, _ = cv2.threshold(sample.reshape(-1, 1), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    low, high = sample[sample <= threshold], sample[sample > threshold]
    grey, land = (float(part.mean()) if len(part) else 0.0 for part in (low, high))
    at = atlas.offset[ROAD_CHANNEL, ROAD_LEVEL]
    if len(low) and land - grey > 6:
        answer = np.clip(255 * (land - small.astype(np.float32)) / (land - grey), 0, 255)
        atlas.pixels[at : at + height, :width] = answer.astype(np.uint8)
    else:  # no telling them apart: neither for nor against
        atlas.pixels[at : at + height, :width] = 127
