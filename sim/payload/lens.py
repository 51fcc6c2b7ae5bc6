"""The zoom lens of a pinhole camera."""

import math

ZOOM_MAX = 10.0
STEP = 1.2
"""Factor of one zoom step."""


class Lens:
    """Focal length and fields of view; zoom 1 is the widest, `ZOOM_MAX` the longest."""

    def __init__(self, width_px: int, height_px: int, hfov_deg: float) -> None:
        """Raises ValueError when `hfov_deg` is not in (1, 170)."""
        if not 1 < hfov_deg < 170:
            raise ValueError(f"hfov {hfov_deg}: expected degrees between 1 and 170")
        self.width_px = width_px
        self.height_px = height_px
        self.zoom = 1.0
        self.rate = 0.0
        """Doublings a second while zooming continuously."""
        self._wide_focal_px = width_px / 2 / math.tan(math.radians(hfov_deg) / 2)

    @property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return self._wide_focal_px * self.zoom

    @property
    def hfov_deg(self) -> float:
        """Horizontal field of view."""
        return math.degrees(2 * math.atan(self.width_px / 2 / self.focal_px))

    @property
    def vfov_deg(self) -> float:
        """Vertical field of view."""
        return math.degrees(2 * math.atan(self.height_px / 2 / self.focal_px))

    @property
    def percent(self) -> float:
        """Zoom as a percentage of its range, linear in magnification."""
        return (self.zoom - 1) / (ZOOM_MAX - 1) * 100

    def set_zoom(self, zoom: float) -> None:
        """The nearest magnification the lens has."""
        self.zoom = max(1.0, min(ZOOM_MAX, zoom))

    def set_percent(self, percent: float) -> None:
        """Inverse of `percent`."""
        self.set_zoom(1 + percent / 100 * (ZOOM_MAX - 1))

    def set_hfov(self, hfov_deg: float) -> None:
        """The magnification whose horizontal field of view is nearest."""
        half = math.radians(max(0.1, min(170.0, hfov_deg))) / 2
        self.set_zoom(self.width_px / 2 / math.tan(half) / self._wide_focal_px)

    def advance(self, dt_s: float) -> bool:
        """Moves a continuous zoom on; True when the focal length changed."""
        before = self.zoom
        if self.rate:
            self.set_zoom(self.zoom * 2 ** (self.rate * dt_s))
        return self.zoom != before
