"""What light and lens do to the picture, apart from where the camera is."""

from dataclasses import dataclass
from math import cos, radians, sin

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Look:
    """Daylight and camera settings of one frame."""

    sun_azimuth_rad: float = radians(215.0)
    """Compass direction of the sun (clockwise from north)."""
    sun_elevation_rad: float = radians(48.0)
    """Height of the sun above the horizon, 0 < elevation <= pi/2."""
    overcast: float = 0.0
    """0 is a clear sky with hard shadows, 1 a closed cover of cloud without any."""
    haze_per_m: float = 0.0005
    """Extinction of the air: contrast falls as exp(-haze * distance)."""
    exposure: float = 1.0
    """Linear gain before the tone curve."""
    white_balance: Rgb = (1.0, 1.0, 1.0)
    """Linear gain per channel before the tone curve."""
    ground_tint: Rgb = (1.0, 1.0, 1.0)
    """Multiplies the colour of soil and plants: season and place."""

    def __post_init__(self) -> None:
        if not 0.0 < self.sun_elevation_rad <= radians(90.001):
            raise ValueError(f"sun_elevation_rad {self.sun_elevation_rad} is not in (0, pi/2]")
        if not 0.0 <= self.overcast <= 1.0:
            raise ValueError(f"overcast {self.overcast} is not in 0..1")
        if self.haze_per_m < 0.0:
            raise ValueError(f"haze_per_m {self.haze_per_m} is negative")
        if self.exposure <= 0.0:
            raise ValueError(f"exposure {self.exposure} is not positive")

    @property
    def to_sun(self) -> Rgb:
        """Unit vector to the sun, ENU."""
        a, e = self.sun_azimuth_rad, self.sun_elevation_rad
        return (sin(a) * cos(e), cos(a) * cos(e), sin(e))

    @property
    def sun_light(self) -> Rgb:
        """Linear RGB of direct sunlight: redder when low, weaker under cloud."""
        low = (1.0 - sin(self.sun_elevation_rad)) ** 2
        strength = 1.45 * (1.0 - 0.93 * self.overcast)
        return (strength, strength * (0.95 - 0.14 * low), strength * (0.86 - 0.32 * low))

    @property
    def sky_light(self) -> Rgb:
        """Linear RGB of light from straight above; greyer and stronger under cloud."""
        c = self.overcast
        return (0.34 + 0.34 * c, 0.41 + 0.29 * c, 0.53 + 0.19 * c)

    @property
    def haze_light(self) -> Rgb:
        """Linear RGB of thick air: the horizon's colour."""
        c = self.overcast
        return (0.66 - 0.05 * c, 0.72 - 0.08 * c, 0.79 - 0.13 * c)
