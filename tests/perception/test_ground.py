import math

import numpy as np
import pytest

from gcs.perception.camera import Camera, rotation
from gcs.perception.ground import footprint_centres
from gcs.perception.types import Detection

WIDTH, HEIGHT = 1280, 720


def camera(yaw_deg: float = 20.0, pitch_deg: float = -40.0, height_m: float = 60.0) -> Camera:
    return Camera(
        np.array([0.0, 0.0, height_m]), rotation(math.radians(yaw_deg), math.radians(pitch_deg)), 1000.0, WIDTH, HEIGHT
    )


def seen(view: Camera, cls: str, at, heading: float, size, clip: bool = False) -> Detection:
    """The box around a vehicle of a true size that stands at `at`."""
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0, 1)]) * size
    c, s = math.cos(heading), math.sin(heading)
    ground = corners[:, :2] @ np.array([[c, s], [-s, c]]) + at
    pixels = view.project(np.concatenate([ground, corners[:, 2:]], axis=1))
    low, high = pixels.min(0), pixels.max(0)
    if clip:
        low, high = np.maximum(low, 0), np.minimum(high, (WIDTH, HEIGHT))
    return Detection(cls, 0.9, *low, *high)


def across(error: np.ndarray, heading: float) -> float:
    return abs(float(error @ [-math.sin(heading), math.cos(heading)]))


@pytest.mark.parametrize("yaw_deg", [0, 45, 90, 135])
@pytest.mark.parametrize(
    ("cls", "size"),
    [("car", (4.4, 1.8, 1.45)), ("van", (5.6, 2.0, 2.3)), ("truck", (16.5, 2.55, 3.9)), ("bus", (12.0, 2.55, 3.2))],
)
def test_a_vehicle_is_placed_at_its_footprints_centre_from_every_side(yaw_deg, cls, size):
    view, heading = camera(yaw_deg), math.pi / 2
    at = view.to_ground(np.array([[700.0, 400.0]]))[0]
    box = seen(view, cls, at, heading, size)
    (found,), (covariance,) = footprint_centres(view, [box], [heading])
    bottom = view.to_ground(np.array([[(box.x0 + box.x1) / 2, box.y1]]))[0]
    assert np.linalg.norm(found - at) < 0.45
    assert np.linalg.norm(found - at) < 0.4 * np.linalg.norm(bottom - at)
    assert math.sqrt(np.linalg.eigvalsh(covariance)[-1]) < 1.5


def test_a_vehicle_cut_by_the_pictures_border_keeps_its_place_across_the_road():
    view, heading = camera(0.0), math.pi / 2
    at = view.to_ground(np.array([[640.0, 715.0]]))[0]
    box = seen(view, "bus", at, heading, (11.5, 2.55, 3.2), clip=True)
    assert box.y1 == HEIGHT
    (found,), (covariance,) = footprint_centres(view, [box], [heading])
    assert across(found - at, heading) < 0.3
    assert covariance[1, 1] > covariance[0, 0]


def test_an_unknown_heading_still_gives_a_place_with_a_larger_bound():
    view, heading = camera(), math.pi / 2
    at = view.to_ground(np.array([[700.0, 400.0]]))[0]
    box = seen(view, "car", at, heading, (4.6, 1.82, 1.5))
    places, bounds = footprint_centres(view, [box, box], [None, heading])
    assert np.linalg.norm(places[0] - at) < 1.5
    assert np.trace(bounds[0]) > np.trace(bounds[1])


def test_what_does_not_look_at_the_ground_has_no_place():
    level = camera(pitch_deg=0.0)
    sky = Detection("car", 0.9, 600, 10, 660, 40)
    whole = Detection("bus", 0.9, 0, 0, WIDTH, HEIGHT)
    places, _ = footprint_centres(level, [sky, whole], [None, None])
    assert np.isnan(places).all()
    assert footprint_centres(level, [], [])[0].shape == (0, 2)


def test_the_covariance_tells_the_error_that_box_noise_makes():
    rng = np.random.default_rng(2)
    view, heading = camera(60.0), math.pi / 2
    at = view.to_ground(np.array([[600.0, 300.0]]))[0]
    size = (4.6, 1.82, 1.5)
    boxes = []
    for _ in range(400):
        true = seen(view, "car", at, heading, size)
        edges = np.array([true.x0, true.y0, true.x1, true.y1]) + rng.normal(0, 2.0, 4)
        boxes.append(Detection("car", 0.9, *edges))
    places, covariances = footprint_centres(view, boxes, [heading] * 400)
    spread = np.cov((places - at).T)
    told = covariances.mean(0)
    assert np.sqrt(np.diag(told)) == pytest.approx(np.sqrt(np.diag(spread)), rel=0.6)
