"""Fine-tune the starting weights on renders and real pictures.

`python -m models.train START.pt --renders DIR --real DIR --out models/patrol-yolov8n.pt`

Fine-tuning a small detector on renders makes it forget real pictures. Three brakes: real pictures stand beside the
renders (`models.real_set`), the rate is small, and the result is an average of the starting and the tuned weights
(Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"), the share chosen on pictures not trained on.
"""

import tempfile
from pathlib import Path
from typing import Annotated

import torch
import typer
import yaml
from ultralytics import YOLO

from models.evaluate import CLASSES, images_of

IMGSZ = 640


def write_data_yaml(folder: Path, train: list[Path], val: list[Path]) -> Path:
    """Ultralytics' description of a data set made of picture lists."""
    for name, images in (("train", train), ("val", val)):
        (folder / f"{name}.txt").write_text("".join(f"{p.resolve()}\n" for p in images))
    path = folder / "data.yaml"
    path.write_text(
        yaml.safe_dump({"path": str(folder), "train": "train.txt", "val": "val.txt", "names": dict(enumerate(CLASSES))})
    )
    return path


def average(start: Path, tuned: Path, share: float, out: Path) -> None:
    """Write `share` x tuned + (1 - share) x starting weights, as a plain Ultralytics checkpoint."""
    model = YOLO(str(tuned))
    tuned_state, start_state = model.model.float().state_dict(), YOLO(str(start)).model.float().state_dict()
    mixed = {
        k: share * v + (1 - share) * start_state[k] if v.dtype.is_floating_point else v for k, v in tuned_state.items()
    }
    model.model.load_state_dict(mixed)
    model.model.half()
    model.save(out)
    strip_training_history(out)


def strip_training_history(path: Path) -> None:
    """Leave weights, names and versions: no paths of the machine it was trained on."""
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    keep = {k: checkpoint.get(k) for k in ("version", "license", "docs")}
    model = checkpoint["model"]
    model.args = {"imgsz": IMGSZ, "task": "detect"}
    model.yaml.pop("yaml_file", None)
    model.pt_path = path.name
    torch.save({**keep, "epoch": -1, "model": model, "train_args": dict(model.args)}, path)


def main(
    start: Annotated[Path, typer.Argument(help="starting weights (.pt)")],
    renders: Annotated[Path, typer.Option(help="folder of models.render_set")],
    real: Annotated[Path, typer.Option(help="folder of models.real_set")],
    out: Annotated[Path, typer.Option(help="where the weights go")],
    share: Annotated[float, typer.Option(help="share of the tuned weights in the average")] = 0.5,
    epochs: int = 4,
    rate: float = 4e-4,
    real_repeat: Annotated[int, typer.Option(help="how often an epoch shows each real picture")] = 2,
    keep_tuned: Annotated[Path | None, typer.Option(help="also keep the weights before averaging")] = None,
) -> None:
    """Train on the CPU (about 3 pictures a second on two cores) and average with the starting weights."""
    rendered = images_of(renders)
    validation = rendered[::20]
    train = [p for p in rendered if p not in set(validation)] + images_of(real) * real_repeat
    with tempfile.TemporaryDirectory() as folder:
        data = write_data_yaml(Path(folder), train, validation)
        model = YOLO(str(start))
        # rect: all pictures are 16:9, so batches are 384x640 as in service, not padded to squares.
        model.train(
            data=str(data), epochs=epochs, imgsz=IMGSZ, rect=True, batch=16, device="cpu", workers=1, amp=False,
            optimizer="AdamW", lr0=rate, lrf=0.05, warmup_epochs=0.3, weight_decay=5e-4, mosaic=0.0, scale=0.2,
            translate=0.05, degrees=0.0, hsv_h=0.02, hsv_s=0.5, hsv_v=0.4, fliplr=0.5, val=False, plots=False,
            project=folder, name="run", exist_ok=True, seed=1, verbose=False,
        )  # fmt: skip
        tuned = Path(folder) / "run" / "weights" / "last.pt"
        if keep_tuned:
            keep_tuned.write_bytes(tuned.read_bytes())
        average(start, tuned, share, out)


if __name__ == "__main__":
    typer.run(main)
