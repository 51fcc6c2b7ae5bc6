"""The colour of a vehicle, when its picture leaves no doubt: "white car" helps a driver know who is meant. Pure."""

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_PIXELS = 60
"""A vehicle smaller than this in the picture has no colour worth naming."""
INNER_SHARE = 0.5
"""Only the middle of the box is looked at: its corners show road."""
NEEDED_SHARE = 0.55
"""This much of the middle must have the colour; the rest is glass and shadow."""

_HUES = (("red", 0, 7), ("yellow", 18, 33), ("green", 40, 80), ("blue", 95, 128), ("red", 172, 180))
"""OpenCV's hue (degrees / 2). The gaps between are hues that people name differently."""


def vehicle_colour(image: NDArray[np.uint8], box: tuple[float, float, float, float]) -> str | None:
    """white, black, red, yellow, green or blue; None when in doubt. Grey is always in doubt: so are roads and shadows.

    `image` is (height, width, 3) BGR, `box` x0, y0, x1, y1 as shares of it.
    """
    height, width = image.shape[:2]
    centre_x, centre_y = (box[0] + box[2]) / 2 * width, (box[1] + box[3]) / 2 * height
    half_w, half_h = (box[2] - box[0]) * width * INNER_SHARE / 2, (box[3] - box[1]) * height * INNER_SHARE / 2
    x0, y0 = max(0, round(centre_x - half_w)), max(0, round(centre_y - half_h))
    middle = image[y0 : round(centre_y + half_h), x0 : round(centre_x + half_w)]
    if middle.shape[0] * middle.shape[1] < MIN_PIXELS:
        return None
    hue, saturation, value = cv2.split(cv2.cvtColor(middle, cv2.COLOR_BGR2HSV))
    chroma = saturation.astype(np.uint16) * value // 255
    vivid = (saturation >= 120) & (chroma >= 70)
    shares = {
        "white": float(np.mean((saturation <= 40) & (value >= 205))),
        "black": float(np.mean((value <= 55) & (chroma <= 22))),
    }
    for name, low, high in _HUES:
        shares[name] = shares.get(name, 0.0) + float(np.mean(vivid & (hue >= low) & (hue < high)))
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= NEEDED_SHARE else None
