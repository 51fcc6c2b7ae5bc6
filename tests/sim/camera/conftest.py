"""One scene and one renderer for the whole folder: they take seconds to build."""

from collections.abc import Iterator

import pytest

from sim.camera.renderer import Renderer
from sim.camera.scene import StaticScene
from sim.world.roads import NET_FILE
from tests.sim.camera.parts import HEIGHT, WIDTH


@pytest.fixture(scope="session")
def scene() -> StaticScene:
    return StaticScene.load(NET_FILE)


@pytest.fixture(scope="session")
def renderer(scene: StaticScene) -> Iterator[Renderer]:
    try:
        made = Renderer(scene, WIDTH, HEIGHT)
    except RuntimeError as error:
        pytest.skip(str(error))
    with made:
        yield made
