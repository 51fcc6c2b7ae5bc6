"""The detector in this process, and the video link on the way to it."""

from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from gcs.perception.detector_worker import Network, exported
from gcs.perception.types import Detection
from gcs.perception.yolo import boxes_of, letterbox
from sim.camera.encoder import H264Encoder

MIN_SCORE = 0.3
"""The service's own."""


class Eyes:
    """The service's network and box reading. Raises what loading raises."""

    def __init__(self, model: Path) -> None:
        self._network = Network(exported(model), "CPU", threads=1)
        self._input = np.zeros((*self._network.shape, 3), np.uint8)

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        """Boxes in pixels of a (h, w, 3) BGR picture."""
        fit = letterbox(image, self._input)
        return boxes_of(self._network.infer(self._input), self._network.classes, fit, MIN_SCORE)


class VideoLink:
    """What H.264 leaves of a picture; without a bit rate pictures pass untouched."""

    def __init__(self, width: int, height: int, fps: float, kilobits: int | None) -> None:
        self._encoder = None if kilobits is None else H264Encoder(width, height, fps, kilobits * 1000)
        self._decoder = av.VideoCodecContext.create("h264", "r")
        self._decoder.thread_count = 1  # frame threads would hold pictures back

    def through(self, rgb: NDArray[np.uint8], t_unix_s: float) -> NDArray[np.uint8]:
        """(h, w, 3) RGB as the camera took it -> BGR as the service gets it."""
        if self._encoder is None:
            return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8)
        (picture,) = self._decoder.decode(av.Packet(self._encoder.encode(rgb, round(t_unix_s * 1e6))))
        return np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
