from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from models import evaluate as ev

ROOT = Path(__file__).parent.parent.parent


def boxes(rows: list[tuple[float, ...]]) -> ev.Boxes:
    data = np.array(rows, float).reshape(-1, 6)
    return ev.Boxes(data[:, 2:], data[:, 0].astype(np.int64), data[:, 1])


def ap(found: ev.Boxes, labels: ev.Boxes) -> float | None:
    matches = ev.Matches()
    ev.match(found, labels, matches)
    return matches.ap()


CAR = (3, 1.0, 10, 10, 30, 20)


def test_perfect_detection_scores_one_and_none_at_all_scores_zero() -> None:
    assert ap(boxes([CAR]), boxes([CAR])) == 1.0
    assert ap(boxes([]), boxes([CAR])) == 0.0
    assert ap(boxes([CAR]), boxes([])) is None


def test_a_false_alarm_above_the_hit_costs_more_than_one_below() -> None:
    far = (3, 0.9, 100, 100, 120, 110)
    surer_false = ap(boxes([(3, 0.5, *CAR[2:]), far]), boxes([CAR]))
    surer_hit = ap(boxes([(3, 0.95, *CAR[2:]), far]), boxes([CAR]))
    assert surer_false == pytest.approx(0.5)
    assert surer_hit == 1.0


def test_one_label_is_found_only_once() -> None:
    assert ap(boxes([CAR, CAR]), boxes([CAR, (3, 1.0, 200, 200, 220, 210)])) == pytest.approx(0.5)


def test_a_van_box_and_a_car_box_on_one_vehicle_count_as_one_vehicle() -> None:
    merged = ev.merge_vehicles(boxes([(3, 0.6, 10, 10, 30, 20), (4, 0.7, 10, 10, 30, 21), (0, 0.9, 50, 50, 55, 60)]))
    assert merged.cls.tolist() == [4]


def test_broken_label_is_named_by_file_and_line(tmp_path: Path) -> None:
    label = tmp_path / "a.txt"
    label.write_text("3 0.5 0.5 0.1 0.1\n3 0.5 oops 0.1 0.1\n")
    with pytest.raises(ValueError, match=r"a\.txt:2"):
        ev.read_labels(label, 100, 100)
    label.write_text("12 0.5 0.5 0.1 0.1\n")
    with pytest.raises(ValueError, match="not a VisDrone class"):
        ev.read_labels(label, 100, 100)


def test_folder_without_pictures_is_refused_by_name(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(ev.main)
    result = CliRunner().invoke(app, ["--data", str(tmp_path), "--json", str(tmp_path / "out.json")])
    assert result.exit_code == 2
    assert "images/" in result.output


def test_committed_weights_find_the_vehicles_of_a_real_picture(shared: Path, tmp_path: Path) -> None:
    """One held-out real flight: well above what the int8 export may lose."""
    source = shared / "data" / "aerial-vehicles"
    names = sorted(p.stem for p in (source / "images").glob("kit-ais-MOS8*.jpg"))[:3]
    for part, suffix in (("images", "jpg"), ("labels", "txt")):
        (tmp_path / part).mkdir()
        for name in names:
            (tmp_path / part / f"{name}.{suffix}").symlink_to(source / part / f"{name}.{suffix}")
    for model in (ev.DEFAULT_MODEL, ROOT / "models" / "patrol-yolov8n_openvino_model"):
        figures = ev.evaluate(model, tmp_path, 640 if model.suffix == ".pt" else (384, 640))
        assert figures["vehicle_ap50"] > 0.7, model


def test_an_empty_picture_gives_no_figures_but_no_error(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "grey.png"), np.full((360, 640, 3), 127, np.uint8))
    assert ev.evaluate(ev.DEFAULT_MODEL, tmp_path, 640)["vehicle_ap50"] is None
