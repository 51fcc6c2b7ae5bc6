"""What really happened, which of it the camera showed, and which road user of the service is which of SUMO's."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from gcs.perception.types import RoadUser
from sim.camera.labels import Label
from sim.world.events import Truth
from sim.world.roads import load_lanes
from sim.world.snapshot import RoadUserState

IN_VIEW_SHARE = 0.5
IN_VIEW_PX = 16.0
"""A road user is in view when half of it shows, and its box's longer side is so long in a picture 1280 wide..."""
SHOWN_PX = 8.0
"""It shows already when it is half as large and the border cuts it: the time to detect counts from there."""
BORDER_PX = 1.0
"""...and no edge of its box lies on the picture's border."""
SAME_IOU = 0.3
"""Boxes that overlap less are not of the same road user."""
STANDING_EVENTS = frozenset({"emergency_lane_occupancy", "accident", "illegal_parking"})
"""These are in view only while their road user stands: not while it drives off."""
STANDING_MPS = 1.0
BLINK_S = 1.0
"""Out of view for no longer than this is still in view."""

STAGES = ("in_view", "tracked", "lane_stated", "lane_right")


@dataclass(slots=True)
class Episode:
    """One real event. Times are seconds of flight; an event may have begun before."""

    event: str
    user: str
    lane_id: str
    start_s: float
    end_s: float = math.inf
    seen_s: list[float] = field(default_factory=list)
    """Times of the pictures with it in view."""
    shown_s: float = math.inf
    """When it first showed."""
    pictures: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    """How many of them each stage of seeing got through: what a miss failed at."""

    def lasts_at(self, t_s: float) -> bool:
        """Whether it goes on then."""
        return self.start_s <= t_s <= self.end_s

    def spells(self) -> list[tuple[float, float]]:
        """(from, to) of each unbroken time in view."""
        found: list[tuple[float, float]] = []
        for t in self.seen_s:
            if found and t - found[-1][1] <= BLINK_S:
                found[-1] = (found[-1][0], t)
            else:
                found.append((t, t))
        return found

    def in_view_s(self) -> float:
        """The longest unbroken time in view."""
        return max((last - first for first, last in self.spells()), default=0.0)


class TruthLog:
    """Collects what SUMO's events tell and what the pictures show of it."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []

    def take(self, told: Iterable[Truth], t_s: float) -> None:
        """What began or ended at `t_s`."""
        for truth in told:
            if truth.phase == "start":
                self.episodes.append(Episode(truth.event, truth.user, truth.lane_id, t_s))
                continue
            for episode in self.episodes:
                if (episode.event, episode.user) == (truth.event, truth.user) and math.isinf(episode.end_s):
                    episode.end_s = t_s

    def see(
        self,
        labels: Mapping[str, Label],
        users: Mapping[str, RoadUserState],
        t_s: float,
        size_px: tuple[int, int],
    ) -> list[Episode]:
        """The episodes that a picture taken at `t_s` shows; `labels` and `users` by road user."""
        shown = []
        for episode in self.episodes:
            label = labels.get(episode.user)
            if label is None or not episode.lasts_at(t_s) or not shows(label, size_px):
                continue
            if episode.event in STANDING_EVENTS and users[episode.user].speed_mps >= STANDING_MPS:
                continue
            episode.shown_s = min(episode.shown_s, t_s)
            if in_view(label, size_px):
                episode.seen_s.append(t_s)
                shown.append(episode)
        return shown


def shows(label: Label, size_px: tuple[int, int]) -> bool:
    """Whether there is anything of a road user that could be recognised."""
    return label.visible_fraction >= IN_VIEW_SHARE and _longer_px(label, size_px) >= SHOWN_PX


def in_view(label: Label, size_px: tuple[int, int]) -> bool:
    """Whether a road user shows well enough that the service should know of it."""
    width, height = size_px
    whole = min(label.x0, label.y0) > BORDER_PX and label.x1 < width - BORDER_PX and label.y1 < height - BORDER_PX
    return whole and label.visible_fraction >= IN_VIEW_SHARE and _longer_px(label, size_px) >= IN_VIEW_PX


def _longer_px(label: Label, size_px: tuple[int, int]) -> float:
    """The longer side of its box, had the picture been 1280 wide."""
    return max(label.x1 - label.x0, label.y1 - label.y0) * 1280 / size_px[0]


def identify(users: Sequence[RoadUser], labels: Sequence[Label], size_px: tuple[int, int]) -> dict[int, Label]:
    """track_id -> label, by the overlap of their boxes; only for road users observed in the picture."""
    seen = [user for user in users if user.observed]
    if not seen or not labels:
        return {}
    scale = np.array([*size_px, *size_px], float)
    overlap = _iou(np.array([user.box for user in seen]) * scale, np.array([(b.x0, b.y0, b.x1, b.y1) for b in labels]))
    rows, columns = linear_sum_assignment(-overlap)
    pairs = zip(map(int, rows), map(int, columns), strict=True)
    return {seen[r].track_id: labels[c] for r, c in pairs if overlap[r, c] >= SAME_IOU}


def _iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, m) intersection over union of (n, 4) and (m, 4) boxes."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0.0), axis=2)
    area_a, area_b = (np.prod(x[:, 2:] - x[:, :2], axis=1) for x in (a, b))
    return np.asarray(both / (area_a[:, None] + area_b[None] - both))


class LaneSurfaces:
    """The ground each lane covers."""

    def __init__(self) -> None:
        self._surfaces = {
            lane.id: shapely.LineString(lane.shape).buffer(lane.width_m / 2, cap_style="flat", join_style="mitre")
            for lane in load_lanes()
        }

    def holds(self, lane_id: str, x_m: float, y_m: float) -> bool:
        """Whether a place (ENU metres) lies in the lane; lanes of a junction overlap."""
        return bool(shapely.intersects_xy(self._surfaces[lane_id], x_m, y_m))
