"""A very short flight through all the real parts."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.evaluation.fleet import Failed, fly_all
from sim.evaluation.flight import Setup, fly
from sim.evaluation.scoring import summary
from sim.evaluation.suites import plan_flight
from sim.payload.pose_error import PoseErrorSize

MODEL = Path(__file__).parents[3] / "models" / "patrol-yolov8n_openvino_model"


@pytest.fixture
def setup() -> Setup:
    if not MODEL.is_dir():
        pytest.skip(f"no model at {MODEL}")
    return Setup(MODEL, PoseErrorSize(), video_kilobits=2000, width=640, height=360)


def test_a_short_flight_sees_road_users_where_they_are(setup: Setup) -> None:
    drawn = plan_flight("quiet", 5)
    low = replace(drawn.patrol, height_m=40.0, speed_mps=2.0)
    plan = replace(drawn, patrol=low, lead_s=0.0, duration_s=4.0)
    try:
        flight = fly(plan, setup)
    except RuntimeError as error:
        pytest.skip(str(error))
    assert set(flight.doubts) <= {"no picture yet"}
    assert flight.placing.registered[-1]
    assert flight.alarms == []
    figures = summary([flight])["placing"]
    assert isinstance(figures, dict)
    assert figures["users_placed"] > 5
    assert figures["position_across_p95_m"] < 2.0


def test_a_flight_that_cannot_be_flown_is_told_with_its_reason(tmp_path: Path) -> None:
    setup = Setup(tmp_path / "nothing", PoseErrorSize(), width=64, height=36)
    (result,) = fly_all("quiet", [0], setup, jobs=1)
    assert isinstance(result, Failed)
    assert "no such model" in result.reason or "EGL" in result.reason
