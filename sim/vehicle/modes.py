"""PX4's navigation states and how they show in MAVLink's heartbeat."""

from enum import Enum

MAIN_POSCTL = 3
MAIN_AUTO = 4
CUSTOM_MAIN_MODES = {1: "Manual", 2: "Altitude", 3: "Position", 5: "Acro", 6: "Offboard", 7: "Stabilized"}
"""PX4 main modes this vehicle does not fly, by their names in PX4's messages."""


class NavState(Enum):
    """A navigation state: (title in PX4's messages, main mode, sub mode, whether it forbids arming)."""

    HOLD = ("Hold", MAIN_AUTO, 3, False)
    MISSION = ("Mission", MAIN_AUTO, 4, False)
    TAKEOFF = ("Takeoff", MAIN_AUTO, 2, False)
    RETURN = ("Return", MAIN_AUTO, 5, True)
    LAND = ("Land", MAIN_AUTO, 6, True)
    DESCEND = ("Descend", MAIN_AUTO, 6, True)
    ORBIT = ("Orbit", MAIN_POSCTL, 1, True)
    TERMINATION = ("Termination", 1, 0, True)

    @property
    def title(self) -> str:
        """The name PX4 uses in texts to the operator."""
        return self.value[0]

    @property
    def custom_mode(self) -> int:
        """HEARTBEAT.custom_mode: main mode in byte 2, sub mode in byte 3."""
        return self.value[1] << 16 | self.value[2] << 24

    @property
    def prevents_arming(self) -> bool:
        """Whether PX4 refuses to arm in this state."""
        return self.value[3]


AUTO_MODES = {
    2: NavState.TAKEOFF,
    3: NavState.HOLD,
    4: NavState.MISSION,
    5: NavState.RETURN,
    6: NavState.LAND,
}
"""PX4_CUSTOM_SUB_MODE_AUTO_* -> navigation state."""
