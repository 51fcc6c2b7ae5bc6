"""Scenario files say clearly what is wrong with them."""

from pathlib import Path

import pytest

from sim.world.scenario import SCENARIOS, ScenarioError, load_scenario

GOOD = """
title: t
seed: 1
homes: [{lat_deg: 34.76, lon_deg: 113.7}]
events:
  - {kind: shoulder_stop, start: {at_s: 1}, edge: nb_3, pos_m: 100}
"""


@pytest.mark.parametrize("name", sorted(p.stem for p in SCENARIOS.glob("*.yaml")))
def test_scenario_of_the_project_loads(name: str) -> None:
    assert len(load_scenario(name).homes) == 2


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("title: t", "title: t\ncolour: red", "colour"),
        ("pos_m: 100", "pos_m: 100, speed: 3", "events.0.shoulder_stop.speed"),
        ("at_s: 1", "at_s: soon", "events.0.shoulder_stop.start.at_s"),
        ("{at_s: 1}", "{}", "needs at_s or trigger"),
        ("kind: shoulder_stop", "kind: earthquake", "earthquake"),
        ("edge: nb_3", "edge: nb_33", "events.0.edge: no edge 'nb_33'"),
        ("pos_m: 100", "pos_m: 1000", "events.0.pos_m: nb_3 is only 303 m long"),
        ("seed: 1", "seed: -1", "seed"),
    ],
)
def test_wrong_key_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"bad\.yaml") as error:
        load_scenario(str(file))
    assert named in str(error.value)


def test_unknown_scenario_lists_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match=r"no scenario 'jam' \(known: .*shoulder_stop"):
        load_scenario("jam")
