"""The detector as the service sees it: pictures in, boxes out; the work is done in a process of its own."""

import asyncio
import contextlib
import logging
import multiprocessing
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from gcs.perception import detector_worker
from gcs.perception.detector_worker import Failed, Found, Job, Ready
from gcs.perception.types import Detection
from gcs.perception.yolo import letterbox

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

READY_TIMEOUT_S = 180.0
"""Exporting a `.pt` takes its time; an OpenVINO folder is ready in a second."""
ANSWER_TIMEOUT_S = 10.0
FIRST_BACKOFF_S = 0.5
LAST_BACKOFF_S = 15.0


class DetectorOff(Exception):
    """Nothing can be detected now; the message says why."""


class Superseded(Exception):
    """A newer picture of the same stream took this one's place."""


@dataclass(frozen=True, slots=True)
class DetectorHealth:
    """How the detector is doing."""

    state: Literal["ready", "starting", "off"]
    detail: str
    restarts: int
    cpu_ms: float
    """Processor time of the newest picture."""


@dataclass(slots=True)
class _Request:
    image: NDArray[np.uint8]
    answer: asyncio.Future[list[Detection]]


class Detector:
    """One worker for all streams; each stream has at most one picture waiting, and streams take turns.

    `model` is an OpenVINO folder exported by Ultralytics, or a `.pt` (exported once, into `.openvino/` beside it).
    """

    def __init__(self, model: Path, *, device: str = "CPU", threads: int = 1, min_score: float = 0.3) -> None:
        self._model, self._device, self._threads, self._min_score = model, device, threads, min_score
        self._waiting: dict[int, _Request] = {}
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="detector")
        self._state: Literal["ready", "starting", "off"] = "off"
        self._detail = "not started"
        self._restarts = 0
        self._cpu_s = 0.0

    async def start(self) -> None:
        """Start the worker in the background. Never fails: see `health`."""
        self._state, self._detail = "starting", f"loading {self._model}"
        self._task = asyncio.create_task(self._keep_running(), name="detector")

    async def stop(self) -> None:
        """End the worker; pictures still waiting get DetectorOff."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self._turn_off("stopped")
        self._pool.shutdown(wait=False)

    @property
    def health(self) -> DetectorHealth:
        """How the detector is doing now."""
        return DetectorHealth(self._state, self._detail, self._restarts, 1e3 * self._cpu_s)

    async def detect(self, stream_id: int, image: NDArray[np.uint8]) -> list[Detection]:
        """Boxes in pixels of `image` ((h, w, 3) BGR or (h, w) grey).

        Raises DetectorOff, Superseded when a newer picture of the stream came before this one's turn, and ValueError
        for what is no picture.
        """
        if self._state == "off":
            raise DetectorOff(self._detail)
        older = self._waiting.get(stream_id)
        if older is not None and not older.answer.done():
            older.answer.set_exception(Superseded(f"a newer picture of stream {stream_id} came"))
        request = _Request(image, asyncio.get_running_loop().create_future())
        self._waiting[stream_id] = request
        self._arrived.set()
        return await request.answer

    async def _keep_running(self) -> None:
        backoff_s = FIRST_BACKOFF_S
        while True:
            worker = _Worker(self._job)
            try:
                await self._in_thread(worker.wait_ready)
                self._state, self._detail = "ready", ""
                log.info("detector ready: %s", self._model)
                backoff_s = FIRST_BACKOFF_S
                await self._serve(worker)
            except DetectorOff as error:
                self._turn_off(str(error))
                log.warning("detector off: %s; trying again in %.1f s", error, backoff_s)
            finally:
                worker.kill()  # ends whatever our thread waits for, so that it is free to clean up
                await asyncio.shield(self._in_thread(worker.clean_up))
            await asyncio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, LAST_BACKOFF_S)
            self._restarts += 1

    async def _serve(self, worker: "_Worker") -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                request = self._waiting.pop(next(iter(self._waiting)))
                if request.answer.done():
                    continue
                try:
                    found = await self._in_thread(worker.detect, request.image)
                except ValueError as error:
                    _refuse(request, error)
                except BaseException as error:
                    _refuse(request, error if isinstance(error, DetectorOff) else DetectorOff("stopped"))
                    raise
                else:
                    self._cpu_s = found.cpu_s
                    if not request.answer.done():
                        request.answer.set_result(found.detections)

    def _job(self, memory: str) -> Job:
        return Job(self._model, memory, self._device, self._threads, self._min_score)

    def _turn_off(self, reason: str) -> None:
        self._state, self._detail = "off", reason
        for request in self._waiting.values():
            _refuse(request, DetectorOff(reason))
        self._waiting.clear()

    def _in_thread(self, work: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> Awaitable[R]:
        return asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *arguments, **options))


def _refuse(request: _Request, error: Exception) -> None:
    if not request.answer.done():
        request.answer.set_exception(error)


class _Worker:
    """The process, the pipe to it and the memory shared with it. All but `kill` block: call them in a thread."""

    def __init__(self, job_of: Callable[[str], Job]) -> None:
        self._memory = SharedMemory(create=True, size=detector_worker.MAX_INPUT_BYTES)
        # Spawned, not forked: the service's threads and sockets must not be copied into it.
        context = multiprocessing.get_context("spawn")
        self._connection, far_end = context.Pipe()
        job = job_of(self._memory.name)
        self._process = context.Process(target=detector_worker.run, args=(far_end, job), name="detector", daemon=True)
        self._process.start()
        far_end.close()
        self._shape = (0, 0)

    def wait_ready(self) -> None:
        """Wait until the model is loaded. Raises DetectorOff with the worker's reason."""
        answer = self._receive(READY_TIMEOUT_S)
        if isinstance(answer, Failed):
            raise DetectorOff(answer.reason)
        assert isinstance(answer, Ready)
        self._shape = (answer.rows, answer.columns)

    def detect(self, image: NDArray[np.uint8]) -> Found:
        """Raises DetectorOff when the worker is gone, ValueError for what is no picture."""
        picture: NDArray[np.uint8] = np.ndarray((*self._shape, 3), np.uint8, self._memory.buf)
        fit = letterbox(image, picture)
        del picture  # the memory can't be closed while a view of it lives
        with contextlib.suppress(OSError):  # a broken pipe shows in what is received
            self._connection.send(fit)
        answer = self._receive(ANSWER_TIMEOUT_S)
        assert isinstance(answer, Found)
        return answer

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def clean_up(self) -> None:
        """Give back everything; after `kill`."""
        self._process.join()
        self._process.close()
        self._connection.close()
        self._memory.close()
        self._memory.unlink()

    def _receive(self, timeout_s: float) -> object:
        try:
            if not self._connection.poll(timeout_s):
                raise DetectorOff(f"the detector's process did not answer within {timeout_s:.0f} s")
            return self._connection.recv()
        except (EOFError, OSError) as error:
            self._process.join(1.0)
            raise DetectorOff(f"the detector's process died (exit code {self._process.exitcode})") from error
