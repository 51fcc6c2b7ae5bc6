"""The thresholds of all rules, read from `thresholds.yaml`, where each is explained."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT_FILE = Path(__file__).with_name("thresholds.yaml")


class ThresholdsError(ValueError):
    """The file can't be used; the message names file and field, one problem per line."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class EmergencyLaneThresholds(_Strict):
    """See thresholds.yaml."""

    dwell_s: float = Field(gt=0)
    slow_mps: float = Field(gt=0)
    window_s: float = Field(ge=1)
    release_mps: float = Field(gt=0)
    release_s: float = Field(ge=0)
    gap_s: float = Field(ge=0)
    queue_radius_m: float = Field(ge=0)
    queue_vehicles: int = Field(ge=1)
    queue_share: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _release_above_slow(self) -> "EmergencyLaneThresholds":
        if self.release_mps <= self.slow_mps:
            raise ValueError("release_mps must be above slow_mps, or reports would flicker")
        return self


class Thresholds(_Strict):
    """One member per rule."""

    emergency_lane_occupancy: EmergencyLaneThresholds


def load_thresholds(path: Path = DEFAULT_FILE) -> Thresholds:
    """Read and check the file. Raises ThresholdsError."""
    try:
        return Thresholds.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        lines = [f"{path.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ThresholdsError("\n".join(lines)) from error
    except (OSError, yaml.YAMLError) as error:
        raise ThresholdsError(f"{path.name}: {error}") from error
