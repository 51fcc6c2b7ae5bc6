import numpy as np
import pytest
import shapely

from sim.camera.crowd import gather
from sim.camera.projection import clip_matrix
from sim.camera.renderer import FAR_M, NEAR_M, Renderer
from sim.camera.scene import StaticScene
from sim.camera.scene.buildings import Block
from sim.world.snapshot import RoadUserState
from tests.sim.camera.parts import HEIGHT, SIZES, WIDTH, pose_at, user

ROAD = (9.0, -1000.0)
"""A place on the northbound carriageway, far from trees."""


def test_boxes_are_the_extents_of_what_is_drawn(renderer: Renderer) -> None:
    pose = pose_at(ROAD[0], ROAD[1] - 30.0, 30.0, 0.0, -45.0)
    for kind, (*_, cls) in SIZES.items():
        who = [user(kind, *ROAD)]
        (label,) = renderer.labels(pose, who)
        drawn = identities(renderer, pose, who) == 1
        rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
        extent = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
        np.testing.assert_allclose([label.x0, label.y0, label.x1, label.y1], extent, atol=1.5, err_msg=kind)
        assert (label.cls, label.user) == (cls, kind)
        assert label.visible_fraction > 0.9, kind


def test_truck_behind_a_building_is_not_labelled(renderer: Renderer, scene: StaticScene) -> None:
    for block in scene.blocks:
        across = np.array([-np.sin(block.heading_rad), np.cos(block.heading_rad)])
        centre = np.array([block.x_m, block.y_m])
        behind, before, eye = (centre + across * (side * block.half_width_m + off) for side, off in SPOTS)
        if block.height_m > 10.0 and stands_alone(scene, block, eye, behind):
            break
    pose = pose_at(*eye, 6.0, float(np.degrees(np.arctan2(across[0], across[1]))), -3.0)
    found = renderer.labels(pose, [user("truck", *behind, name="behind"), user("truck", *before, name="before")])
    assert [label.user for label in found] == ["before"]
    assert found[0].visible_fraction > 0.9


SPOTS = ((1, 8.0), (-1, -8.0), (-1, -40.0))


def stands_alone(scene: StaticScene, block: Block, eye: np.ndarray, behind: np.ndarray) -> bool:
    """Nothing but the block is near the line of sight."""
    sight = shapely.LineString([eye, behind])
    others = [(b.x_m, b.y_m) for b in scene.blocks if b is not block]
    clear = shapely.distance(shapely.points(others), sight).min() > 40.0
    return bool(clear and shapely.distance(shapely.points(scene.trees.position[:, :2]), sight).min() > 12.0)


def test_half_hidden_car_is_labelled_with_what_shows(renderer: Renderer) -> None:
    x, y = ROAD
    pose = pose_at(x, y - 40.0, 1.2, 0.0, 0.0, fov_deg=25.0)
    car, bus = user("sedan", x, y, np.pi / 2, "car"), user("bus", x - 1.275, y - 15.0, np.pi / 2, "bus")
    fractions = {label.user: label.visible_fraction for label in renderer.labels(pose, [car, bus])}
    assert fractions["bus"] > 0.9
    assert 0.1 < fractions["car"] < 0.6


def test_box_ends_at_the_edge_of_the_picture_and_counts_what_is_cut_off(renderer: Renderer) -> None:
    x, y = ROAD
    height_m = 120.0
    half_picture_m = WIDTH / 2 / pose_at(x, y, height_m, 0.0, -90.0).focal_px * height_m
    (label,) = renderer.labels(pose_at(x - half_picture_m, y, height_m, 0.0, -90.0), [user("bus", x, y, 0.0)])
    lean_m = SIZES["bus"][2] * WIDTH / 2 / pose_at(x, y, height_m, 0.0, -90.0).focal_px
    assert label.x1 == WIDTH
    assert label.visible_fraction == pytest.approx(6.0 / (12.0 + lean_m), abs=0.03), "the roof leans out of the picture"


def test_users_behind_the_camera_or_under_its_lens_have_no_label(renderer: Renderer) -> None:
    x, y = ROAD
    pose = pose_at(x, y, 2.5, 0.0, 0.0)
    assert renderer.labels(pose, [user("sedan", x, y - 20.0), user("bus", x, y)]) == []
    assert renderer.labels(pose, []) == []


def test_crowded_picture_gives_every_user_its_own_label(renderer: Renderer) -> None:
    x, y = ROAD
    crowd = [user("pedestrian", x + 1.5 * i, y + 1.5 * j, name=f"p{i}-{j}") for i in range(-4, 5) for j in range(-6, 6)]
    found = renderer.labels(pose_at(x, y, 30.0, 0.0, -90.0), crowd)
    assert {label.user for label in found} == {who.id for who in crowd}
    assert min(label.visible_fraction for label in found) > 0.8


def identities(renderer: Renderer, pose: object, who: list[RoadUserState]) -> np.ndarray:
    groups = gather(who)
    clip = clip_matrix(pose, WIDTH, HEIGHT, NEAR_M, FAR_M)  # type: ignore[arg-type]
    with renderer._gl:
        return renderer._labeller.identity_picture(clip, groups, np.arange(len(who)))
