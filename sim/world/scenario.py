"""Scenario files: `sim/scenarios/*.yaml` -> `Scenario`. A wrong or unknown key is an error that names it."""

from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from sim.world.events import AnyEventConfig
from sim.world.events.base import Strict
from sim.world.roads import load_lanes

SCENARIOS = Path(__file__).parents[1] / "scenarios"


class ScenarioError(ValueError):
    """The scenario cannot be used; the message names the file and the key."""


class Home(Strict):
    """Where a drone stands at the start (WGS-84)."""

    lat_deg: float = Field(ge=-90.0, le=90.0)
    lon_deg: float = Field(ge=-180.0, le=180.0)


class TrafficConfig(Strict):
    """How much traffic there is."""

    scale: float = Field(default=1.0, ge=0.0, le=3.0)
    """Multiplies the flows of `network/traffic.rou.xml`."""
    warm_up_s: float = Field(default=120.0, ge=0.0, le=600.0)
    """Traffic runs this long before simulation time 0."""


class Scenario(Strict):
    """What happens on the road, and from where the drones start."""

    title: str
    seed: int = Field(ge=0)
    traffic: TrafficConfig = TrafficConfig()
    homes: list[Home] = Field(min_length=1)
    events: tuple[AnyEventConfig, ...] = ()


def load_scenario(name: str) -> Scenario:
    """Reads a scenario by its name in `sim/scenarios` or by a path ending in .yaml.

    Raises ScenarioError.
    """
    path = Path(name) if name.endswith(".yaml") else SCENARIOS / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in SCENARIOS.glob("*.yaml")))
        raise ScenarioError(f"no scenario {name!r} (known: {known})")
    try:
        scenario = Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path.name}: {error}") from error
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors())
        raise ScenarioError(f"{path.name}: {told}") from error
    _check_places(scenario, path.name)
    return scenario


def _check_places(scenario: Scenario, file_name: str) -> None:
    lengths = {lane.edge_id: float(lane.length_m) for lane in load_lanes()}
    for number, event in enumerate(scenario.events):
        if event.edge not in lengths:
            raise ScenarioError(f"{file_name}: events.{number}.edge: no edge {event.edge!r} in the network")
        if event.pos_m >= lengths[event.edge]:
            raise ScenarioError(
                f"{file_name}: events.{number}.pos_m: {event.edge} is only {lengths[event.edge]:.0f} m long"
            )
