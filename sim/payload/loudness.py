"""How far a loudspeaker on a drone is understood."""

import math

FULL_LEVEL_DB = 128.0
"""Sound level 1 m before the horn at full volume, as sold for drones."""

NEEDED_LEVEL_DB = 85.0
"""Level at which speech is understood over an expressway's 70 to 75 dB."""


def radius_m(volume_percent: float, height_m: float) -> float:
    """Ground radius within which a message is understood, 0 when it is nowhere.

    Spherical spreading: level(d) = FULL_LEVEL_DB + 20 log10(volume / 100) - 20 log10(d); the slant range d at which it
    falls to NEEDED_LEVEL_DB is 141 m at full volume; radius = sqrt(d^2 - height^2).
    """
    if volume_percent <= 0:
        return 0.0
    slant_m = 10 ** ((FULL_LEVEL_DB - NEEDED_LEVEL_DB) / 20) * min(volume_percent, 100.0) / 100
    return math.sqrt(max(0.0, slant_m**2 - height_m**2))
