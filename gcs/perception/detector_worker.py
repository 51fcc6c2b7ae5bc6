"""The detector's own process: OpenVINO and nothing of the service, so that neither can harm the other."""

import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
import yaml

from gcs.perception.types import Detection
from gcs.perception.yolo import Fit, boxes_of, known_classes

MAX_INPUT_BYTES = 1536 * 1536 * 3
EXPORT_SHAPE = (384, 640)
NICENESS = 5
"""Flying goes before seeing when the processor is short."""


@dataclass(frozen=True, slots=True)
class Job:
    """Everything a worker must know at its start; it is sent to the new process."""

    model: Path
    memory: str
    device: str
    threads: int
    min_score: float


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker's first word when all is well: the shape (rows, columns) of its input."""

    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The worker's last word: why it can't work."""

    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one picture."""

    detections: list[Detection]
    cpu_s: float
    """Processor time of this process for it."""


def run(connection: Connection, job: Job) -> None:
    """Answer each `Fit` that arrives with what is in the shared memory then. Ends when the connection closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the service, which closes the connection
    if sys.platform != "win32":
        os.nice(NICENESS)
    try:
        network = Network(exported(job.model), job.device, job.threads)
    except Exception as error:
        connection.send(Failed(f"{job.model}: {error}"))
        return
    rows, columns = network.shape
    memory = SharedMemory(job.memory)
    picture = np.ndarray((rows, columns, 3), np.uint8, memory.buf)
    network.infer(np.zeros((rows, columns, 3), np.uint8))  # the first inference allocates; let no live picture wait
    connection.send(Ready(rows, columns))
    try:
        while True:
            fit: Fit = connection.recv()
            began = time.process_time()
            found = boxes_of(network.infer(picture), network.classes, fit, job.min_score)
            connection.send(Found(found, time.process_time() - began))
    except (EOFError, OSError):
        pass
    finally:
        del picture
        memory.close()


class Network:
    """A YOLO detector exported to OpenVINO by Ultralytics, taking (rows, columns, 3) BGR bytes.

    Raises ValueError when the folder holds no such export, and whatever OpenVINO raises for a broken one.
    """

    def __init__(self, folder: Path, device: str, threads: int) -> None:
        import openvino as ov

        models = sorted(folder.glob("*.xml"))
        if not models:
            raise ValueError("no OpenVINO model (*.xml) in the folder")
        self.classes = known_classes(_names(folder))
        core = ov.Core()
        model = core.read_model(models[0])
        _, _, rows, columns = (int(d) for d in model.input().get_shape())
        self.shape = (rows, columns)
        if rows * columns * 3 > MAX_INPUT_BYTES:
            raise ValueError(f"an input of {rows}x{columns} is too large")
        steps = ov.preprocess.PrePostProcessor(model)
        steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(
            ov.preprocess.ColorFormat.BGR
        )
        steps.input().model().set_layout(ov.Layout("NCHW"))
        convert = steps.input().preprocess().convert_element_type(ov.Type.f32)
        convert.convert_color(ov.preprocess.ColorFormat.RGB).scale(255.0)
        config = {"PERFORMANCE_HINT": "LATENCY"}
        if device == "CPU":
            config["INFERENCE_NUM_THREADS"] = str(threads)
        self._request = core.compile_model(steps.build(), device, config).create_infer_request()

    def infer(self, picture: np.ndarray) -> np.ndarray:
        """(rows, columns, 3) uint8 BGR -> (4 + classes, n) float32, valid until the next call."""
        self._request.infer([picture[None]], share_inputs=True, share_outputs=True)
        output: np.ndarray = self._request.get_output_tensor().data[0]
        return output


def exported(model: Path) -> Path:
    """The OpenVINO folder of a model: itself, or for a `.pt` its export, made once and kept beside it.

    Raises FileNotFoundError, and whatever Ultralytics raises for weights it can't export.
    """
    if model.is_dir():
        return model
    if not model.is_file():
        raise FileNotFoundError("no such model")
    digest = hashlib.sha256(model.read_bytes()).hexdigest()[:12]
    kept = model.parent / ".openvino" / f"{model.stem}-{digest}"
    if not kept.is_dir():
        os.environ["YOLO_AUTOINSTALL"] = "false"
        from ultralytics import YOLO

        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(shutil.copyfile(model, Path(scratch) / model.name))
            made = YOLO(str(copy)).export(format="openvino", imgsz=EXPORT_SHAPE, verbose=False)
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(dir=kept.parent))
            shutil.copytree(made, part, dirs_exist_ok=True)
            part.rename(kept)
    return kept


def _names(folder: Path) -> Mapping[int, str]:
    try:
        names = yaml.safe_load((folder / "metadata.yaml").read_text(encoding="utf-8"))["names"]
        return {int(number): str(name) for number, name in names.items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"metadata.yaml gives no class names: {error}") from error
