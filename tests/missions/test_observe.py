import pytest

from gcs.fleet.schemas import DroneState, Health, Link
from gcs.missions.observe import observe
from gcs.missions.schemas import SortieState


def seen(
    mode: str | None = "Mission", landed: str | None = "IN_AIR", armed: bool | None = True, link: str = "live"
) -> DroneState:
    return DroneState.model_validate(
        {
            "system_id": 1, "name": "UAV-01", "t_unix_s": 0, "link": Link(state=link, age_s=0),  # type: ignore[arg-type]
            "position": None, "velocity": None, "heading_deg": None, "attitude": None, "battery": None,
            "flight_mode": mode, "armed": armed, "landed_state": landed, "gps": None, "home": None,
            "health": Health(armable=True, missing=[]), "mission": None, "status_texts": [], "camera": None,
            "gimbal": None, "speaker": None, "sortie_id": 1,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "airborne", "state", "becomes"),
    [
        ("authorised", False, seen(landed="ON_GROUND"), None),
        ("authorised", False, seen(landed="TAKING_OFF"), "flying"),
        ("authorised", False, seen(landed="ON_GROUND", armed=False), "aborted"),
        ("flying", True, seen(), None),
        ("flying", True, seen("Hold"), "holding"),
        ("holding", True, seen("Mission"), "flying"),
        ("flying", True, seen("Return"), "returning"),
        ("holding", True, seen("Land"), "returning"),
        ("flying", True, seen("Position"), None),
        ("returning", True, seen("Return", "ON_GROUND"), "returning-still"),
        ("returning", True, seen("Hold", "ON_GROUND", armed=False), "landed"),
        ("flying", True, seen("Mission", "ON_GROUND", armed=False), "landed"),
        ("flying", True, seen(link="stale"), None),
        ("flying", True, seen(link="lost"), "lost"),
        ("authorised", False, seen(link="lost"), None),
        ("lost", True, seen(link="lost"), None),
        ("lost", True, seen("Mission"), "flying"),
        ("lost", True, seen("Return"), "returning"),
        ("lost", True, seen("Hold", "ON_GROUND", armed=False), "landed"),
        ("flying", True, seen(armed=None), None),
        ("flying", True, seen(landed=None), None),
        ("flying", True, seen(mode=None), None),
    ],
)
def test_state_follows_telemetry(now: SortieState, airborne: bool, state: DroneState, becomes: str | None) -> None:
    change = observe(now, airborne, state)
    assert (change[0] if change else None) == (None if becomes == "returning-still" else becomes)
