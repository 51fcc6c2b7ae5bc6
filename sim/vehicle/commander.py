"""Arming, modes and failsafes: PX4's commander."""

from typing import TYPE_CHECKING

from sim.vehicle.battery import BatteryLevel
from sim.vehicle.checks import Condition, breach_texts, can_run, failures
from sim.vehicle.failsafe import FENCE, LINK_LOSS, Action, Failsafe, battery_action
from sim.vehicle.modes import NavState
from sim.vehicle.notices import Severity, StatusChanged

if TYPE_CHECKING:
    from sim.vehicle.aircraft import Aircraft

BATTERY_TEXTS = {
    BatteryLevel.LOW: (Severity.CRITICAL, "Low battery"),
    BatteryLevel.CRITICAL: (Severity.CRITICAL, "Critical battery"),
    BatteryLevel.EMERGENCY: (Severity.EMERGENCY, "Emergency battery level"),
}
LINK_LOSS_IGNORED_BIT = {
    NavState.MISSION: 1,
    NavState.HOLD: 2,
    NavState.TAKEOFF: 2,
    NavState.RETURN: 2,
    NavState.ORBIT: 2,
}
"""COM_DLL_EXCEPT bits."""


class Commander:
    """Decides whether motors run and which navigation state is flown."""

    def __init__(self, craft: "Aircraft") -> None:
        self._craft = craft
        self.armed = False
        self.armed_s = 0.0
        """Time of arming, seconds since boot."""
        self.takeoff_s = 0.0
        self.nav_state = NavState.HOLD
        self.failsafe = Failsafe()
        self.battery_level = BatteryLevel.NONE
        self.gcs_lost = True
        self._battery_at_arming = BatteryLevel.NONE
        self._intended = NavState.HOLD
        self._after_disarm = NavState.HOLD
        self._mode_changed = False
        self._gcs_heard_s: float | None = None
        self._taken_off = False
        self._landed_s: float | None = None
        self._killed_s: float | None = None
        self._breached = False

    # requests

    def condition(self) -> Condition:
        """What the arming checks look at, now."""
        craft, params = self._craft, self._craft.params
        return Condition(
            nav_state=self.nav_state,
            position_ok=craft.position_ok,
            home_set=craft.home is not None,
            mission_valid=craft.mission_valid,
            mission_required=bool(params["COM_ARM_MIS_REQ"]),
            battery=self.battery_level,
            gcs_lost=self.gcs_lost,
            gcs_required=params["NAV_DLL_ACT"] > 0,
            breach=craft.breach,
            fence_acts=params["GF_ACTION"] > 0,
        )

    @property
    def can_arm(self) -> bool:
        """Whether no check fails."""
        return not failures(self.condition())

    def request_mode(self, state: NavState) -> bool:
        """Ask for a mode. Always granted while disarmed; in flight only if the vehicle can fly it."""
        if self.nav_state is NavState.TERMINATION:
            return False
        if self.armed and not can_run(state, self.condition()):
            return False
        self._intended = state
        self._mode_changed = True
        if not state.prevents_arming or state is NavState.TERMINATION:
            self._after_disarm = state
        self._choose_state()
        return True

    def arm(self, reason: str) -> bool:
        """Arm unless a check fails; the reasons go to the operator."""
        craft = self._craft
        if self.armed:
            return True
        reasons = failures(self.condition())
        for text in reasons:
            craft.say(Severity.CRITICAL, text)
        if reasons:
            return False
        self.armed, self.armed_s = True, craft.t_s
        self._battery_at_arming = self.battery_level
        self._taken_off = False
        self._landed_s = self._killed_s = None
        craft.say(Severity.INFO, f"Armed by {reason}")
        if craft.params["COM_HOME_EN"]:
            craft.set_home_here()
        craft.notify(StatusChanged())
        return True

    def disarm(self, reason: str, forced: bool = False) -> bool:
        """Stop the motors; in the air only if `forced`."""
        craft = self._craft
        if not self.armed:
            return True
        if not forced and not craft.landed:
            craft.say(Severity.CRITICAL, "Disarming denied: not landed")
            return False
        self.armed, self.armed_s, self.takeoff_s = False, 0.0, 0.0
        self._intended = self._after_disarm
        self._mode_changed = False
        self.failsafe.update(craft.t_s, {}, armed=False, mode_changed=False, delay_s=0.0)
        craft.mission.disarmed()
        craft.cruise_override_mps = None
        craft.say(Severity.INFO, f"Disarmed by {reason}")
        self._choose_state()
        craft.notify(StatusChanged())
        return True

    def gcs_heard(self) -> None:
        """A ground station's heartbeat came in."""
        if self.gcs_lost and self._gcs_heard_s is not None:
            self._craft.say(Severity.INFO, "GCS connection regained")
        self.gcs_lost = False
        self._gcs_heard_s = self._craft.t_s

    def landed(self, landed: bool) -> None:
        """The land detector changed its mind."""
        craft = self._craft
        if not self.armed:
            return
        craft.say(Severity.INFO, "Landing detected" if landed else "Takeoff detected")
        self._landed_s = craft.t_s if landed else None
        if not landed:
            self._taken_off = True
            self.takeoff_s = craft.t_s

    # 10 Hz

    def update(self) -> None:
        """Watch links, battery and fence; apply failsafes; disarm when it is time."""
        self._watch_gcs()
        self._watch_battery()
        self._auto_disarm()
        craft = self._craft
        in_mission = self.armed and not craft.landed and self.nav_state is NavState.MISSION
        if in_mission and craft.mission.finished:  # a mission that ends in the air goes over to hold
            self._intended = self._after_disarm = NavState.HOLD
        text = self.failsafe.update(
            craft.t_s,
            self._asked(),
            armed=self.armed,
            mode_changed=self._mode_changed,
            delay_s=craft.params["COM_FAIL_ACT_T"],
        )
        self._mode_changed = False
        if text:
            craft.say(Severity.CRITICAL, text)
            if self.failsafe.action is Action.HOLD and self.nav_state is NavState.HOLD:
                craft.navigator.hold.enter()  # a reposition under way ends here
        if self.failsafe.action is Action.DISARM:
            self.disarm("failsafe", forced=True)
        self._choose_state()

    def _asked(self) -> dict[str, Action]:
        craft, params = self._craft, self._craft.params
        link = LINK_LOSS.get(int(params["NAV_DLL_ACT"]), Action.NONE)
        ignored = int(params["COM_DLL_EXCEPT"]) >> LINK_LOSS_IGNORED_BIT.get(self._intended, 31) & 1
        if not self.gcs_lost or ignored or self._intended is NavState.LAND:
            link = Action.NONE
        worse = self.battery_level > self._battery_at_arming
        fence = FENCE.get(int(params["GF_ACTION"]), Action.NONE) if craft.breach else Action.NONE
        if fence and not self._breached:
            for what in breach_texts(craft.breach):
                craft.say(Severity.CRITICAL, f"Geofence: {what}")
        self._breached = bool(fence)
        return {
            "gcs": link,
            "battery": battery_action(self.battery_level, int(params["COM_LOW_BAT_ACT"]) if worse else 0),
            "fence": fence,
            "position": Action.NONE if craft.position_ok or craft.landed else Action.DESCEND,
        }

    def _choose_state(self) -> None:
        """The state flown: what the operator wants, unless a failsafe decides."""
        action = self.failsafe.action
        state = {
            Action.HOLD: NavState.HOLD,
            Action.RETURN: NavState.RETURN,
            Action.LAND: NavState.LAND,
            Action.DESCEND: NavState.DESCEND,
            Action.TERMINATE: NavState.TERMINATION,
        }.get(action, self._intended)
        if self.armed and action > Action.WARN:
            condition = self.condition()
            if not can_run(state, condition):
                state = NavState.LAND if can_run(NavState.LAND, condition) else NavState.DESCEND
        if state is not self.nav_state:
            self.nav_state = state
            self._craft.notify(StatusChanged())

    def _watch_gcs(self) -> None:
        craft = self._craft
        if self.gcs_lost or self._gcs_heard_s is None:
            return
        if craft.t_s - self._gcs_heard_s > craft.params["COM_DL_LOSS_T"]:
            self.gcs_lost = True
            craft.say(Severity.INFO, "Connection to ground station lost")

    def _watch_battery(self) -> None:
        level = self._craft.battery.level()
        if self.armed:
            level = max(level, self.battery_level)  # a warning never eases in flight
        if level > self.battery_level:
            self._craft.say(*BATTERY_TEXTS[level])
        self.battery_level = level

    def _auto_disarm(self) -> None:
        craft, params = self._craft, self._craft.params
        if not self.armed:
            return
        now_s = craft.t_s
        amid_mission = self.nav_state is NavState.MISSION and not craft.mission.finished
        if self._taken_off:
            wait_s, since_s = params["COM_DISARM_LAND"], self._landed_s
            if wait_s > 0 and since_s is not None and not amid_mission and now_s - since_s >= wait_s:
                self.disarm("landing")
        elif 0 < params["COM_DISARM_PRFLT"] <= now_s - self.armed_s:
            self.disarm("auto preflight disarming")
        if self.nav_state is NavState.TERMINATION and self.armed:
            self._killed_s = self._killed_s if self._killed_s is not None else now_s
            if now_s - self._killed_s >= params["COM_KILL_DISARM"]:
                self.disarm("lockdown", forced=True)
