"""From alarms and episodes to detection rate, false alarms per flight-hour and time to detect. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict

import numpy as np
from scipy.stats import beta, chi2

from sim.evaluation.measures import Placing, placing_summary
from sim.evaluation.truth import Episode

OWED_S = 10.0
"""An event that stands in view so long without a break must be reported; a shorter one may be."""
GRACE_S = 1.0
"""An alarm may come so long after an event's end."""
ONE_SIDED = 0.95

Verdict = Literal["right", "repeat", "false"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """The first firing of a rule for one track."""

    event: str
    t_s: float
    track_id: int
    user: str
    """SUMO's road user under the box; empty when there is none."""
    lane_id: str
    """As stated."""
    truth: str
    """What SUMO has there, in words."""


@dataclass(slots=True)
class Flight:
    """What one flight gave, as it travels between processes (JSON)."""

    seed: int
    kind: str
    duration_s: float
    patrol: dict[str, float | str]
    events: list[str]
    """Event types that were looked for."""
    episodes: list[Episode]
    alarms: list[Alarm]
    placing: Placing
    cpu_s: float
    doubts: dict[str, int] = field(default_factory=dict)
    """Pictures that were not judged or not registered, by the service's reason."""


class EventScore(TypedDict):
    """The figures of one event type."""

    owed: int
    detected: int
    dr: float | None
    dr_lower95: float | None
    alarms: int
    repeats: int
    false_alarms: int
    far_per_flight_hour: float | None
    far_upper95_per_flight_hour: float | None
    mttd_median_s: float | None
    mttd_p95_s: float | None


def owed(episode: Episode) -> bool:
    """Whether it must be reported."""
    return episode.in_view_s() >= OWED_S


def verdicts(episodes: Sequence[Episode], alarms: Sequence[Alarm]) -> list[tuple[Alarm, Verdict, Episode | None]]:
    """Each alarm, in the order of time, with the episode it tells of."""
    told: set[int] = set()
    out: list[tuple[Alarm, Verdict, Episode | None]] = []
    for alarm in sorted(alarms, key=lambda a: a.t_s):
        about = next((i for i, e in enumerate(episodes) if _tells_of(alarm, e)), None)
        if about is None:
            out.append((alarm, "false", None))
        else:
            out.append((alarm, "repeat" if about in told else "right", episodes[about]))
            told.add(about)
    return out


def _tells_of(alarm: Alarm, episode: Episode) -> bool:
    same = (alarm.event, alarm.user) == (episode.event, episode.user)
    return same and episode.start_s <= alarm.t_s <= episode.end_s + GRACE_S


def delay_s(episode: Episode, alarm: Alarm) -> float:
    """From the event first showing to the alarm; 0 when it was told before anything of it showed well."""
    return max(0.0, alarm.t_s - episode.shown_s)


def score_event(event: str, flights: Sequence[Flight]) -> EventScore:
    """One event type over flights."""
    hours = sum(flight.duration_s for flight in flights) / 3600
    must = found = repeats = false = count = 0
    delays = []
    for flight in flights:
        episodes = [e for e in flight.episodes if e.event == event]
        judged = verdicts(episodes, [a for a in flight.alarms if a.event == event])
        right = {id(episode): alarm for alarm, verdict, episode in judged if verdict == "right"}
        count += len(judged)
        repeats += sum(verdict == "repeat" for _, verdict, _ in judged)
        false += sum(verdict == "false" for _, verdict, _ in judged)
        for episode in filter(owed, episodes):
            must += 1
            if id(episode) in right:
                found += 1
                delays.append(delay_s(episode, right[id(episode)]))
    return EventScore(
        owed=must,
        detected=found,
        dr=round(found / must, 4) if must else None,
        dr_lower95=_at_least(found, must),
        alarms=count,
        repeats=repeats,
        false_alarms=false,
        far_per_flight_hour=round(false / hours, 3) if hours else None,
        far_upper95_per_flight_hour=round(float(chi2.ppf(ONE_SIDED, 2 * (false + 1))) / 2 / hours, 3)
        if hours
        else None,
        mttd_median_s=round(float(np.median(delays)), 2) if delays else None,
        mttd_p95_s=round(float(np.quantile(delays, 0.95)), 2) if delays else None,
    )


def _at_least(successes: int, trials: int) -> float | None:
    """Clopper-Pearson's lower bound of a share."""
    if trials == 0:
        return None
    return round(float(beta.ppf(1 - ONE_SIDED, successes, trials - successes + 1)), 4) if successes else 0.0


def summary(flights: Sequence[Flight]) -> dict[str, object]:
    """The figures of all flights together."""
    events = sorted({event for flight in flights for event in flight.events})
    cpu = [flight.cpu_s for flight in flights]
    return {
        "flights": len(flights),
        "flight_hours": round(sum(flight.duration_s for flight in flights) / 3600, 4),
        "events": {event: score_event(event, flights) for event in events},
        "placing": placing_summary([flight.placing for flight in flights]),
        "cpu_s_per_flight": round(float(np.mean(cpu)), 1) if cpu else None,
    }


def row(flight: Flight) -> dict[str, object]:
    """One flight, for the report. Times are seconds of flight."""
    judged = verdicts(flight.episodes, flight.alarms)
    right = {id(episode): alarm for alarm, verdict, episode in judged if verdict == "right"}
    return {
        "seed": flight.seed,
        "kind": flight.kind,
        "duration_s": flight.duration_s,
        "patrol": flight.patrol,
        "truth": [_told(episode, right.get(id(episode))) for episode in flight.episodes],
        "alarms": [
            {
                "event": alarm.event,
                "verdict": verdict,
                "t_s": round(alarm.t_s, 1),
                "track_id": alarm.track_id,
                "lane_id": alarm.lane_id,
                "truth": alarm.truth,
            }
            for alarm, verdict, _ in judged
        ],
        "placing": placing_summary([flight.placing]),
        "doubts": flight.doubts,
        "cpu_s": round(flight.cpu_s, 1),
    }


def _told(episode: Episode, alarm: Alarm | None) -> dict[str, object]:
    return {
        "event": episode.event,
        "user": episode.user,
        "lane_id": episode.lane_id,
        "start_s": round(episode.start_s, 1),
        "end_s": None if math.isinf(episode.end_s) else round(episode.end_s, 1),
        "shown_s": None if math.isinf(episode.shown_s) else round(episode.shown_s, 1),
        "in_view": [(round(first, 1), round(last, 1)) for first, last in episode.spells()],
        "owed": owed(episode),
        "detected": alarm is not None,
        "delay_s": None if alarm is None else round(delay_s(episode, alarm), 1),
        "pictures": episode.pictures,
    }
