"""Side profiles of cars: measures and cross-sections from nose to tail."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Station:
    """One cross-section. `at` runs from 0 at the nose to 1 at the tail; heights and half widths are fractions."""

    at: float
    belt: float
    belt_width: float
    roof: float = 0.0
    roof_width: float = 0.0
    pillar: bool = False
    """The strip behind this station is painted, not glazed."""
    screen: bool = False
    """The roof strip behind this station is a windscreen or rear window."""


@dataclass(frozen=True)
class Profile:
    """A car's measures and its stations."""

    length_m: float
    width_m: float
    height_m: float
    stations: tuple[Station, ...]
    axles: tuple[float, float] = (0.18, 0.80)
    wheel_radius_m: float = 0.33
    clearance: float = 0.13
    sill: float = 0.26


S = Station
SEDAN = Profile(
    4.6,
    1.82,
    1.45,
    (
        S(0.0, 0.44, 0.74),
        S(0.02, 0.50, 0.90),
        S(0.10, 0.575, 0.95),
        S(0.26, 0.645, 0.97, 0.65, 0.84, screen=True),
        S(0.41, 0.655, 0.975, 0.955, 0.70),
        S(0.47, 0.66, 0.975, 0.995, 0.68),
        S(0.53, 0.66, 0.975, 1.0, 0.68, pillar=True),
        S(0.555, 0.66, 0.975, 1.0, 0.68),
        S(0.66, 0.665, 0.975, 0.985, 0.68),
        S(0.72, 0.67, 0.97, 0.945, 0.68, pillar=True, screen=True),
        S(0.85, 0.69, 0.96, 0.705, 0.80),
        S(0.97, 0.685, 0.93),
        S(0.99, 0.62, 0.91),
        S(1.0, 0.46, 0.84),
    ),
)
HATCH = Profile(
    4.1,
    1.75,
    1.50,
    (
        S(0.0, 0.44, 0.74),
        S(0.025, 0.50, 0.90),
        S(0.11, 0.575, 0.95),
        S(0.25, 0.645, 0.97, 0.65, 0.85, screen=True),
        S(0.41, 0.655, 0.975, 0.955, 0.72),
        S(0.48, 0.66, 0.975, 0.995, 0.70),
        S(0.56, 0.66, 0.975, 1.0, 0.70, pillar=True),
        S(0.585, 0.66, 0.975, 1.0, 0.70),
        S(0.80, 0.67, 0.97, 0.98, 0.69, pillar=True),
        S(0.89, 0.68, 0.965, 0.94, 0.68, pillar=True, screen=True),
        S(0.975, 0.67, 0.94, 0.69, 0.80),
        S(0.99, 0.60, 0.92),
        S(1.0, 0.44, 0.84),
    ),
    axles=(0.185, 0.82),
    wheel_radius_m=0.31,
)
SUV = Profile(
    4.8,
    1.95,
    1.75,
    (
        S(0.0, 0.46, 0.80),
        S(0.02, 0.54, 0.92),
        S(0.09, 0.585, 0.95),
        S(0.24, 0.62, 0.97, 0.625, 0.86, screen=True),
        S(0.37, 0.63, 0.975, 0.945, 0.76),
        S(0.43, 0.635, 0.975, 0.99, 0.74),
        S(0.53, 0.64, 0.975, 1.0, 0.74, pillar=True),
        S(0.555, 0.64, 0.975, 1.0, 0.74),
        S(0.73, 0.645, 0.975, 0.99, 0.74, pillar=True),
        S(0.76, 0.645, 0.975, 0.985, 0.74),
        S(0.89, 0.65, 0.97, 0.965, 0.72, pillar=True, screen=True),
        S(0.965, 0.65, 0.95, 0.67, 0.82),
        S(0.985, 0.60, 0.93),
        S(1.0, 0.42, 0.86),
    ),
    axles=(0.18, 0.81),
    wheel_radius_m=0.37,
)
VAN = Profile(
    5.4,
    2.0,
    2.2,
    (
        S(0.0, 0.34, 0.80),
        S(0.015, 0.42, 0.92),
        S(0.08, 0.475, 0.95, 0.48, 0.88, screen=True),
        S(0.20, 0.50, 0.965, 0.93, 0.80),
        S(0.25, 0.51, 0.965, 0.985, 0.79),
        S(0.345, 0.52, 0.965, 1.0, 0.80, pillar=True),
        S(0.37, 0.52, 0.965, 1.0, 0.80),
        S(0.58, 0.52, 0.965, 1.0, 0.80, pillar=True),
        S(0.60, 0.52, 0.965, 1.0, 0.80),
        S(0.80, 0.52, 0.965, 0.995, 0.80, pillar=True),
        S(0.83, 0.52, 0.965, 0.995, 0.80),
        S(0.95, 0.52, 0.96, 0.98, 0.79, pillar=True, screen=True),
        S(0.985, 0.52, 0.95, 0.54, 0.86),
        S(1.0, 0.24, 0.90),
    ),
    axles=(0.17, 0.79),
    wheel_radius_m=0.34,
    clearance=0.10,
    sill=0.17,
)
