"""The report in words."""

from typing import Any

from sim.evaluation.fleet import Failed
from sim.evaluation.scoring import GRACE_S, OWED_S, Flight, owed, verdicts
from sim.evaluation.truth import IN_VIEW_PX, IN_VIEW_SHARE, SHOWN_PX, STANDING_MPS

DEFINITIONS = {
    "in_view": f"at least {IN_VIEW_SHARE:.0%} of it shows, no edge of its box on the picture's border, longer side of "
    f"the box at least {IN_VIEW_PX:g} px in a picture 1280 px wide",
    "standing": f"events of things that stand count as in view only below {STANDING_MPS:g} m/s",
    "owed": f"events that stood in view for at least {OWED_S:g} s without a break: these must be reported",
    "dr": "share of the owed events that were reported",
    "right": f"the alarm's box is on the event's road user, while it lasts or at most {GRACE_S:g} s after",
    "repeats": "further alarms (other track numbers) for an event already reported",
    "false_alarms": "alarms that are neither; one for each track and event type",
    "far_upper95_per_flight_hour": "exact Poisson upper bound, one-sided 95 %",
    "dr_lower95": "Clopper-Pearson lower bound, one-sided 95 %",
    "mttd": f"over the owed events, from the first picture that shows half of it, standing, {SHOWN_PX:g} px long "
    "or more, perhaps cut by the border, to its alarm",
    "placing": "over road users observed in a picture whose box overlaps the true one (IoU at least 0.3); across and "
    "along their true heading; a lane is right when the vehicle's true middle lies in it",
    "pictures_registered_share": "share of the pictures placed by the road's paint, not by telemetry alone",
    "vehicles_known_share": "share of the motor vehicles in view that have a track observed in that picture",
}
"""What the figures mean."""


def line(result: Flight | Failed) -> str:
    """One flight."""
    if isinstance(result, Failed):
        return f"seed {result.seed}: FAILED: {result.reason}"
    judged = verdicts(result.episodes, result.alarms)
    told = {id(episode) for _, _, episode in judged}
    due = [episode for episode in result.episodes if owed(episode) and episode.event in result.events]
    found = sum(id(episode) in told for episode in due)
    false = [alarm.truth for alarm, verdict, _ in judged if verdict == "false"]
    words = f"seed {result.seed} ({result.kind}): {found} of {len(due)} owed events found, {len(judged)} alarms"
    return f"{words}, false: {'; '.join(false) or 'none'} [{result.cpu_s:.0f} CPU s]"


def table(figures: dict[str, Any]) -> str:
    """The summary."""
    lines = [f"{figures['flights']} flights, {figures['flight_hours']:.3f} h, {figures['cpu_s_per_flight']} CPU s each"]
    for event, score in figures["events"].items():
        lines.append(event)
        lines += [f"  {key:28} {value}" for key, value in score.items()]
    lines.append("placing")
    lines += [f"  {key:28} {value}" for key, value in figures["placing"].items()]
    return "\n".join(lines)
