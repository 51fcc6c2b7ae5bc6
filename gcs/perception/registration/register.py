"""Find the correction of one picture's pose that lays the map's paint over the picture's, and tell how sure it is.

Particles drawn from the prior are scored, the best refined, and the winner has to beat fits that begin a lane's width
to either side: roads repeat themselves across, and a shift by one lane is the error that matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gcs.perception.camera import Camera
from gcs.perception.registration.features import Atlas, atlas_of
from gcs.perception.registration.hidden import covered, hide
from gcs.perception.registration.paint import DASHED, Paint
from gcs.perception.registration.pose import corrected
from gcs.perception.registration.refine import Fit, refine
from gcs.perception.registration.score import TEMPER, score
from gcs.perception.registration.view import View, view_of

Array = NDArray[np.float64]

COARSE_M, FINE_M = (0.9, 0.5, 0.35), (0.35, 0.3, 0.25)
"""How far to either side refinement looks, pass by pass."""
POINTS_FOR_PARTICLES = 320
LANE_SHIFTS_M = (-7.0, -3.5, 3.5, 7.0)
ALIAS_PARTICLES = 100
OTHER_M = 1.2
"""Fits whose ground differs by more than this to the side are different answers."""
REFERENCE_POINTS = 40
NOTHING_HIDDEN: Array = np.zeros((0, 4))


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look."""

    particles: int
    kept: int
    children: int
    starts: int


SEARCH, SEARCH_HARD, TRACK = Effort(1500, 40, 16, 10), Effort(6000, 100, 16, 10), Effort(150, 40, 0, 2)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of the correction before looking: N(mean, covariance), in the order of `pose.turns`."""

    mean: Array
    covariance: Array


@dataclass(frozen=True, slots=True)
class Registered:
    """The best correction and the evidence for it."""

    theta: Array
    """(6,)"""
    covariance: Array
    """(6, 6) formal, prior included: it knows nothing of errors in the map."""
    score: float
    margin: float
    """Lead in score over the best fit that lies to the side; infinite when unchecked."""
    margin_per_point: float
    """0.3 to 1 for a right fit."""
    hit: float
    """Share of edge-line points with a ridge where the pose says."""
    hit_dashed: float
    dashed: int
    hits: int
    lines: int
    """Distinct lines with support."""
    side_sigma_m: float
    """Formal standard deviation across the road at the picture's middle."""
    surprise: float
    """Squared size of the correction under the prior (chi-square, 6 degrees of freedom)."""

    @property
    def confident(self) -> bool:
        """Whether to believe it."""
        return not self.doubt

    @property
    def doubt(self) -> str:
        """Why not to believe it, '' to believe it.

        Most edge lines must be seen, or fewer (haze, night, jam) with all aliases far behind. Limits found on renders
        with telemetry errors of 1.5 m and 1 degree, so that a wrong lane is never believed.
        """
        well_seen = self.hit > 0.65 and (self.margin_per_point > 0.28 or self.margin > 20)
        # Low over many lanes alike every shift fits most of them: the lead is thin for each point, but of many.
        clearly_seen = self.hit > 0.85 and self.margin > 10
        ahead = self.margin_per_point > 0.4 or well_seen or clearly_seen
        if self.hits <= 25 or self.lines < 2:
            return "too little paint is seen"
        if self.hit <= 0.45:
            return f"only {self.hit:.0%} of the edge lines are seen"
        if self.dashed >= 20 and self.hit_dashed <= 0.08:
            return "dashed lines are not where the map has them"
        if self.margin <= 6 or not ahead:
            return "a pose a lane to the side fits nearly as well"
        if self.side_sigma_m >= 0.35:
            return "the lines seen do not fix the place across the road"
        return "" if self.surprise < 22 else "the lines are further off than telemetry may be wrong"


@dataclass(frozen=True, slots=True)
class _Scene:
    """Everything the steps of one registration share."""

    camera: Camera
    view: View
    atlas: Atlas
    tolerant: Atlas
    prior: Prior
    information: Array
    sideways: Array
    """(2,) unit vector across the road."""
    reference: Array
    """(m, 2) pixels at which the ground's shift is told."""

    def log_posterior(self, theta: Array, some: NDArray[np.int64] | None = None) -> Array:
        """(n,) of (n, 6) corrections, up to a constant."""
        off = theta - self.prior.mean
        prior = -0.5 * np.einsum("ni,ij,nj->n", off, self.information, off)
        return np.asarray(prior + score(theta, self.camera, self.view, self.tolerant, some))

    def shift_m(self, theta: Array) -> float:
        """How far the ground at the picture's middle lies to the side of where the prior puts it."""
        ground = corrected(self.camera, theta).to_ground(self.reference)
        before = corrected(self.camera, self.prior.mean).to_ground(self.reference)
        return float(np.nanmedian((ground - before) @ self.sideways))

    def fit(self, start: Array, windows_m: tuple[float, ...] = COARSE_M) -> Fit:
        """Refine from a start."""
        return refine(start, self.prior.mean, self.information, self.camera, self.view, self.atlas, windows_m)


def register(
    image: NDArray[np.uint8],
    camera: Camera,
    paint: Paint,
    prior: Prior,
    rng: np.random.Generator,
    effort: Effort = SEARCH,
    check: bool = True,
    hidden_px: Array = NOTHING_HIDDEN,
) -> Registered | None:
    """Register a (height, width, 3) BGR picture of the camera's size; None when too little of the map is in view.

    `check` False leaves out the comparison with lane-sized shifts: only for a pose that is being followed. `hidden_px`
    are (n, 4) boxes (left, top, right, bottom) in which nothing of the road can be seen.
    """
    view = view_of(paint, corrected(camera, prior.mean))
    if view is None:
        return None
    atlas = atlas_of(image, view)
    hide(atlas, hidden_px)
    information = np.asarray(np.linalg.inv(prior.covariance))
    middle = np.hypot(view.pixels[:, 0] - camera.width / 2, view.pixels[:, 1] - camera.height * 0.6)
    reference = view.pixels[np.argsort(middle)[:REFERENCE_POINTS]]
    scene = _Scene(camera, view, atlas, atlas.tolerant(), prior, information, _across(view), reference)
    fits = [scene.fit(start) for start in _starts(scene, rng, effort)]
    best = _best(scene, fits)
    if check:
        fits += _aliases(scene, best, rng)
        second = _best(scene, fits)
        if abs(scene.shift_m(second.theta) - scene.shift_m(best.theta)) > OTHER_M:
            fits += _aliases(scene, second, rng)
        best = _best(scene, fits)
    return _judged(scene, scene.fit(best.theta, FINE_M), fits, check, hidden_px)


def _across(view: View) -> Array:
    """(2,) unit vector across the road: the mean axis of the lines in view."""
    double = 2 * np.arctan2(view.tangents[:, 1], view.tangents[:, 0])
    axis = 0.5 * np.arctan2(np.sin(double).mean(), np.cos(double).mean())
    return np.array([-np.sin(axis), np.cos(axis)])


def _starts(scene: _Scene, rng: np.random.Generator, effort: Effort) -> list[Array]:
    """Distinct promising corrections, best first."""
    spread = np.linalg.cholesky(scene.prior.covariance)
    sigma = np.sqrt(np.diag(scene.prior.covariance))
    some = rng.permutation(len(scene.view.kind))[:POINTS_FOR_PARTICLES]
    theta = scene.prior.mean + 1.15 * rng.standard_normal((effort.particles, 6)) @ spread.T
    theta[0] = scene.prior.mean
    value = scene.log_posterior(theta, some)
    order = np.argsort(-value)[: effort.kept]
    theta, value = theta[order], value[order]
    if effort.children:
        theta = np.repeat(theta, effort.children, axis=0)
        theta = theta + 0.22 * rng.standard_normal(theta.shape) @ spread.T
        value = scene.log_posterior(theta, some)
    starts: list[Array] = []
    for i in np.argsort(-value):
        if all(np.abs((theta[i] - other) / sigma).max() > 0.35 for other in starts):
            starts.append(theta[i])
        if len(starts) == effort.starts:
            break
    return starts


def _aliases(scene: _Scene, fit: Fit, rng: np.random.Generator) -> list[Fit]:
    """The best fits from a burst of particles about each lane-sized shift of `fit`."""
    sigma = np.sqrt(np.diag(scene.prior.covariance))
    found = []
    for shift_m in LANE_SHIFTS_M:
        shifted = fit.theta.copy()
        shifted[:2] += scene.sideways * shift_m
        theta = shifted + 0.3 * sigma * rng.standard_normal((ALIAS_PARTICLES, 6))
        theta[0] = shifted
        found.append(scene.fit(theta[scene.log_posterior(theta).argmax()]))
    return found


def _best(scene: _Scene, fits: Iterable[Fit]) -> Fit:
    return max(fits, key=lambda fit: float(scene.log_posterior(fit.theta[None])[0]))


def _judged(scene: _Scene, fit: Fit, fits: list[Fit], checked: bool, hidden_px: Array) -> Registered:
    value = float(scene.log_posterior(fit.theta[None])[0])
    shift_m = scene.shift_m(fit.theta)
    beside = [other for other in fits if abs(scene.shift_m(other.theta) - shift_m) > OTHER_M]
    behind = max((float(scene.log_posterior(other.theta[None])[0]) for other in beside), default=value - 50.0)
    margin = value - behind if checked else np.inf
    covariance = np.asarray(np.linalg.inv(fit.information))
    jacobian = corrected(scene.camera, fit.theta).pose_jacobian(scene.reference)
    side = np.einsum("i,nij->nj", scene.sideways, jacobian)
    off = fit.theta - scene.prior.mean
    at = corrected(scene.camera, fit.theta).project(scene.view.points_m)
    hidden = covered(at, hidden_px)
    visible = fit.inside & ~hidden[scene.view.lines]
    dashed = visible & (fit.kind == DASHED)
    edges = visible & (fit.kind != DASHED)
    return Registered(
        theta=fit.theta,
        covariance=covariance,
        score=value,
        margin=margin,
        margin_per_point=margin / (TEMPER * max(1, int((~hidden).sum()))),
        hit=float(fit.hit[edges].mean()) if edges.sum() > 5 else 0.0,
        hit_dashed=float(fit.hit[dashed].mean()) if dashed.sum() > 5 else 0.0,
        dashed=int(dashed.sum()),
        hits=int(fit.hit.sum()),
        lines=int((np.bincount(fit.line[fit.hit]) >= 5).sum()) if fit.hit.any() else 0,
        side_sigma_m=float(np.nanmedian(np.sqrt(np.einsum("ni,ij,nj->n", side, covariance, side)))),
        surprise=float(off @ scene.information @ off),
    )
