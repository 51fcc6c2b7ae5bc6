"""The camera's sensor and encoder, in a process of its own.

OpenGL calls keep Python's lock while they run, so a thread beside MAVLink would hold up its answers for the length of
a frame.
"""

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import ParamSpec, TypeVar

import cv2

from sim.camera.encoder import H264Encoder
from sim.camera.renderer import Renderer
from sim.camera.scene import StaticScene
from sim.camera.stream import MpegTsStreamer
from sim.children import die_with_parent
from sim.payload.view import Shot

JPEG_QUALITY = 92

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class ImagerSetup:
    """What the camera is built for."""

    net_path: Path
    video_url: str
    width_px: int
    height_px: int
    fps: float
    bit_rate: int
    samples: int


class Imager:
    """Owns the worker process; one shot at a time, awaited."""

    def __init__(self, setup: ImagerSetup) -> None:
        self._setup = setup
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    async def open(self) -> None:
        """Starts the process and loads the scene. Raises what it raised, RuntimeError when there is no EGL."""
        await self._call(_open, self._setup)

    async def stream(self, shot: Shot) -> float:
        """Renders, encodes and sends one video frame; returns the seconds it took."""
        return await self._call(_stream, shot)

    async def photo(self, shot: Shot, path: Path) -> None:
        """Renders one still and writes it as JPEG. Raises OSError when it cannot be written."""
        await self._call(_photo, shot, path)

    def close(self) -> None:
        """Ends the process."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))
        except BrokenProcessPool as error:
            raise RuntimeError("the camera's process died") from error


class _Sensor:
    """What lives in the worker process."""

    def __init__(self, setup: ImagerSetup) -> None:
        scene = StaticScene.load(setup.net_path)
        self.renderer = Renderer(scene, width=setup.width_px, height=setup.height_px, samples=setup.samples)
        self.encoder = H264Encoder(setup.width_px, setup.height_px, setup.fps, setup.bit_rate)
        self.streamer = MpegTsStreamer(setup.video_url)


_sensor: _Sensor | None = None


def _open(setup: ImagerSetup) -> None:
    global _sensor
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent ends us in order
    die_with_parent()
    _sensor = _Sensor(setup)


def _stream(shot: Shot) -> float:
    assert _sensor is not None
    begun = perf_counter()
    rgb = _sensor.renderer.render(shot.pose, shot.users, shot.look, t_s=shot.t_unix_us / 1e6)
    unit = _sensor.encoder.encode(rgb, shot.t_unix_us)
    _sensor.streamer.send(unit, shot.t_unix_us, _sensor.encoder.key)
    return perf_counter() - begun


def _photo(shot: Shot, path: Path) -> None:
    assert _sensor is not None
    rgb = _sensor.renderer.render(shot.pose, shot.users, shot.look, t_s=shot.t_unix_us / 1e6)
    done, jpeg = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise OSError(f"{path.name}: the picture could not be encoded")
    path.write_bytes(jpeg.tobytes())
