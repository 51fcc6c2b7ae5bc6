import asyncio
import multiprocessing
import os
import signal
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from gcs.perception.detector import Detector, DetectorOff, Superseded

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("PATROL_SHARED", ROOT.parent / "shared"))


async def settled(detector: Detector, timeout_s: float = 120.0) -> str:
    async with asyncio.timeout(timeout_s):
        while detector.health.state == "starting":
            await asyncio.sleep(0.05)
    return detector.health.state


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    images = sorted((SHARED / "data" / "aerial-vehicles" / "images").glob("*.jpg"))
    if not images:
        pytest.skip(f"no aerial pictures in {SHARED} (set PATROL_SHARED)")
    image = cv2.imread(str(images[0]))
    assert image is not None
    return image


async def test_vehicles_in_a_real_picture_are_found_through_the_worker(model, picture):
    detector = Detector(model)
    await detector.start()
    try:
        assert await settled(detector) == "ready", detector.health
        found = await asyncio.wait_for(detector.detect(1, picture), 10)
        assert sum(d.cls in ("car", "van", "truck", "bus") for d in found) >= 3
        h, w = picture.shape[:2]
        assert all(0 <= d.x0 < d.x1 <= w and 0 <= d.y0 < d.y1 <= h for d in found)
        with pytest.raises(ValueError, match="no BGR"):
            await detector.detect(1, np.zeros((4, 4, 7), np.uint8))
        assert await asyncio.wait_for(detector.detect(1, np.zeros((300, 200), np.uint8)), 10) == []
    finally:
        await detector.stop()


async def test_the_newest_picture_of_a_stream_wins_and_streams_take_turns(model, picture):
    detector = Detector(model)
    await detector.start()
    try:
        await settled(detector)
        first = [asyncio.create_task(detector.detect(stream, picture)) for stream in (1, 1, 1, 2)]
        results = await asyncio.wait_for(asyncio.gather(*first, return_exceptions=True), 10)
        assert [isinstance(r, Superseded) for r in results] == [True, True, False, False]
        assert results[2] == results[3]
    finally:
        await detector.stop()


async def test_a_killed_worker_is_told_and_replaced(model, picture):
    detector = Detector(model)
    await detector.start()
    try:
        await settled(detector)
        (child,) = [p for p in multiprocessing.active_children() if p.name == "detector"]
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(DetectorOff, match="died"):
            await asyncio.wait_for(detector.detect(1, picture), 10)
        assert detector.health.state == "off"
        began = time.monotonic()
        while detector.health.state != "ready" and time.monotonic() - began < 20:
            await asyncio.sleep(0.1)
        assert len(await asyncio.wait_for(detector.detect(1, picture), 10)) >= 3
        assert detector.health.restarts == 1
    finally:
        await detector.stop()
    assert not [p for p in multiprocessing.active_children() if p.name == "detector"]


async def test_missing_weights_are_named_and_nothing_else_breaks(tmp_path):
    detector = Detector(tmp_path / "absent.pt")
    await detector.start()
    try:
        assert await settled(detector, 30) == "off"
        assert "absent.pt" in detector.health.detail
        with pytest.raises(DetectorOff, match=r"absent\.pt"):
            await detector.detect(1, np.zeros((8, 8, 3), np.uint8))
    finally:
        await detector.stop()


async def test_a_broken_model_is_named(tmp_path):
    folder = tmp_path / "broken_openvino_model"
    folder.mkdir()
    (folder / "x.xml").write_text("<nothing/>")
    (folder / "metadata.yaml").write_text("names: {0: car}")
    detector = Detector(folder)
    await detector.start()
    try:
        assert await settled(detector, 30) == "off"
        assert "broken_openvino_model" in detector.health.detail
    finally:
        await detector.stop()
