"""The simulated road: traffic plus the scenario's events, one step at a time."""

from sim.world.events import Heard, Truth, make_event
from sim.world.scenario import Scenario
from sim.world.snapshot import Snapshot
from sim.world.traffic import STEP_S, Traffic


class World:
    """Deterministic for a scenario and a seed. Only one may be open per process; a context manager closes it.

    Simulation time 0 is after the warm-up.
    """

    def __init__(self, scenario: Scenario, seed: int | None = None) -> None:
        self.scenario = scenario
        self.seed = scenario.seed if seed is None else seed
        self.traffic = Traffic(self.seed, scenario.traffic.scale)
        self.steps = 0
        self.events = [make_event(config, self.traffic) for config in scenario.events]
        for _ in range(round(scenario.traffic.warm_up_s / STEP_S)):
            self.traffic.step()

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the simulation."""
        self.traffic.close()

    @property
    def sim_s(self) -> float:
        """Simulation time in seconds."""
        return round(self.steps * STEP_S, 3)

    def step(self) -> list[Truth]:
        """Advances 0.1 s; returns what began or ended in it."""
        self.traffic.step()
        self.steps += 1
        return [happened for event in self.events for happened in event.step(self.sim_s)]

    def heard(self, heard: Heard) -> None:
        """Tells the road users that a loudspeaker spoke."""
        for event in self.events:
            event.heard(heard, self.sim_s)

    def trigger(self, name: str) -> bool:
        """Starts the events waiting for this trigger; says whether any did."""
        started = [event.trigger(name) for event in self.events]
        return any(started)

    def snapshot(self, t_unix_s: float) -> Snapshot:
        """All road users now; `t_unix_s` is the wall-clock time this state stands for."""
        return Snapshot(t_unix_s=t_unix_s, sim_s=self.sim_s, users=tuple(self.traffic.users()))
