"""The suites: a file each, with `draw(seed, rng) -> FlightPlan`; its docstring says what the suite holds."""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from zlib import crc32

import numpy as np

from sim.evaluation.plan import FlightPlan

Draw = Callable[[int, np.random.Generator], FlightPlan]


class UnknownSuite(ValueError):
    """There is no such suite; the message names those that exist."""


def names() -> list[str]:
    """All suites."""
    return sorted(module.name for module in iter_modules(__path__))


def plan_flight(suite: str, seed: int) -> FlightPlan:
    """The flight of a seed (any integer from 0). Raises UnknownSuite."""
    if suite not in names():
        raise UnknownSuite(f"no suite {suite!r} (there are: {', '.join(names())})")
    draw: Draw = import_module(f"{__name__}.{suite}").draw
    return draw(seed, np.random.default_rng([crc32(suite.encode()), seed]))
