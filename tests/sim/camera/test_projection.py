import numpy as np
import shapely

from sim.camera.pose import look
from sim.camera.projection import clip_matrix, outside, project
from sim.camera.renderer import Renderer
from sim.world.roads import DASH_M, GAP_M, load_lanes
from tests.sim.camera.parts import EVEN_LIGHT, HEIGHT, WIDTH, pose_at


def test_camera_axes_are_right_down_forward() -> None:
    right, down, forward = look(0.0, 0.0)
    np.testing.assert_allclose([right, down, forward], [[1, 0, 0], [0, 0, -1], [0, 1, 0]], atol=1e-12)
    _, down, forward = look(np.pi / 2, -np.pi / 2)
    np.testing.assert_allclose([down, forward], [[-1, 0, 0], [0, 0, -1]], atol=1e-12)


def test_positive_roll_lowers_the_right_side_of_the_camera() -> None:
    right, _, _ = look(0.0, 0.0, 0.1)
    assert right[2] < 0


def test_clip_space_and_pixels_agree() -> None:
    pose = pose_at(10.0, -20.0, 60.0, 33.0, -40.0)
    points = pose.position_enu_m + np.random.default_rng(1).uniform(20, 90, (50, 3)) @ pose.rotation
    pixels, depth = project(pose, points, WIDTH, HEIGHT)
    clip = np.c_[points, np.ones(50)] @ clip_matrix(pose, WIDTH, HEIGHT, 1.0, 500.0).T
    by_clip = (clip[:, :2] / clip[:, 3:] + 1) / 2 * [WIDTH, HEIGHT]
    np.testing.assert_allclose(by_clip, pixels, atol=1e-6)
    np.testing.assert_allclose(clip[:, 3], depth)


def test_only_balls_that_cannot_touch_the_picture_are_outside() -> None:
    pose = pose_at(0.0, 0.0, 50.0, 0.0, -90.0)
    clip = clip_matrix(pose, WIDTH, HEIGHT, 1.0, 500.0)
    points = np.array([[0.0, 0, 0], [500, 0, 0], [500, 0, 0], [0, 0, 90]])
    assert outside(clip, points, np.array([1.0, 1, 490, 1])).tolist() == [False, True, False, True]


def test_a_painted_dash_shows_at_the_pixels_it_projects_to(renderer: Renderer) -> None:
    lane = next(lane for lane in load_lanes() if lane.id == "nb_1_1")
    start, end = lane.border("left")[[0, -1]]
    along = (end - start) / np.linalg.norm(end - start)
    across = np.array([-along[1], along[0]]) * lane.marking_left.width_m / 2
    first = start + along * 10 * (DASH_M + GAP_M)
    last = first + along * DASH_M
    pose = pose_at(first[0] - 12.0, first[1] - 22.0, 40.0, 20.0, -55.0)
    picture = renderer.render(pose, [], EVEN_LIGHT).astype(float).mean(axis=2)

    outline = np.array([first + across, first - across, last - across, last + across])
    pixels, _ = project(pose, np.c_[outline, np.zeros(4)], WIDTH, HEIGHT)
    (x0, y0), (x1, y1) = np.floor(pixels.min(axis=0)).astype(int) - 5, np.ceil(pixels.max(axis=0)).astype(int) + 5
    window = picture[y0:y1, x0:x1]
    paint = np.maximum(window - np.median(window) - 20.0, 0.0)
    ys, xs = np.mgrid[y0:y1, x0:x1] + 0.5
    seen = [(xs * paint).sum() / paint.sum(), (ys * paint).sum() / paint.sum()]
    np.testing.assert_allclose(seen, shapely.Polygon(pixels).centroid.coords[0], atol=0.35)
    assert abs(np.ptp(pixels[:, 1]) - np.ptp(np.nonzero(paint > 20)[0])) < 3, "as long as it is painted"
