"""AP50 of a detector on any YOLO-format folder.

`python -m models.evaluate --data DIR --imgsz N --json OUT`: DIR holds `images/` and `labels/` (VisDrone class ids).
The JSON gives AP50 per class and, with all motor vehicles taken as one class, `vehicle_ap50`.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from ultralytics import YOLO

CLASSES = (
    "pedestrian", "people", "bicycle", "car", "van", "truck", "tricycle", "awning-tricycle", "bus", "motor",
)  # fmt: skip
MOTOR_VEHICLES = frozenset({3, 4, 5, 6, 7, 8, 9})
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
IOU = 0.5
HERE = Path(__file__).parent
DEFAULT_MODEL = HERE / "patrol-yolov8n.pt"


@dataclass
class Boxes:
    """Boxes of one picture: `xyxy` (n, 4) pixels, `cls` (n,), `score` (n,) (ones for labels)."""

    xyxy: NDArray[np.float64]
    cls: NDArray[np.int64]
    score: NDArray[np.float64]

    def only(self, keep: NDArray[np.bool_]) -> "Boxes":
        """The chosen boxes."""
        return Boxes(self.xyxy[keep], self.cls[keep], self.score[keep])


@dataclass
class Matches:
    """Detections of one class over all pictures: score, whether each found a label, and how many labels there are."""

    score: list[float] = field(default_factory=list)
    hit: list[bool] = field(default_factory=list)
    labels: int = 0

    def ap(self) -> float | None:
        """Area under the precision envelope over recall (all points, as COCO's AP at one IoU); None without labels."""
        if not self.labels:
            return None
        order = np.argsort(-np.asarray(self.score), kind="stable")
        hits = np.asarray(self.hit, bool)[order]
        recall = np.concatenate([[0.0], np.cumsum(hits) / self.labels])
        precision = np.concatenate([[1.0], np.cumsum(hits) / np.arange(1, len(hits) + 1)])
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        return float(np.sum(np.diff(recall) * envelope[1:]))


def iou_matrix(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 4) and (m, 4) boxes -> (n, m) intersection over union."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.prod(np.clip(high - low, 0, None), axis=2)
    area_a, area_b = (np.prod(x[:, 2:] - x[:, :2], axis=1) for x in (a, b))
    return inter / np.maximum(area_a[:, None] + area_b[None] - inter, 1e-9)


def match(found: Boxes, labels: Boxes, into: Matches) -> None:
    """Greedy by score, each label once, at IoU 0.5 (the VOC/COCO rule)."""
    into.labels += len(labels.xyxy)
    iou = iou_matrix(found.xyxy, labels.xyxy)
    free = np.ones(len(labels.xyxy), bool)
    for i in np.argsort(-found.score, kind="stable"):
        best = int(np.argmax(np.where(free, iou[i], -1.0))) if free.any() else -1
        hit = best >= 0 and iou[i, best] >= IOU
        if hit:
            free[best] = False
        into.score.append(float(found.score[i]))
        into.hit.append(bool(hit))


def read_labels(path: Path, width: int, height: int) -> Boxes:
    """A YOLO label file (no file: an empty picture). Raises ValueError naming the file and line that is wrong."""
    rows = []
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        try:
            cls, x, y, w, h = (float(v) for v in line.split()[:5])
        except ValueError as error:
            raise ValueError(f"{path}:{number}: expected 'class x y w h', got {line!r}") from error
        if not 0 <= cls < len(CLASSES):
            raise ValueError(f"{path}:{number}: class {cls:g} is not a VisDrone class 0-9")
        rows.append((cls, (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height))
    data = np.array(rows, float).reshape(-1, 5)
    return Boxes(data[:, 1:], data[:, 0].astype(np.int64), np.ones(len(data)))


def detect(model: YOLO, image: Path, imgsz: int | tuple[int, int]) -> tuple[Boxes, int, int]:
    """All detections down to score 0.001, and the picture's width and height."""
    result: Any = model.predict(str(image), imgsz=imgsz, conf=0.001, iou=0.7, max_det=1000, verbose=False)[0]
    height, width = result.orig_shape
    boxes = result.boxes.cpu().numpy()
    return Boxes(boxes.xyxy.astype(float), boxes.cls.astype(np.int64), boxes.conf.astype(float)), width, height


def merge_vehicles(boxes: Boxes) -> Boxes:
    """Motor vehicles as one class. Boxes of several classes on one vehicle (IoU >= 0.7) count once, the surest."""
    vehicles = boxes.only(np.isin(boxes.cls, list(MOTOR_VEHICLES)))
    keep: list[int] = []
    iou = iou_matrix(vehicles.xyxy, vehicles.xyxy)
    for i in np.argsort(-vehicles.score, kind="stable"):
        if not keep or iou[i, keep].max() < 0.7:
            keep.append(int(i))
    return vehicles.only(np.isin(np.arange(len(vehicles.xyxy)), keep))


def images_of(data: Path) -> list[Path]:
    """The pictures of a YOLO-format folder. Raises FileNotFoundError naming what is missing."""
    folder = data / "images"
    if not folder.is_dir() or not (data / "labels").is_dir():
        raise FileNotFoundError(f"{data} has no images/ and labels/ folders")
    images = sorted(p for p in folder.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
    if not images:
        raise FileNotFoundError(f"{folder} holds no pictures")
    return images


def evaluate(model_path: Path, data: Path, imgsz: int | tuple[int, int]) -> dict[str, Any]:
    """AP50 figures of a model (`.pt` or an export's folder) on a YOLO-format folder."""
    model = YOLO(str(model_path), task="detect")
    per_class = [Matches() for _ in CLASSES]
    vehicles = Matches()
    images = images_of(data)
    for image in images:
        found, width, height = detect(model, image, imgsz)
        labels = read_labels(data / "labels" / f"{image.stem}.txt", width, height)
        for c, matches in enumerate(per_class):
            match(found.only(found.cls == c), labels.only(labels.cls == c), matches)
        match(merge_vehicles(found), labels.only(np.isin(labels.cls, list(MOTOR_VEHICLES))), vehicles)
    return {
        "vehicle_ap50": vehicles.ap(),
        "ap50": {name: m.ap() for name, m in zip(CLASSES, per_class, strict=True)},
        "labels": {name: m.labels for name, m in zip(CLASSES, per_class, strict=True)},
        "images": len(images),
        "imgsz": imgsz,
        "model": model_path.name,
    }


def matched_share(reference: Boxes, other: Boxes, iou: float = 0.9) -> float:
    """Share of `reference` boxes that have a partner of the same class in `other` (one to one) at this IoU."""
    if not len(reference.xyxy):
        return 1.0
    good = (iou_matrix(reference.xyxy, other.xyxy) >= iou) & (reference.cls[:, None] == other.cls[None])
    rows, columns = linear_sum_assignment(~good)
    return float(good[rows, columns].sum() / len(reference.xyxy))


def main(
    data: Annotated[Path, typer.Option(help="folder with images/ and labels/")],
    json_out: Annotated[Path, typer.Option("--json", help="where the figures go")],
    imgsz: Annotated[int, typer.Option(help="longer side the picture is scaled to")] = 640,
    model: Annotated[Path, typer.Option(help=".pt or export folder")] = DEFAULT_MODEL,
) -> None:
    """Judge a detector on a folder of labelled pictures."""
    try:
        figures = evaluate(model, data, imgsz)
    except (FileNotFoundError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    json_out.write_text(json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures))


if __name__ == "__main__":
    typer.run(main)
