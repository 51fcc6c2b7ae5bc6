"""What surrounds a YOLO network: fitting a picture into its input, reading boxes out of its output."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gcs.perception.types import CLASSES, Detection, RoadUserClass

PADDING = 114
NMS_IOU = 0.5
ALIASES: Mapping[str, RoadUserClass] = {"person": "pedestrian", "motorcycle": "motor", "motorbike": "motor"}
"""Names of other data sets (COCO) for VisDrone's classes."""
GROUPS: tuple[frozenset[str], ...] = (
    frozenset({"car", "van", "truck", "bus"}),
    frozenset({"bicycle", "motor", "tricycle", "awning-tricycle"}),
    frozenset({"pedestrian", "people"}),
)
"""One thing is never two of a group: boxes suppress each other within it, whatever class they claim."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture was laid into the network's input: input pixel = scale * picture pixel + offset."""

    scale: float
    dx: float
    dy: float
    width: int
    """Of the picture."""
    height: int


def letterbox(image: NDArray[np.uint8], into: NDArray[np.uint8]) -> Fit:
    """Lay a (h, w, 3) BGR or (h, w) grey picture centred into `into` (H, W, 3), keeping its aspect.

    Raises ValueError for anything else.
    """
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise ValueError(f"a picture of shape {image.shape} and type {image.dtype} is no BGR or grey picture")
    height, width = image.shape[:2]
    rows, columns = into.shape[:2]
    scale = min(columns / width, rows / height)
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (columns - w) // 2, (rows - h) // 2
    if (w, h) != (columns, rows):
        into[:] = PADDING
    shrink = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    into[top : top + h, left : left + w] = cv2.resize(image, (w, h), interpolation=shrink)
    return Fit(scale, left, top, width, height)


def known_classes(names: Mapping[int, str]) -> list[RoadUserClass | None]:
    """The class of each output channel; None for what is no road user. Raises ValueError when none is."""
    by_name: dict[str, RoadUserClass] = {cls: cls for cls in CLASSES} | dict(ALIASES)
    classes = [by_name.get(names[i]) for i in sorted(names)]
    if not any(classes):
        raise ValueError(f"the model knows no road user: {', '.join(names.values())}")
    return classes


def boxes_of(
    output: NDArray[np.float32], classes: list[RoadUserClass | None], fit: Fit, min_score: float
) -> list[Detection]:
    """The detections in a (4 + classes, n) output, in pixels of the picture, best first; suppressed within GROUPS."""
    if output.shape[0] != 4 + len(classes):
        raise ValueError(f"an output of shape {output.shape} does not fit {len(classes)} classes")
    known = np.array([c is not None for c in classes])
    scores = output[4:][known]
    number = np.flatnonzero(known)[scores.argmax(0)]
    best = scores.max(0)
    keep = best >= min_score
    if not keep.any():
        return []
    cx, cy, w, h = output[:4, keep]
    best, number = best[keep], number[keep]
    group_of = np.array([next((g for g, names in enumerate(GROUPS) if c in names), -1) for c in classes])
    corners = np.stack([cx - w / 2, cy - h / 2, w, h], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(corners.tolist(), best.tolist(), group_of[number].tolist(), min_score, NMS_IOU)
    found = []
    for i in np.asarray(kept, dtype=int).ravel():
        cls = classes[number[i]]
        x0, y0 = (corners[i, 0] - fit.dx) / fit.scale, (corners[i, 1] - fit.dy) / fit.scale
        x1, y1 = x0 + w[i] / fit.scale, y0 + h[i] / fit.scale
        x0, x1 = (float(np.clip(x, 0, fit.width)) for x in (x0, x1))
        y0, y1 = (float(np.clip(y, 0, fit.height)) for y in (y0, y1))
        if cls is not None and x1 - x0 >= 1 and y1 - y0 >= 1:
            found.append(Detection(cls, float(best[i]), x0, y0, x1, y1))
    return sorted(found, key=lambda d: -d.score)
