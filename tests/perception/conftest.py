import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gcs.perception.road_map import RoadMap
from sim.camera.renderer import Renderer
from sim.camera.scene import StaticScene
from tests.perception.road_scene import HEIGHT, NETWORK, ROADS, WIDTH, RoadScene

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("PATROL_SHARED", ROOT.parent / "shared"))
MODEL = ROOT / "models" / "patrol-yolov8n_openvino_model"


@pytest.fixture(scope="session")
def road() -> RoadMap:
    return RoadMap.load(ROADS)


@pytest.fixture(scope="session")
def road_scene(road: RoadMap) -> RoadScene:
    return RoadScene(road)


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    try:
        renderer = Renderer(StaticScene.load(NETWORK), WIDTH, HEIGHT, samples=4, shadow_px=1024)
    except RuntimeError as error:
        pytest.skip(str(error))
    with renderer:
        yield renderer


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if MODEL.is_dir():
        return MODEL
    weights = SHARED / "weights" / "yolov8n-visdrone.pt"
    if not weights.is_file():
        pytest.skip(f"neither {MODEL} nor {weights} is there")
    copy = tmp_path_factory.mktemp("weights") / weights.name
    copy.write_bytes(weights.read_bytes())
    return copy


@pytest.fixture
def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
