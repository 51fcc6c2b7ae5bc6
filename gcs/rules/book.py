"""All rules of the service."""

from gcs.rules.emergency_lane_occupancy import EmergencyLaneOccupancy
from gcs.rules.thresholds import Thresholds
from gcs.rules.types import Rule


def all_rules(thresholds: Thresholds) -> list[Rule]:
    """New ones, for one drone."""
    return [EmergencyLaneOccupancy(thresholds.emergency_lane_occupancy)]
