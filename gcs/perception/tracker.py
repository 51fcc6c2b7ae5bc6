"""From places of detections, frame by frame, to road users that keep their number: association on the road, in metres.

Working in ENU and not in pixels makes a moving, turning camera no special case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from gcs.perception import kalman
from gcs.perception.types import Detection, RoadUserClass
from gcs.perception.yolo import GROUPS

Array = NDArray[np.float64]

GATE = 13.8
"""Squared Mahalanobis distance that 99.9 % of true pairs keep (chi-square, 2 degrees of freedom)."""
OTHER_CLASS_COST = 3.0
"""A pair of two classes of one group costs this much more distance; of two groups it is impossible."""
CONFIRM_HITS = 3
TENTATIVE_S = 0.7
COAST_S = 2.0
NEW_SPEED_ALONG_MPS = 15.0
NEW_SPEED_ACROSS_MPS = 1.0
NEW_SPEED_UNKNOWN_MPS = 8.0
CLOCK_BACK_S = 5.0
VOTE_MEMORY = 0.97
"""Old votes fade, so that a class seen wrongly from far away is outvoted when the vehicle is near."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One detection placed on the road."""

    detection: Detection
    place_m: Array
    """(2,) ENU metres."""
    noise_m2: Array
    """(2, 2) covariance of what differs from frame to frame."""
    direction_rad: float | None
    """Driving direction of the lane there."""


@dataclass(slots=True)
class Track:
    """One road user. `state` is x, y, vx, vy in ENU metres and metres per second at `t_unix_s`."""

    number: int
    state: Array
    covariance: Array
    detection: Detection
    first_seen_unix_s: float
    last_seen_unix_s: float
    hits: int = 1
    observed: bool = True
    direction_rad: float | None = None
    votes: dict[RoadUserClass, float] = field(default_factory=dict)

    @property
    def confirmed(self) -> bool:
        """Seen often enough to be believed."""
        return self.hits >= CONFIRM_HITS

    @property
    def cls(self) -> RoadUserClass:
        """The class most votes went to."""
        return max(self.votes, key=self.votes.__getitem__)

    @property
    def cls_confidence(self) -> float:
        """Share of the votes for `cls`."""
        return self.votes[self.cls] / sum(self.votes.values())

    def vote(self, detection: Detection) -> None:
        """Count one detection's class, by its score."""
        self.votes = {cls: votes * VOTE_MEMORY for cls, votes in self.votes.items()}
        self.votes[detection.cls] = self.votes.get(detection.cls, 0.0) + detection.score


class Tracker:
    """The road users of one drone."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._t_unix_s: float | None = None
        self._next = 1

    def update(self, t_unix_s: float, sightings: Sequence[Sighting] | None) -> list[Track]:
        """The confirmed road users at a capture time, those only predicted (`observed` False) included.

        `sightings` None means that the frame could not be judged (no pose, no detector): everybody coasts. A frame not
        newer than the last changes nothing; a clock that fell back by seconds starts everything anew.
        """
        if self._t_unix_s is not None and t_unix_s < self._t_unix_s - CLOCK_BACK_S:
            self._tracks, self._t_unix_s = [], None
        if self._t_unix_s is not None and t_unix_s <= self._t_unix_s:
            return self._confirmed()
        self._move(t_unix_s)
        free = list(sightings or ())
        for track in self._tracks:
            track.observed = False
        for track, sighting in self._pairs(free):
            self._see(track, sighting, t_unix_s)
        taken = {id(track.detection) for track in self._tracks}
        self._tracks = [track for track in self._tracks if not _lost(track, t_unix_s)]
        self._tracks += [self._begin(s, t_unix_s) for s in free if id(s.detection) not in taken]
        return self._confirmed()

    def move(self, to: Callable[[Array], Array]) -> None:
        """Put every track where `to` puts its (n, 2) place: the camera's pose turned out to be another."""
        if self._tracks:
            places = to(np.stack([track.state[:2] for track in self._tracks]))
            for track, place in zip(self._tracks, places, strict=True):
                if np.isfinite(place).all():
                    track.state = np.concatenate([place, track.state[2:]])

    def _confirmed(self) -> list[Track]:
        return [track for track in self._tracks if track.confirmed]

    def _move(self, t_unix_s: float) -> None:
        if self._t_unix_s is not None and self._tracks:
            states, covariances = self._stacked(self._tracks)
            self._spread(self._tracks, *kalman.predict(states, covariances, t_unix_s - self._t_unix_s))
        self._t_unix_s = t_unix_s

    def _pairs(self, sightings: Sequence[Sighting]) -> list[tuple[Track, Sighting]]:
        """The cheapest set of pairs (Hungarian method); confirmed tracks choose before tentative ones."""
        pairs: list[tuple[Track, Sighting]] = []
        free = list(sightings)
        for chosen in ([t for t in self._tracks if t.confirmed], [t for t in self._tracks if not t.confirmed]):
            if not chosen or not free:
                continue
            places, noises = np.stack([s.place_m for s in free]), np.stack([s.noise_m2 for s in free])
            cost = kalman.distances(*self._stacked(chosen), places, noises)
            cost += np.array([[_class_cost(track, s.detection.cls) for s in free] for track in chosen])
            rows, columns = linear_sum_assignment(np.minimum(cost, 10 * GATE))
            found = [(chosen[r], free[c]) for r, c in zip(rows, columns, strict=True) if cost[r, c] <= GATE]
            pairs += found
            gone = {id(s) for _, s in found}
            free = [s for s in free if id(s) not in gone]
        if pairs:
            tracks, seen = [t for t, _ in pairs], [s for _, s in pairs]
            places, noises = np.stack([s.place_m for s in seen]), np.stack([s.noise_m2 for s in seen])
            self._spread(tracks, *kalman.update(*self._stacked(tracks), places, noises))
        return pairs

    def _see(self, track: Track, sighting: Sighting, t_unix_s: float) -> None:
        track.detection = sighting.detection
        track.last_seen_unix_s = t_unix_s
        track.hits += 1
        track.observed = True
        track.direction_rad = sighting.direction_rad
        track.vote(sighting.detection)

    def _begin(self, sighting: Sighting, t_unix_s: float) -> Track:
        covariance = np.zeros((4, 4))
        covariance[:2, :2] = sighting.noise_m2
        covariance[2:, 2:] = _new_speed(sighting.direction_rad)
        state = np.array([*sighting.place_m, 0.0, 0.0])
        track = Track(self._next, state, covariance, sighting.detection, t_unix_s, t_unix_s)
        track.direction_rad = sighting.direction_rad
        track.vote(sighting.detection)
        self._next += 1
        return track

    @staticmethod
    def _stacked(tracks: Sequence[Track]) -> tuple[Array, Array]:
        return np.stack([t.state for t in tracks]), np.stack([t.covariance for t in tracks])

    @staticmethod
    def _spread(tracks: Sequence[Track], states: Array, covariances: Array) -> None:
        for track, state, covariance in zip(tracks, states, covariances, strict=True):
            track.state, track.covariance = state, covariance


def _lost(track: Track, t_unix_s: float) -> bool:
    return t_unix_s - track.last_seen_unix_s > (COAST_S if track.confirmed else TENTATIVE_S)


def _class_cost(track: Track, cls: RoadUserClass) -> float:
    if cls == track.cls:
        return 0.0
    return OTHER_CLASS_COST if any(cls in group and track.cls in group for group in GROUPS) else 10 * GATE


def _new_speed(direction_rad: float | None) -> Array:
    """(2, 2) covariance of a velocity not yet seen: fast along the lane, slow across it."""
    if direction_rad is None:
        return np.eye(2) * NEW_SPEED_UNKNOWN_MPS**2
    c, s = np.cos(direction_rad), np.sin(direction_rad)
    turn = np.array([[c, -s], [s, c]])
    return np.asarray(turn @ np.diag([NEW_SPEED_ALONG_MPS**2, NEW_SPEED_ACROSS_MPS**2]) @ turn.T)
