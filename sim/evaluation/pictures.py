"""Pictures of what went wrong: each false alarm, and each event that had to be reported and was not."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gcs.perception.types import Scene
from sim.camera.labels import Label
from sim.evaluation.scoring import Alarm, Flight, owed, verdicts
from sim.evaluation.truth import Episode

GREEN, YELLOW, RED, CYAN = (80, 220, 80), (60, 220, 250), (60, 60, 240), (230, 200, 60)
QUALITY = 85


class Album:
    """Keeps one picture for each alarm and one for each event in view: the one that shows it largest."""

    def __init__(self, folder: Path, title: str) -> None:
        self._folder, self._title = folder, title.split(":")[0].replace(" ", "-")
        self._of_alarm: dict[tuple[str, int], bytes] = {}
        self._of_episode: dict[int, tuple[float, bytes]] = {}

    def look(
        self,
        image: NDArray[np.uint8],
        scene: Scene,
        labels: Sequence[Label],
        shown: Sequence[Episode],
        fresh: Sequence[Alarm],
    ) -> None:
        """One picture, with what the service made of it and the alarms it raised."""
        by_user = {label.user: label for label in labels}
        for alarm in fresh:
            self._of_alarm[alarm.event, alarm.track_id] = _drawn(image, scene, shown, by_user, alarm.track_id)
        for episode in shown:
            label = by_user[episode.user]
            size = (label.x1 - label.x0) * (label.y1 - label.y0)
            if size > self._of_episode.get(id(episode), (0.0, b""))[0]:
                self._of_episode[id(episode)] = size, _drawn(image, scene, shown, by_user, None)

    def keep_failures(self, flight: Flight) -> None:
        """Write the pictures of false alarms and misses. Raises OSError when they can't be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        judged = verdicts(flight.episodes, flight.alarms)
        for alarm, verdict, _ in judged:
            if verdict == "false":
                self._write(f"false-{alarm.event}-{alarm.t_s:.1f}s", self._of_alarm[alarm.event, alarm.track_id])
        told = {id(episode) for _, _, episode in judged}
        for episode in flight.episodes:
            if episode.event in flight.events and owed(episode) and id(episode) not in told:
                self._write(f"missed-{episode.event}-{episode.user}", self._of_episode[id(episode)][1])

    def _write(self, name: str, jpeg: bytes) -> None:
        (self._folder / f"{self._title}-{name}.jpg").write_bytes(jpeg)


def _drawn(
    image: NDArray[np.uint8], scene: Scene, shown: Sequence[Episode], labels: dict[str, Label], flagged: int | None
) -> bytes:
    """JPEG: events in view green, tracks yellow (cyan while only predicted), the alarm's red."""
    canvas = image.copy()
    for episode in shown:
        label = labels[episode.user]
        _box(canvas, (label.x0 - 3, label.y0 - 3, label.x1 + 3, label.y1 + 3), GREEN, episode.lane_id)
    for user in scene.users:
        box = tuple(np.array(user.box) * np.array([scene.width_px, scene.height_px] * 2))
        lane = user.lane.lane_id if user.lane else "?"
        words = f"{user.track_id} {lane} {user.speed_mps:.0f} s{user.position_sigma_m:.1f}"
        _box(canvas, box, RED if user.track_id == flagged else YELLOW if user.observed else CYAN, words)
    words = f"t {scene.t_capture_unix_s % 1e4:.1f}"
    cv2.putText(canvas, words, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, YELLOW, 2, cv2.LINE_AA)
    return bytes(cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])


def _box(canvas: NDArray[np.uint8], box: tuple[float, ...], colour: tuple[int, int, int], words: str) -> None:
    x0, y0, x1, y1 = (round(float(v)) for v in box)
    cv2.rectangle(canvas, (x0, y0), (x1, y1), colour, 1)
    cv2.putText(canvas, words, (x0, max(y0 - 3, 10)), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)
