"""Real aerial pictures made ready for training next to the renders.

Whole pictures and 16:9 windows cut from the large ones (a 4K picture scaled to 640 px has no cars left to learn from).
The real labels hold vehicles only: people and cycles that the teacher (the starting weights) is sure of are added, so
that their absence from the labels does not teach the student to overlook them.
"""

import shutil
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from numpy.typing import NDArray
from ultralytics import YOLO

from models.evaluate import Boxes, detect, images_of, iou_matrix, read_labels

WINDOW = (1280, 720)
WINDOWS_PER_PICTURE = 4
TEACHER_SCORE = 0.4
UNLABELLED = (0, 1, 2, 9)
"""VisDrone ids of pedestrian, people, bicycle and motor."""


def with_teacher(labels: Boxes, taught: Boxes) -> Boxes:
    """Labels, plus the teacher's sure people and cycles where no label lies."""
    sure = taught.only(np.isin(taught.cls, UNLABELLED) & (taught.score >= TEACHER_SCORE))
    if len(sure.xyxy) and len(labels.xyxy):
        sure = sure.only(iou_matrix(sure.xyxy, labels.xyxy).max(1) < 0.3)
    return Boxes(np.r_[labels.xyxy, sure.xyxy], np.r_[labels.cls, sure.cls], np.r_[labels.score, sure.score])


def cut(labels: Boxes, x: int, y: int, width: int, height: int) -> Boxes:
    """The labels inside a window, in its pixels; those mostly (> 60 %) outside are dropped."""
    xyxy = labels.xyxy - [x, y, x, y]
    clipped = np.clip(xyxy, 0, [width, height, width, height])

    def area(b: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.prod(np.clip(b[:, 2:] - b[:, :2], 0, None), axis=1)

    return Boxes(clipped, labels.cls, labels.score).only(area(clipped) > 0.4 * np.maximum(area(xyxy), 1e-6))


def write(folder: Path, name: str, image: NDArray[np.uint8], labels: Boxes) -> None:
    """One picture and its YOLO labels."""
    height, width = image.shape[:2]
    cv2.imwrite(str(folder / "images" / f"{name}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 92])
    centre, size = (labels.xyxy[:, :2] + labels.xyxy[:, 2:]) / 2, labels.xyxy[:, 2:] - labels.xyxy[:, :2]
    rows = np.c_[centre, size] / [width, height, width, height]
    lines = [f"{c} {' '.join(f'{v:.6f}' for v in row)}\n" for c, row in zip(labels.cls, rows, strict=True)]
    (folder / "labels" / f"{name}.txt").write_text("".join(lines))


def main(
    data: Annotated[Path, typer.Argument(help="YOLO-format folder of real pictures")],
    teacher: Annotated[Path, typer.Argument(help="the starting weights")],
    out: Annotated[Path, typer.Argument(help="folder to write (replaced)")],
    seed: int = 1,
) -> None:
    """Write whole pictures and windows of them to OUT."""
    rng = np.random.default_rng(seed)
    model = YOLO(str(teacher))
    shutil.rmtree(out, ignore_errors=True)
    for part in ("images", "labels"):
        (out / part).mkdir(parents=True)
    for path in images_of(data):
        taught, width, height = detect(model, path, 1280)
        labels = with_teacher(read_labels(data / "labels" / f"{path.stem}.txt", width, height), taught)
        image = np.asarray(cv2.imread(str(path)), np.uint8)
        write(out, path.stem, image, labels)
        w, h = WINDOW
        if width < w * 1.4 or height < h * 1.4:
            continue
        for k in range(WINDOWS_PER_PICTURE):
            x, y = int(rng.integers(width - w)), int(rng.integers(height - h))
            inside = cut(labels, x, y, w, h)
            if len(inside.xyxy):
                write(out, f"{path.stem}-w{k}", image[y : y + h, x : x + w], inside)


if __name__ == "__main__":
    typer.run(main)
