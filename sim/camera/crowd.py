"""Road users as rows of numbers for the instanced models, grouped by shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from sim.camera.models.catalogue import shape, shape_name
from sim.world.snapshot import RoadUserState

BRAKE, HAZARD, RED_BEACON, BLUE_BEACON = 1, 2, 4, 8
FLASH_HZ = 1.5
BEACON_HZ = 2.5


@dataclass(frozen=True)
class Group:
    """Users of one shape."""

    shape: str
    members: NDArray[np.int64]
    """Indices into the given users."""
    rows: NDArray[np.float32]
    """(n, 12): x y z heading, scale x y z, lights, r g b, seed."""
    size_m: NDArray[np.float32]
    """(n, 3) length, width, height."""

    def only(self, keep: NDArray[np.bool_]) -> "Group":
        """The members for which keep is true."""
        return Group(self.shape, self.members[keep], self.rows[keep], self.size_m[keep])

    @property
    def centre(self) -> NDArray[np.float64]:
        """(n, 3) ENU metres, the middle of each body."""
        out = self.rows[:, :3].astype(np.float64)
        out[:, 2] += self.size_m[:, 2] / 2
        return out

    @property
    def radius(self) -> NDArray[np.float64]:
        """(n,) metres, of a ball around each body."""
        return np.linalg.norm(self.size_m, axis=1).astype(np.float64) * 0.55 + 0.3


def lights(user: RoadUserState, t_s: float) -> int:
    """Which lamps are lit at a time: hazard lights flash, the police's beacons alternate."""
    lit = BRAKE if user.brake else 0
    if user.hazard_lights and (t_s * FLASH_HZ) % 1.0 < 0.5:
        lit |= HAZARD
    if user.kind == "police":
        lit |= RED_BEACON if (t_s * BEACON_HZ) % 1.0 < 0.5 else BLUE_BEACON
    return lit


def gather(users: Sequence[RoadUserState], t_s: float = 0.0) -> list[Group]:
    """Groups by shape. Raises ValueError for a kind without a shape or a size that is not positive."""
    by_shape: dict[str, list[int]] = {}
    for i, user in enumerate(users):
        by_shape.setdefault(shape_name(user), []).append(i)
    groups = []
    for name, members in by_shape.items():
        built = shape(name)
        rows = np.empty((len(members), 12), np.float32)
        size = np.empty((len(members), 3), np.float32)
        for k, i in enumerate(members):
            u = users[i]
            size[k] = u.length_m, u.width_m, u.height_m
            rows[k, :4] = u.x_m, u.y_m, u.z_m, u.heading_rad % (2 * pi)
            rows[k, 7] = lights(u, t_s)
            rows[k, 8:11] = u.colour
            rows[k, 11] = crc32(u.id.encode()) % 997 / 997.0
        if not (size > 0).all():
            worst = users[members[int(np.argmin(size.min(axis=1)))]]
            raise ValueError(f"road user {worst.id!r}: length, width and height must be positive")
        rows[:, 4:7] = size / np.float32([built.length_m, built.width_m, built.height_m])
        groups.append(Group(name, np.array(members), rows, size))
    return groups


def footprints(group: Group) -> NDArray[np.float32]:
    """(n, 12) the same rows with the footprint's length and width in place of the scale."""
    rows = group.rows.copy()
    rows[:, 4:7] = group.size_m
    return rows
