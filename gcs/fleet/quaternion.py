"""Quaternions (w, x, y, z) of an aerospace body (x forward, y right, z down) in NED.

Formulas: J. Diebel, "Representing Attitude" (2006), sections 6 and 8; slerp: K. Shoemake, SIGGRAPH 1985.
"""

import math

Quaternion = tuple[float, float, float, float]


def multiply(a: Quaternion, b: Quaternion) -> Quaternion:
    """Hamilton product: the rotation b, then a."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def of_yaw(yaw_rad: float) -> Quaternion:
    """A turn about down."""
    return (math.cos(yaw_rad / 2), 0.0, 0.0, math.sin(yaw_rad / 2))


def normalise(q: Quaternion) -> Quaternion:
    """Of length 1. Raises ValueError for zero or what is no number."""
    length = math.sqrt(sum(part * part for part in q))
    if not math.isfinite(length) or length < 1e-6:
        raise ValueError(f"{q} is no rotation")
    w, x, y, z = (part / length for part in q)
    return (w, x, y, z)


def slerp(a: Quaternion, b: Quaternion, share: float) -> Quaternion:
    """From a (share 0) to b (share 1) along the shorter arc at even speed."""
    dot = sum(p * q for p, q in zip(a, b, strict=True))
    sign = -1.0 if dot < 0 else 1.0
    angle = math.acos(min(1.0, abs(dot)))
    if angle < 1e-6:
        ka, kb = 1.0 - share, share
    else:
        ka, kb = math.sin((1 - share) * angle) / math.sin(angle), math.sin(share * angle) / math.sin(angle)
    w, x, y, z = (ka * p + sign * kb * q for p, q in zip(a, b, strict=True))
    return normalise((w, x, y, z))


def to_euler(q: Quaternion) -> tuple[float, float, float]:
    """(roll, pitch, yaw) in radians, yaw first (ZYX). Straight up or down the roll is called 0."""
    w, x, y, z = q
    sin_pitch = max(-1.0, min(1.0, 2 * (w * y - z * x)))
    pitch = math.asin(sin_pitch)
    if abs(sin_pitch) > 0.999999:
        return 0.0, pitch, _wrap(2 * math.atan2(z, w))
    roll = math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return roll, pitch, yaw


def _wrap(angle_rad: float) -> float:
    return math.remainder(angle_rad, math.tau)
