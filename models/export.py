"""Export a detector to OpenVINO at the service's picture shape, and check that it still sees the same.

`python -m models.export models/patrol-yolov8n.pt --calibration DIR --check DIR`
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
import yaml
from ultralytics import YOLO

from models.evaluate import DEFAULT_MODEL, detect, images_of, matched_share
from models.train import write_data_yaml

SHAPE = (384, 640)
"""Height, width: exports keep a fixed shape, and the drones' video is 16:9."""


def export(weights: Path, calibration: Path | None, out: Path) -> Path:
    """Write the OpenVINO folder `out`: int8 when there are pictures to calibrate on, else 16-bit weights."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / weights.name
        shutil.copy(weights, copy)
        model = YOLO(str(copy))
        if calibration:
            images = images_of(calibration)
            data = write_data_yaml(Path(folder), images, images)
            made = model.export(format="openvino", imgsz=SHAPE, int8=True, data=str(data), device="cpu")
        else:
            made = model.export(format="openvino", imgsz=SHAPE, half=True, device="cpu")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(made, out)
    metadata = yaml.safe_load((out / "metadata.yaml").read_text())
    metadata.get("args", {}).pop("data", None)  # a path of the machine it was made on
    (out / "metadata.yaml").write_text(yaml.safe_dump(metadata, sort_keys=False))
    return out


def parity(weights: Path, exported: Path, pictures: Path, score: float = 0.25) -> float:
    """Share of the torch model's boxes (above `score`) that the export also has, at IoU >= 0.9 and the same class."""
    torch_model, other = YOLO(str(weights)), YOLO(str(exported), task="detect")
    total = matched = 0.0
    for image in images_of(pictures):
        reference, found = detect(torch_model, image, SHAPE)[0], detect(other, image, SHAPE)[0]
        reference, found = reference.only(reference.score >= score), found.only(found.score >= score * 0.6)
        total += len(reference.xyxy)
        matched += matched_share(reference, found) * len(reference.xyxy)
    return matched / max(total, 1)


def main(
    weights: Annotated[Path, typer.Argument()] = DEFAULT_MODEL,
    calibration: Annotated[Path | None, typer.Option(help="folder with images/ and labels/ for int8")] = None,
    check: Annotated[Path | None, typer.Option(help="folder with images/ and labels/ for the parity figure")] = None,
    out: Annotated[Path | None, typer.Option(help="folder to write")] = None,
) -> None:
    """Export WEIGHTS beside itself and print the parity with it."""
    out = out or weights.with_name(f"{weights.stem}_openvino_model")
    export(weights, calibration, out)
    figures = {"export": out.name, "parity": parity(weights, out, check) if check else None}
    typer.echo(json.dumps(figures))


if __name__ == "__main__":
    typer.run(main)
