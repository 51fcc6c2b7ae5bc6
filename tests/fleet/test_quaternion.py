import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation, Slerp

from gcs.fleet import quaternion
from gcs.fleet.quaternion import Quaternion

angle = st.floats(-math.pi, math.pi)
rotations = st.tuples(angle, st.floats(-1.55, 1.55), angle).map(
    lambda ypr: Rotation.from_euler("ZYX", ypr).as_quat(scalar_first=True)
)


def same(q: Quaternion, expected: Rotation) -> bool:
    return (Rotation.from_quat(q, scalar_first=True) * expected.inv()).magnitude() < 1e-6


@given(rotations, rotations)
def test_product_is_scipys(a: Quaternion, b: Quaternion) -> None:
    expected = Rotation.from_quat(a, scalar_first=True) * Rotation.from_quat(b, scalar_first=True)
    assert same(quaternion.multiply(a, b), expected)


@given(rotations, rotations, st.floats(0, 1))
def test_slerp_is_scipys(a: Quaternion, b: Quaternion, share: float) -> None:
    ends = Rotation.from_quat([a, b], scalar_first=True)
    if abs((ends[0] * ends[1].inv()).magnitude() - math.pi) < 1e-3:
        return  # half a turn has no shorter arc
    assert same(quaternion.slerp(a, b, share), Slerp([0, 1], ends)(share))


@given(rotations)
def test_euler_angles_give_the_rotation_back(q: Quaternion) -> None:
    roll, pitch, yaw = quaternion.to_euler(q)
    assert same(q, Rotation.from_euler("ZYX", [yaw, pitch, roll]))


@given(angle)
def test_looking_straight_down_keeps_the_heading(yaw: float) -> None:
    down = Rotation.from_euler("ZYX", [yaw, -math.pi / 2, 0.0]).as_quat(scalar_first=True)
    roll, pitch, found = quaternion.to_euler(tuple(down))
    assert (roll, pitch) == (0.0, pytest.approx(-math.pi / 2, abs=1e-3))
    assert abs(math.remainder(found - yaw, math.tau)) < 1e-6


def test_no_rotation_is_refused() -> None:
    with pytest.raises(ValueError, match="is no rotation"):
        quaternion.normalise((0.0, 0.0, 0.0, 0.0))
