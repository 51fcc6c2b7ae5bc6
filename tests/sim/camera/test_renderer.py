from dataclasses import replace
from math import radians

import numpy as np
import psutil
import pytest

from sim.camera import gl
from sim.camera.crowd import BLUE_BEACON, BRAKE, HAZARD, RED_BEACON, lights
from sim.camera.look import Look
from sim.camera.models.catalogue import KINDS, shape, shape_name
from sim.camera.renderer import Renderer
from sim.camera.scene import StaticScene
from tests.sim.camera.parts import EVEN_LIGHT, HEIGHT, SIZES, WIDTH, pose_at, user

ROAD = (9.0, -1000.0)
POSE = pose_at(ROAD[0], ROAD[1] - 30.0, 30.0, 0.0, -45.0)


def test_picture_has_the_asked_size_and_shows_the_car(renderer: Renderer) -> None:
    empty = renderer.render(POSE, [], EVEN_LIGHT)
    assert empty.shape == (HEIGHT, WIDTH, 3)
    assert empty.dtype == np.uint8
    changed = (renderer.render(POSE, [user("sedan", *ROAD)], EVEN_LIGHT) != empty).any(axis=2)
    (label,) = renderer.labels(POSE, [user("sedan", *ROAD)])
    rows, columns = np.nonzero(changed)
    assert abs(np.median(columns) - (label.x0 + label.x1) / 2) < 8
    assert abs(np.median(rows) - (label.y0 + label.y1) / 2) < 8


def test_same_state_gives_the_same_picture_whatever_was_drawn_before(renderer: Renderer) -> None:
    first = renderer.render(POSE, [user("sedan", *ROAD)], Look())
    crowd = [user("van", ROAD[0] + i % 20, ROAD[1] + i // 20 * 6.0, name=f"v{i}") for i in range(300)]
    renderer.render(POSE, crowd, Look(sun_elevation_rad=radians(20.0)))
    renderer.labels(POSE, crowd)
    np.testing.assert_array_equal(renderer.render(POSE, [user("sedan", *ROAD)], Look()), first)


def test_long_running_renderer_does_not_grow(renderer: Renderer) -> None:
    crowd = [user(kind, ROAD[0], ROAD[1] + 5.0 * i) for i, kind in enumerate(SIZES)]

    def frames(count: int) -> None:
        for i in range(count):
            renderer.render(POSE, crowd[: 1 + i % len(crowd)])
            renderer.labels(POSE, crowd)

    frames(15)
    before = psutil.Process().memory_info().rss
    frames(40)
    assert psutil.Process().memory_info().rss - before < 8e6


def test_two_renderers_of_one_scene_do_not_disturb_each_other(renderer: Renderer, scene: StaticScene) -> None:
    expected = renderer.render(POSE, [], EVEN_LIGHT)
    with Renderer(scene, 320, 180) as other:
        assert other.render(POSE, [], EVEN_LIGHT).shape == (180, 320, 3)
        np.testing.assert_array_equal(renderer.render(POSE, [], EVEN_LIGHT), expected)
    np.testing.assert_array_equal(renderer.render(POSE, [], EVEN_LIGHT), expected)


def test_car_in_the_sun_casts_a_shadow_away_from_it(renderer: Renderer) -> None:
    nadir = pose_at(*ROAD, 30.0, 0.0, -90.0)
    truck = [user("truck", *ROAD, heading_rad=np.pi / 2)]
    west_sun = Look(sun_azimuth_rad=radians(270.0), sun_elevation_rad=radians(45.0), haze_per_m=0.0)
    lit = renderer.render(nadir, [], west_sun).astype(float).mean(axis=2)
    shaded = renderer.render(nadir, truck, west_sun).astype(float).mean(axis=2)
    metre = nadir.focal_px / 30.0
    row = HEIGHT // 2
    east, west = (round(WIDTH / 2 + metre * side * 2.8) for side in (1, -1))
    assert shaded[row, east] < 0.75 * lit[row, east]
    assert shaded[row, west] > 0.9 * lit[row, west]


def test_exposure_brightens_and_haze_flattens(renderer: Renderer) -> None:
    plain = renderer.render(POSE, [], Look()).astype(float)
    assert renderer.render(POSE, [], Look(exposure=1.4)).mean() > plain.mean() + 10
    assert renderer.render(POSE, [], Look(haze_per_m=0.01)).std() < 0.8 * plain.std()


def test_hazard_lights_flash_and_beacons_alternate() -> None:
    car = replace(user("sedan", 0.0, 0.0), hazard_lights=True, brake=True)
    assert lights(car, 0.0) == BRAKE | HAZARD
    assert lights(car, 0.4) == BRAKE
    assert (lights(user("police", 0, 0), 0.0), lights(user("police", 0, 0), 0.25)) == (RED_BEACON, BLUE_BEACON)


@pytest.mark.parametrize("kind", SIZES)
def test_model_has_the_size_of_its_road_user(kind: str) -> None:
    assert kind in KINDS
    built = shape(shape_name(user(kind, 0.0, 0.0)))
    for mesh in (built.near, built.far):
        low, high = mesh.positions.min(axis=0), mesh.positions.max(axis=0)
        np.testing.assert_allclose((high - low)[[0, 2]], [built.length_m, built.height_m], rtol=0.08, atol=0.06)
        assert high[1] - low[1] < built.width_m + 0.45, "wider than its mirrors"
        assert abs(low[2]) < 0.12
    assert len(built.far.indices) < 0.6 * len(built.near.indices)


def test_unknown_kind_is_refused_by_name(renderer: Renderer) -> None:
    ship = replace(user("sedan", *ROAD), kind="ship", id="s7")
    with pytest.raises(ValueError, match=r"'s7'.*'ship'"):
        renderer.render(POSE, [ship])
    with pytest.raises(ValueError, match="must be positive"):
        renderer.labels(POSE, [replace(user("sedan", *ROAD), width_m=0.0)])


def test_impossible_look_is_refused() -> None:
    with pytest.raises(ValueError, match="sun_elevation_rad"):
        Look(sun_elevation_rad=-0.1)
    with pytest.raises(ValueError, match="overcast"):
        Look(overcast=1.5)


def test_missing_egl_names_the_packages_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(gl.EGL, "libegl", "libEGL-absent.so.1")
    with pytest.raises(RuntimeError, match="apt install libegl1 libgl1-mesa-dri libgl1"):
        gl.open_context()


def test_missing_network_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.net\.xml"):
        StaticScene.load("nowhere.net.xml")
