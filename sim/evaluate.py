"""`python -m sim.evaluate --suite emergency_lane --seeds 0-9 --json OUT`: measure what the service detects.

Flies seeded scenarios offline: traffic (SUMO), camera (renderer) and telemetry (with its errors) are the simulator's;
detector, registration, tracking and rules are the service's own code. What it reports is held against SUMO's truth.
"""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.evaluation import suites
from sim.evaluation.fleet import Failed, fly_all
from sim.evaluation.flight import Setup
from sim.evaluation.report import DEFINITIONS, line, table
from sim.evaluation.scoring import Flight, row, summary
from sim.payload.pose_error import PoseErrorSize

DEFAULT_MODEL = Path(__file__).parents[1] / "models" / "patrol-yolov8n_openvino_model"
POSE_ERROR = "gps_m=1.5,att_deg=1.0"


def parse_seeds(text: str) -> list[int]:
    """`3-7` or `5` -> the seeds. Raises ValueError."""
    first, dash, last = text.partition("-")
    try:
        seeds = list(range(int(first), int(last if dash else first) + 1))
    except ValueError:
        raise ValueError(f"seeds {text!r}: expected A-B or A, whole numbers from 0") from None
    if not seeds:
        raise ValueError(f"seeds {text!r}: the last is before the first")
    return seeds


def main(
    suite: Annotated[str, typer.Option(help="What to fly: a file in sim/evaluation/suites.")],
    seeds: Annotated[str, typer.Option(help="A-B, or one: each seed is a flight.")],
    report: Annotated[Path, typer.Option("--json", help="File for the report.")],
    model: Annotated[Path, typer.Option(help="OpenVINO folder, or a .pt.")] = DEFAULT_MODEL,
    jobs: Annotated[int, typer.Option(min=1, help="Flights at a time.")] = os.cpu_count() or 1,
    pose_error: Annotated[str, typer.Option(help="Errors of the telemetry; empty for none.")] = POSE_ERROR,
    video_kbps: Annotated[
        int | None, typer.Option(min=50, help="Send pictures through H.264 of this bit rate, at 5 pictures a second.")
    ] = None,
    pictures: Annotated[Path | None, typer.Option(help="Folder for pictures of false alarms and misses.")] = None,
) -> None:
    """Fly the seeds of a suite and report DR, FAR, MTTD, lane accuracy, position and speed errors."""
    try:
        numbers, error = parse_seeds(seeds), PoseErrorSize.parse(pose_error)
        suites.plan_flight(suite, numbers[0])
        if not model.exists():
            raise ValueError(f"no model at {model} (--model)")
    except ValueError as trouble:
        raise typer.BadParameter(str(trouble)) from trouble
    setup = Setup(model, error, video_kbps, pictures)
    flights: list[Flight] = []
    failed: list[Failed] = []
    for result in fly_all(suite, numbers, setup, jobs):
        (flights if isinstance(result, Flight) else failed).append(result)  # type: ignore[arg-type]
        print(line(result), file=sys.stderr, flush=True)
    flights.sort(key=lambda flight: flight.seed)
    figures = summary(flights)
    whole = {
        "summary": figures,
        "suite": suite,
        "seeds": numbers,
        "model": str(model),
        "pose_error": pose_error,
        "video_kbps": video_kbps,
        "definitions": DEFINITIONS,
        "failed": [{"seed": f.seed, "reason": f.reason} for f in failed],
        "flights": [row(flight) for flight in flights],
    }
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    print(table(figures))
    if failed:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
