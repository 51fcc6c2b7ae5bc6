"""The one place that reads the environment. Every setting can be given as `PATROL_<NAME>`, or in a `.env` file."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may choose. Raises pydantic's ValidationError naming the setting that is wrong."""

    model_config = SettingsConfigDict(env_prefix="PATROL_", env_file=".env", extra="ignore")

    host: str = "127.0.0.1"
    """Address the console is served on; 0.0.0.0 to serve the network (put TLS in front)."""
    port: int = Field(8000, ge=1, le=65535)
    data_dir: Path = Path("var/gcs")
    """Database, evidence, recordings and the secret live here."""
    database_url: str = ""
    """SQLAlchemy async URL; empty means SQLite in `data_dir`."""
    links: Annotated[list[str], NoDecode] = ["udpin://0.0.0.0:14540"]
    """MAVSDK connection URLs on which drones are found, separated by commas."""
    plans_dir: Path = Path("mission_plans")
    """`*.plan` files, and `roads/*.geojson` below it."""
    model: Path = Path("models/patrol-yolov8n_openvino_model")
    """OpenVINO export, or an Ultralytics `.pt`."""
    detector_threads: int = Field(1, ge=1, le=64)
    """Processor threads of the detector."""
    position_sigma_m: float = Field(1.5, gt=0)
    """How far the drones' positions are off (one standard deviation): 1.5 for GPS, 0.05 for RTK."""
    attitude_sigma_deg: float = Field(1.0, gt=0)
    """How far the gimbals' angles are off (one standard deviation)."""
    console_dir: Path = Path("gcs/console/dist")
    """The built web console."""
    token_minutes: int = Field(720, ge=1)
    """How long a sign-in lasts: one shift."""
    demo_accounts: bool = False
    """Create the demo users (operator, dispatcher, supervisor). Only for a simulated fleet."""

    @field_validator("links", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @property
    def resolved_database_url(self) -> str:
        """The database URL with the SQLite default filled in."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'patrol.db'}"
