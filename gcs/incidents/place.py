"""Where on the road network an incident is, in words a dispatcher and a driver use."""

from collections.abc import Callable
from dataclasses import dataclass

from gcs.rules.types import Text


@dataclass(frozen=True, slots=True)
class Place:
    """The road a lane belongs to."""

    road_id: str
    road_name: Text
    direction: str
    """Of the lane, as the road map names it: northbound, eastbound, ..."""


DescribePlace = Callable[[str, float], Place]
"""(lane id, chainage in metres) -> Place. Raises LookupError when the road map has no such lane."""


def format_chainage(chainage_m: float) -> str:
    """Metres along the road as on its stones: 1250.4 -> "K1+250"; "-K0+050" before the road's zero."""
    whole = round(abs(chainage_m))
    sign = "-" if chainage_m < 0 and whole else ""
    return f"{sign}K{whole // 1000}+{whole % 1000:03d}"
