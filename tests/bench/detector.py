"""Frames a second of the service's detector and tracker against `ultralytics` `model.track`, on the CPU, in one run.

`make bench-detector`. Same weights, same rendered 720p frames, batches of the two taken in turn so that a machine whose
speed drifts slows both. The last line is JSON; `ratio` is ours over theirs by the median batch.
"""

import asyncio
import json
import statistics
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from ultralytics import YOLO

from gcs.perception.detector import Detector
from models.evaluate import DEFAULT_MODEL
from models.render_set import HEIGHT, NETWORK, WIDTH, draw_look, draw_pose, load_lanes, place
from sim.camera.renderer import Renderer
from sim.camera.scene import StaticScene

FRAMES, ROUNDS = 12, 5
EXPORT = DEFAULT_MODEL.with_name(f"{DEFAULT_MODEL.stem}_openvino_model")


def frames() -> list[NDArray[np.uint8]]:
    """BGR pictures of the road, 1280x720."""
    rng = np.random.default_rng(5)
    lanes = load_lanes()
    pictures = []
    with Renderer(StaticScene.load(NETWORK), WIDTH, HEIGHT) as renderer:
        for _ in range(FRAMES):
            lane = lanes[rng.integers(len(lanes))]
            target = np.array(lane.at(rng.uniform(0, lane.length_m))[:2])
            rgb = renderer.render(draw_pose(rng, target), place(rng, lanes, target), draw_look(rng))
            pictures.append(np.ascontiguousarray(rgb[..., ::-1]))
    return pictures


async def ours(detector: Detector, pictures: list[NDArray[np.uint8]]) -> float:
    """Frames a second through the detector's process."""
    began = time.perf_counter()
    for picture in pictures:
        await detector.detect(1, picture)
    return len(pictures) / (time.perf_counter() - began)


def theirs(model: YOLO, pictures: list[NDArray[np.uint8]]) -> float:
    """Frames a second of `model.track` with torch."""
    began = time.perf_counter()
    for picture in pictures:
        model.track(picture, imgsz=640, persist=True, verbose=False, device="cpu")
    return len(pictures) / (time.perf_counter() - began)


async def main() -> None:
    """Measure and print."""
    model = YOLO(str(Path(DEFAULT_MODEL)))
    theirs(model, [np.full((HEIGHT, WIDTH, 3), 127, np.uint8)])  # torchvision must be loaded before EGL is opened
    pictures = frames()
    detector = Detector(EXPORT, threads=2)
    await detector.start()
    deadline = time.monotonic() + 60
    while detector.health.state != "ready" and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    await ours(detector, pictures)
    theirs(model, pictures)
    fast, slow = [], []
    for _ in range(ROUNDS):
        fast.append(await ours(detector, pictures))
        slow.append(await asyncio.to_thread(theirs, model, pictures))
    await detector.stop()
    mine, other = statistics.median(fast), statistics.median(slow)
    print(
        json.dumps(
            {"ours_fps": round(mine, 1), "ultralytics_track_fps": round(other, 1), "ratio": round(mine / other, 2)}
        )
    )


if __name__ == "__main__":
    asyncio.run(main())
