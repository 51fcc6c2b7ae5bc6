import numpy as np
import pytest

from gcs.perception.types import CLASSES
from gcs.perception.yolo import Fit, boxes_of, known_classes, letterbox

ALL = list(CLASSES)
FIT = Fit(0.5, 0.0, 12.0, 1280, 720)


def output(*boxes: tuple[str, float, float, float, float, float]) -> np.ndarray:
    """(class, score, x0, y0, x1, y1 in picture pixels) -> what a network would give."""
    out = np.zeros((14, max(len(boxes), 1)), np.float32)
    for i, (cls, score, x0, y0, x1, y1) in enumerate(boxes):
        out[:4, i] = [(x0 + x1) / 4, (y0 + y1) / 4 + 12, (x1 - x0) / 2, (y1 - y0) / 2]
        out[4 + ALL.index(cls), i] = score
    return out


@pytest.mark.parametrize("shape", [(720, 1280, 3), (1080, 1440, 3), (300, 200, 3), (720, 1280), (720, 1280, 1)])
def test_a_mark_in_the_picture_is_found_again_through_the_letterbox(shape):
    image = np.zeros(shape, np.uint8)
    h, w = shape[:2]
    image[h // 2 : h // 2 + h // 6, w // 4 : w // 4 + w // 6] = 255
    into = np.zeros((384, 640, 3), np.uint8)
    fit = letterbox(image, into)
    y, x = np.argwhere(into[:, :, 0] > 200).mean(0) + 0.5
    assert (x - fit.dx) / fit.scale == pytest.approx(w / 4 + w / 12, abs=2 / fit.scale)
    assert (y - fit.dy) / fit.scale == pytest.approx(h / 2 + h / 12, abs=2 / fit.scale)


@pytest.mark.parametrize(
    "wrong", [np.zeros((10, 10, 4), np.uint8), np.zeros((0, 10, 3), np.uint8), np.zeros((9, 9, 3))]
)
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(ValueError, match="no BGR or grey"):
        letterbox(wrong, np.zeros((384, 640, 3), np.uint8))


def test_boxes_come_back_in_picture_pixels_and_inside_it():
    (found,) = boxes_of(output(("bus", 0.8, 1200, 600, 1300, 710)), ALL, FIT, 0.3)
    assert found.cls == "bus"
    assert (found.x0, found.y0, found.x1, found.y1) == pytest.approx((1200, 600, 1280, 710), abs=0.01)
    assert found.score == pytest.approx(0.8)


def test_one_vehicle_claimed_by_two_classes_is_one_and_its_rider_another():
    found = boxes_of(
        output(
            ("car", 0.6, 100, 100, 200, 160), ("van", 0.5, 102, 100, 202, 161), ("pedestrian", 0.4, 100, 100, 200, 160)
        ),
        ALL, FIT, 0.3,
    )  # fmt: skip
    assert [d.cls for d in found] == ["car", "pedestrian"]


def test_weak_boxes_and_empty_pictures_give_nothing():
    assert boxes_of(output(("car", 0.2, 100, 100, 200, 160)), ALL, FIT, 0.3) == []
    assert boxes_of(output(), ALL, FIT, 0.3) == []


def test_coco_names_are_understood_and_models_of_other_things_refused():
    assert known_classes({0: "person", 1: "zebra", 2: "motorcycle", 3: "truck"}) == [
        "pedestrian",
        None,
        "motor",
        "truck",
    ]
    with pytest.raises(ValueError, match="zebra"):
        known_classes({0: "zebra"})
