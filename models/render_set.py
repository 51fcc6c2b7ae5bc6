"""Labelled renders of our own camera, for training and for judging.

`python -m models.render_set OUT --count 1000 --seed 1`: heights 20-120 m, depressions 20-90 degrees, zoom, sun, cloud,
haze, exposure, colours and traffic from empty to jammed; every class drawn equally often. Seeds of training and of
held-out sets must not overlap.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import av
import cv2
import numpy as np
import typer
from numpy.typing import NDArray
from shapely import Polygon, box
from shapely.affinity import rotate, translate

from models.evaluate import CLASSES
from sim.camera.look import Look
from sim.camera.pose import CameraPose, look
from sim.camera.renderer import Renderer
from sim.camera.scene import StaticScene
from sim.geo import Origin
from sim.world.snapshot import RoadUserState

ROOT = Path(__file__).parent.parent
ROADS = ROOT / "mission_plans" / "roads" / "zhongzhou.geojson"
NETWORK = ROOT / "sim" / "world" / "network" / "zhongzhou.net.xml"
WIDTH, HEIGHT = 1280, 720
MIN_VISIBLE = 0.35
MIN_SIDE_PX = 10

KINDS = {
    "sedan": ("car", 4.6, 1.82, 1.45), "hatch": ("car", 4.1, 1.75, 1.5), "suv": ("car", 4.8, 1.95, 1.75),
    "police": ("car", 4.6, 1.82, 1.45), "van": ("van", 5.6, 2.05, 2.3), "truck": ("truck", 9.0, 2.5, 3.6),
    "semi": ("truck", 16.5, 2.55, 3.9), "bus": ("bus", 12.0, 2.55, 3.3), "motor": ("motor", 1.9, 0.72, 1.65),
    "bicycle": ("bicycle", 1.7, 0.6, 1.75), "tricycle": ("tricycle", 2.9, 1.2, 1.6),
    "awning-tricycle": ("awning-tricycle", 2.9, 1.2, 1.8), "pedestrian": ("pedestrian", 0.5, 0.5, 1.7),
}  # fmt: skip
"""Kind -> VisDrone class and length, width, height in metres."""
MOTOR_KINDS = {
    "sedan": 5.0, "hatch": 2.0, "suv": 3.0, "police": 0.7, "van": 5.0, "truck": 5.0, "semi": 2.5, "bus": 5.0,
    "motor": 3.0, "tricycle": 2.0, "awning-tricycle": 2.0,
}  # fmt: skip
"""How often a kind is drawn on a lane for motor vehicles: cars in all their shapes twice as often as other classes."""
SLOW_KINDS = {"bicycle": 4.0, "motor": 3.0, "tricycle": 2.0, "awning-tricycle": 2.0, "pedestrian": 1.0}
WALKING_KINDS = {"pedestrian": 5.0, "bicycle": 1.0}
PAINT = [
    (0.9, 0.9, 0.9), (0.85, 0.85, 0.86), (0.02, 0.02, 0.025), (0.1, 0.1, 0.11), (0.3, 0.31, 0.33), (0.4, 0.02, 0.02),
    (0.02, 0.05, 0.25), (0.5, 0.45, 0.35), (0.02, 0.12, 0.06), (0.6, 0.25, 0.02), (0.55, 0.5, 0.05),
]  # fmt: skip


@dataclass(frozen=True)
class Lane:
    """A lane's centre line in ENU metres."""

    id: str
    lane_type: str
    width_m: float
    line: NDArray[np.float64]

    @property
    def length_m(self) -> float:
        """Along the centre line."""
        return float(np.hypot(*np.diff(self.line, axis=0).T).sum())

    def at(self, s_m: float) -> tuple[float, float, float]:
        """(x, y, heading) at a distance along the lane."""
        step = np.hypot(*np.diff(self.line, axis=0).T)
        along = np.r_[0.0, np.cumsum(step)]
        i = int(np.clip(np.searchsorted(along, s_m) - 1, 0, len(step) - 1))
        share = (s_m - along[i]) / max(step[i], 1e-9)
        (x, y), d = self.line[i] + share * (self.line[i + 1] - self.line[i]), self.line[i + 1] - self.line[i]
        return float(x), float(y), float(np.arctan2(d[1], d[0]))


def load_lanes(path: Path = ROADS) -> list[Lane]:
    """The lanes of the road map."""
    data = json.loads(path.read_text())
    origin = Origin(**data["origin"])
    lanes = []
    for feature in data["features"]:
        line = np.array([origin.to_enu(lat, lon) for lon, lat, *_ in feature["geometry"]["coordinates"]])
        p: dict[str, Any] = feature["properties"]
        lanes.append(Lane(p["id"], p["lane_type"], p["width_m"], line))
    return [lane for lane in lanes if lane.length_m > 15]


def draw_kind(rng: np.random.Generator, lane_type: str) -> str:
    """A kind that fits the lane, rare kinds as often as common ones."""
    weights = {"biking": SLOW_KINDS, "sidewalk": WALKING_KINDS}.get(lane_type, MOTOR_KINDS)
    share = np.array(list(weights.values()))
    return str(rng.choice(list(weights), p=share / share.sum()))


def footprint(x: float, y: float, heading_rad: float, length_m: float, width_m: float) -> Polygon:
    """The ground a road user covers."""
    rectangle = box(-length_m / 2, -width_m / 2, length_m / 2, width_m / 2)
    return translate(rotate(rectangle, heading_rad, origin=(0, 0), use_radians=True), x, y)


def place(rng: np.random.Generator, lanes: list[Lane], centre: NDArray[np.float64]) -> list[RoadUserState]:
    """Traffic within 200 m of a point: gaps from jammed to sparse, some vehicles on the shoulder."""
    users: list[RoadUserState] = []
    taken: list[Polygon] = []
    gap_m = float(np.exp(rng.uniform(np.log(1.5), np.log(60.0))))
    for lane in lanes:
        if np.min(np.hypot(*(lane.line - centre).T)) > 400:
            continue
        gap = gap_m * (4.0 if lane.lane_type == "shoulder" else 1.0)
        s = rng.exponential(gap)
        while s < lane.length_m:
            kind = draw_kind(rng, lane.lane_type)
            cls, *size = KINDS[kind]
            length, width, height = (d * rng.uniform(0.95, 1.05) for d in size)
            x, y, heading = lane.at(s + length / 2)
            s += length + 1.0 + rng.exponential(gap)
            if np.hypot(x - centre[0], y - centre[1]) > 200:
                continue
            across = rng.normal(0, 0.12) * lane.width_m
            x, y, heading = x - np.sin(heading) * across, y + np.cos(heading) * across, heading + rng.normal(0, 0.03)
            ground = footprint(x, y, heading, length, width)
            if any(ground.intersects(other) for other in taken):
                continue  # lanes cross inside junctions
            taken.append(ground)
            users.append(
                RoadUserState(
                    id=f"r{len(users)}", kind=kind, cls=cls, x_m=x, y_m=y, z_m=0.0, heading_rad=heading, speed_mps=0.0,
                    length_m=length, width_m=width, height_m=height, lane_id=lane.id, lane_type=lane.lane_type,
                    colour=PAINT[rng.integers(len(PAINT))], brake=bool(rng.random() < 0.2),
                )
            )  # fmt: skip
    return users


def draw_look(rng: np.random.Generator) -> Look:
    """Daylight from low sun to cloud."""
    return Look(
        sun_azimuth_rad=rng.uniform(0, 2 * np.pi),
        sun_elevation_rad=np.radians(rng.uniform(15, 80)),
        overcast=float(rng.choice([0.0, rng.uniform(0, 1), 1.0])),
        haze_per_m=rng.uniform(0.0, 0.0022),
        exposure=float(np.exp(rng.normal(0, 0.18))),
        white_balance=(rng.uniform(0.92, 1.08), 1.0, rng.uniform(0.9, 1.1)),
        ground_tint=(rng.uniform(0.75, 1.25), rng.uniform(0.8, 1.2), rng.uniform(0.7, 1.2)),
    )


def draw_pose(rng: np.random.Generator, target: NDArray[np.float64]) -> CameraPose:
    """A camera that looks at the target from 20-120 m up, 20-90 degrees down, at zoom 1-3 (more from afar)."""
    height = rng.uniform(20, 120)
    depression = np.radians(rng.uniform(20, 90))
    yaw = rng.uniform(0, 2 * np.pi)
    away = min(height / np.tan(depression), 220.0)
    position = np.array([target[0] - away * np.sin(yaw), target[1] - away * np.cos(yaw), height])
    slant = np.hypot(height, away)
    zoom = np.clip(rng.uniform(0.7, 1.6) * slant / 90, 1.0, 3.0)
    focal = WIDTH / 2 / np.tan(np.radians(rng.uniform(55, 75)) / 2) * zoom
    pitch = -np.arctan2(height, away) + rng.normal(0, 0.02)
    return CameraPose(position, look(yaw, max(pitch, -np.pi / 2), rng.normal(0, 0.02)), float(focal))


def as_streamed(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """RGB -> BGR as it would leave the drone's encoder: one H.264 key frame at a drawn quality, sometimes soft."""
    if rng.random() < 0.3:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.2)), np.uint8)
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = image.shape[1], image.shape[0], "yuv420p"
    encoder.options = {"preset": "ultrafast", "crf": str(int(rng.integers(16, 34)))}
    packets = [*encoder.encode(av.VideoFrame.from_ndarray(image, "rgb24")), *encoder.encode(None)]
    decoder = av.CodecContext.create("h264", "r")
    frames = [f for p in (*packets, None) for f in decoder.decode(p)]
    return np.asarray(frames[0].to_ndarray(format="bgr24"), np.uint8)


def main(
    out: Annotated[Path, typer.Argument(help="folder to write (replaced)")],
    count: int = 1000,
    seed: int = 1,
) -> None:
    """Render COUNT labelled pictures."""
    rng = np.random.default_rng(seed)
    lanes = load_lanes()
    renderer = Renderer(StaticScene.load(NETWORK), WIDTH, HEIGHT)
    shutil.rmtree(out, ignore_errors=True)
    for part in ("images", "labels"):
        (out / part).mkdir(parents=True)
    # Lanes of a kind are drawn equally often: bike lanes and pavements are short but must be seen.
    kinds = sorted({lane.lane_type for lane in lanes})
    for i in range(count):
        of_kind = [lane for lane in lanes if lane.lane_type == kinds[rng.integers(len(kinds))]]
        lane = of_kind[rng.integers(len(of_kind))]
        target = np.array(lane.at(rng.uniform(0, lane.length_m))[:2]) + rng.normal(0, 6, 2)
        pose, users = draw_pose(rng, target), place(rng, lanes, target)
        picture = as_streamed(renderer.render(pose, users, draw_look(rng)), rng)
        cv2.imwrite(str(out / "images" / f"{i:05d}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
        lines = []
        for label in renderer.labels(pose, users):
            w, h = label.x1 - label.x0, label.y1 - label.y0
            if label.visible_fraction < MIN_VISIBLE or max(w, h) < MIN_SIDE_PX:
                continue
            x, y = (label.x0 + label.x1) / 2, (label.y0 + label.y1) / 2
            c = CLASSES.index(label.cls)
            lines.append(f"{c} {x / WIDTH:.6f} {y / HEIGHT:.6f} {w / WIDTH:.6f} {h / HEIGHT:.6f}\n")
        (out / "labels" / f"{i:05d}.txt").write_text("".join(lines))


if __name__ == "__main__":
    typer.run(main)
