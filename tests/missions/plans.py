"""Plan files as QGroundControl writes them, around the simulated home."""

import json
import math
from pathlib import Path
from typing import Any

from tests.fleet.parts import HOME

LAT, LON, ALT = HOME


def place(north_m: float, east_m: float) -> list[float]:
    """Latitude and longitude so far from home."""
    return [LAT + north_m / 111_195, LON + east_m / 111_195 / math.cos(math.radians(LAT))]


def item(command: int, frame: int, *params: float | None) -> dict[str, Any]:
    return {"type": "SimpleItem", "command": command, "frame": frame, "params": list(params), "autoContinue": True}


def takeoff(alt_m: float = 20.0) -> dict[str, Any]:
    return item(22, 3, 0, 0, 0, None, *place(0, 0), alt_m)


def waypoint(north_m: float, east_m: float, alt_m: float = 25.0, hold_s: float = 0) -> dict[str, Any]:
    return item(16, 3, hold_s, 0, 0, None, *place(north_m, east_m), alt_m)


def gimbal(pitch_deg: float) -> dict[str, Any]:
    return item(1000, 2, pitch_deg, 0, None, None, 12, 0, 0)


def speed(mps: float) -> dict[str, Any]:
    return item(178, 2, 1, mps, -1, 0, 0, 0, 0)


def back() -> dict[str, Any]:
    return item(20, 2, 0, 0, 0, 0, 0, 0, 0)


def plan(*items: dict[str, Any], **top: Any) -> dict[str, Any]:
    """A whole file; without items a small round trip with two gimbal angles."""
    chosen = list(items) or [
        gimbal(-45), takeoff(), speed(8), waypoint(60, 0), gimbal(-60), waypoint(60, 60), back()
    ]  # fmt: skip
    for number, each in enumerate(chosen, 1):
        each.setdefault("doJumpId", number)
    square = [place(n, e) for n, e in ((-200, -200), (-200, 200), (200, 200), (200, -200))]
    return {
        "fileType": "Plan",
        "version": 1,
        "groundStation": "QGroundControl",
        "geoFence": {"version": 2, "circles": [], "polygons": [{"inclusion": True, "polygon": square, "version": 1}]},
        "rallyPoints": {"version": 2, "points": []},
        "mission": {
            "version": 2, "firmwareType": 12, "vehicleType": 2, "cruiseSpeed": 15, "hoverSpeed": 5,
            "globalPlanAltitudeMode": 1, "plannedHomePosition": [LAT, LON, ALT], "items": chosen,
        },
    } | top  # fmt: skip


def write(folder: Path, name: str, content: dict[str, Any] | str) -> Path:
    path = folder / f"{name}.plan"
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path
