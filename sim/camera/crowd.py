"""Road users as rows of numbers for the instanced models, grouped by shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, sin
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
    """(n, 12): x y z, cos heading; scale x y z, sin heading; r g b, lights + seed."""
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
        return np.asarray(np.linalg.norm(self.size_m, axis=1) * 0.55 + 0.3, np.float64)


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
    if not users:
        return []
    table = np.array(
        [
            [
                *(u.x_m, u.y_m, u.z_m, cos(u.heading_rad)),
                *(u.length_m, u.width_m, u.height_m, sin(u.heading_rad)),
                *(*u.colour, lights(u, t_s) + _seed(u.id)),
            ]
            for u in users
        ],
        np.float32,
    )
    if not (table[:, 4:7] > 0).all():
        worst = users[int(np.argmin(table[:, 4:7].min(axis=1)))]
        raise ValueError(f"road user {worst.id!r}: length, width and height must be positive")
    names = np.array([shape_name(u) for u in users])
    groups = []
    for name in np.unique(names):
        members = np.flatnonzero(names == name)
        rows = table[members]
        size = rows[:, 4:7].copy()
        built = shape(str(name))
        rows[:, 4:7] = size / np.array([built.length_m, built.width_m, built.height_m], np.float32)
        groups.append(Group(str(name), members, rows, size))
    return groups


@lru_cache(maxsize=10_000)
def _seed(user: str) -> float:
    """A user's own number in 0..1, for what differs among users of a shape."""
    return crc32(user.encode()) % 997 / 997.0


def footprints(group: Group) -> NDArray[np.float32]:
    """(n, 12) the same rows with the footprint's length and width in place of the scale."""
    rows = group.rows.copy()
    rows[:, 4:7] = group.size_m
    return rows
