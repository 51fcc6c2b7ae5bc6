"""PX4's failsafe framework, for the conditions this vehicle knows.

Each failing condition asks for an action; the worst one wins. A new action above a warning first holds for
COM_FAIL_ACT_T seconds. The operator takes over by changing the mode. https://docs.px4.io/main/en/config/safety
"""

from dataclasses import dataclass
from enum import IntEnum

from sim.vehicle.battery import BatteryLevel


class Action(IntEnum):
    """What to do, from mild to drastic."""

    NONE = 0
    WARN = 1
    HOLD = 2
    RETURN = 3
    LAND = 4
    DESCEND = 5
    DISARM = 6
    TERMINATE = 7


LINK_LOSS = {1: Action.HOLD, 2: Action.RETURN, 3: Action.LAND, 5: Action.TERMINATE, 6: Action.DISARM}
"""NAV_DLL_ACT."""
FENCE = {1: Action.WARN, 2: Action.HOLD, 3: Action.RETURN, 4: Action.TERMINATE, 5: Action.LAND}
"""GF_ACTION."""


def battery_action(level: BatteryLevel, setting: int) -> Action:
    """COM_LOW_BAT_ACT: 0 warns, 2 lands, 3 returns at critical and lands at emergency level."""
    if level is BatteryLevel.NONE:
        return Action.NONE
    if level is BatteryLevel.LOW or setting not in (2, 3):
        return Action.WARN
    if setting == 2 or level is BatteryLevel.EMERGENCY:
        return Action.LAND
    return Action.RETURN


@dataclass(slots=True)
class _Entry:
    action: Action
    failing: bool
    latched: bool


class Failsafe:
    """Chooses the action. `update` is called at 10 Hz with what each condition asks for at present."""

    def __init__(self) -> None:
        self.action = Action.NONE
        """The action in force."""
        self.taken_over = False
        self._entries: dict[str, _Entry] = {}
        self._delay_until_s = 0.0

    def update(
        self, t_s: float, asked: dict[str, Action], *, armed: bool, mode_changed: bool, delay_s: float
    ) -> str | None:
        """Re-evaluate. `asked` maps a condition's name to the action it asks for (NONE: not failing).

        Returns PX4's text for the operator when a worse action was chosen, else None.
        """
        if not armed:
            self._entries.clear()
            self.taken_over = False
            if self.action is not Action.TERMINATE:
                self.action = Action.NONE
            return None
        if self.action is Action.TERMINATE:
            return None
        self._collect(t_s, asked, mode_changed, delay_s)
        worst = max((entry.action for entry in self._entries.values()), default=Action.NONE)
        waiting = t_s < self._delay_until_s
        if mode_changed and self.action >= Action.HOLD and worst < Action.DISARM:
            self.taken_over = True
        if worst <= Action.WARN:
            self.taken_over = False
        if self.taken_over:
            chosen = Action.WARN
        elif waiting and Action.HOLD < worst < Action.DISARM:
            chosen = Action.HOLD
        else:
            chosen = worst
        previous, self.action = self.action, chosen
        if chosen <= previous:
            return None
        if chosen is Action.HOLD and worst > Action.HOLD:
            return f"Failsafe activated, entering Hold for {round(self._delay_until_s - t_s)} seconds"
        return "Failsafe activated"

    def _collect(self, t_s: float, asked: dict[str, Action], mode_changed: bool, delay_s: float) -> None:
        for name, action in asked.items():
            entry = self._entries.get(name)
            if action is Action.NONE:
                if entry is not None:
                    entry.failing = False
                    if not entry.latched:
                        del self._entries[name]
            elif entry is None or not entry.failing:
                self._entries[name] = _Entry(action, True, latched=Action.HOLD <= action <= Action.LAND)
                if action >= Action.HOLD:
                    self.taken_over = False
                    self._delay_until_s = max(self._delay_until_s, t_s + delay_s)
            else:
                entry.action = max(entry.action, action)
        if mode_changed:
            self._entries = {name: entry for name, entry in self._entries.items() if entry.failing}
