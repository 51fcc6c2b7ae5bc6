"""The evidence still: the frame that made the rule fire, the road user boxed, place and capture time below."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

JPEG_QUALITY = 90
RED_BGR = (40, 40, 235)
STRIP_SHARE = 0.045
"""Height of the caption strip, as a share of the picture's width."""


class Still(Protocol):
    """A picture and when it was taken; a video frame is one."""

    @property
    def image(self) -> NDArray[np.uint8]:
        """(height, width, 3), BGR."""

    @property
    def t_capture_unix_s(self) -> float:
        """Capture time."""


def still_path(data_dir: Path, incident_id: int) -> Path:
    """Where an incident's still lies."""
    return data_dir / "incidents" / str(incident_id) / "still.jpg"


def render_still(still: Still, box: tuple[float, float, float, float], caption: str) -> bytes:
    """The JPEG: the picture with `box` (x0, y0, x1, y1 as shares) drawn around the road user, and a strip below it.

    The strip is added under the picture, not over it: nothing of the evidence is covered. `caption` is ASCII.
    Raises ValueError when the picture is not (height, width, 3).
    """
    image = still.image
    if image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"still: expected (height, width, 3), got {image.shape}")
    height, width = image.shape[:2]
    strip = max(24, round(width * STRIP_SHARE))
    canvas = np.zeros((height + strip, width, 3), np.uint8)
    canvas[:height] = image
    margin = max(3, width // 320)  # the line must not cover the vehicle it points at
    x0, y0 = round(box[0] * width) - margin, round(box[1] * height) - margin
    x1, y1 = round(box[2] * width) + margin, round(box[3] * height) + margin
    cv2.rectangle(canvas[:height], (x0, y0), (x1, y1), RED_BGR, max(2, width // 640), cv2.LINE_AA)
    line = f"{utc_text(still.t_capture_unix_s)}  {caption}"
    scale = min(strip / 40, 0.97 * width / cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 1)[0][0])
    at = (round(width * 0.012), height + round(strip * 0.68))
    cv2.putText(canvas, line, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 1, cv2.LINE_AA)
    _, jpeg = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return jpeg.tobytes()


def utc_text(t_unix_s: float) -> str:
    """2026-03-01 08:15:02.123 UTC."""
    return f"{datetime.fromtimestamp(t_unix_s, UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC"


def write_atomically(path: Path, data: bytes) -> str:
    """Write all of the file or nothing of it, even through a power cut; returns the SHA-256. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return hashlib.sha256(data).hexdigest()
