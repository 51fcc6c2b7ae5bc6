"""The story in the terminal: one line per thing that happened, and the figures that were measured on the way."""

import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console


@dataclass
class Figures:
    """What the demo measured; None where the story did not get that far."""

    detected_s: float | None = None
    """From the car standing still on the shoulder in view of the camera (ground truth) to the rule's firing."""
    alert_s: float | None = None
    """From the capture of the frame that made the rule fire to the alert at the dispatcher's socket."""
    speech_s: float | None = None
    """From the confirmation to the first sound of the loudspeaker."""
    left: bool = False
    left_after_s: float | None = None
    landed: bool = False
    story_s: float | None = None
    """From the order to fly to the landing."""
    setup_s: float | None = None
    """From the start of the processes to drones that are ready to fly."""
    confirmed_by: str | None = None
    cpu_cores: dict[str, float] | None = None
    """Processor of each process over the story, in cores."""
    vehicle: str = "own simulator"
    ok: bool = False
    failure: str | None = None

    def line(self) -> str:
        """One JSON line."""
        return json.dumps({k: round(v, 2) if isinstance(v, float) else v for k, v in asdict(self).items()})


class Narrator:
    """Prints what happens, with the seconds since the beginning."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._begin = time.monotonic()

    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._begin

    def say(self, text: str, style: str = "") -> None:
        """One line of the story."""
        self._console.print(f"[dim]{self.seconds():6.1f} s[/dim]  {text}", style=style)

    def plain(self, text: str) -> None:
        """Text without a time, and without any markup."""
        self._console.print(text, markup=False)

    def progress(self, drone: dict[str, Any]) -> str:
        """A drone's state in words."""
        position, battery, mission = drone.get("position"), drone.get("battery"), drone.get("mission")
        height = f"{position['alt_rel_m']:.0f} m up" if position else "position unknown"
        speed = f"{drone['velocity']['ground_speed_mps']:.0f} m/s" if drone.get("velocity") else ""
        item = f"item {mission['current']} of {mission['total']}" if mission and mission["total"] else ""
        charge = f"battery {battery['remaining_percent']:.0f} %" if battery and battery["remaining_percent"] else ""
        return ", ".join(part for part in (drone.get("flight_mode") or "", height, speed, item, charge) if part)
