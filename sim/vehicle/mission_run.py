"""Flying a mission: one item after the other, as PX4's navigator does."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pymavlink.dialects.v20 import common as mavlink

from sim.vehicle.mission_legs import altitude_m, arrived, hold_s, leg, place
from sim.vehicle.modes import NavState
from sim.vehicle.navigation import Behaviour, Phase, climb_goal, landing_goal, stopping_goal
from sim.vehicle.notices import ItemCurrent, ItemReached, PayloadCommand, Severity
from sim.vehicle.plan import Item
from sim.vehicle.trajectory import Goto, wrap_pi

if TYPE_CHECKING:
    from sim.vehicle.aircraft import Aircraft

GIMBAL_COMMANDS = {
    mavlink.MAV_CMD_DO_MOUNT_CONFIGURE,
    mavlink.MAV_CMD_DO_MOUNT_CONTROL,
    mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW,
    mavlink.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE,
}
ROI_COMMANDS = {
    mavlink.MAV_CMD_DO_SET_ROI,
    mavlink.MAV_CMD_DO_SET_ROI_LOCATION,
    mavlink.MAV_CMD_DO_SET_ROI_WPNEXT_OFFSET,
    mavlink.MAV_CMD_DO_SET_ROI_NONE,
}


class MissionRunner(Behaviour):
    """The mission on board and how far it is flown. Sequence numbers are 0-based."""

    def __init__(self, craft: "Aircraft") -> None:
        super().__init__(craft)
        self.index = 0
        """The current item."""
        self.reached_seq = -1
        self.finished = False
        self.flown_before = False
        """Whether this mission was ever started."""
        self._running = False
        self._climbing = False
        self._landing = False
        self._capturing = False
        self._disarmed_since = False
        self._arrived_s: float | None = None
        self._line_from: tuple[float, float] | None = None
        self._jumps: dict[int, int] = {}

    @property
    def phase(self) -> Phase:  # type: ignore[override]
        """Take-off and landing items show as such."""
        if not self._running:
            return Phase.FLYING
        if self._landing:
            return Phase.LANDING
        return Phase.TAKEOFF if self._climbing else Phase.FLYING

    # changes from outside

    def plan_changed(self, current: int) -> None:
        """A new mission was stored; `current` is the item marked current, -1 keeps the index."""
        count = len(self.craft.plan.mission)
        self.index = max(0, min(current if current >= 0 else self.index, count - 1))
        self.flown_before = False
        self._restart_if_active()

    def set_current(self, seq: int) -> bool:
        """Make `seq` the current item; False when there is none such."""
        if not 0 <= seq < len(self.craft.plan.mission):
            return False
        self.index = seq
        self._restart_if_active()
        return True

    def disarmed(self) -> None:
        """The vehicle was disarmed: a mission at its last item starts over next time."""
        self._disarmed_since = True

    def _restart_if_active(self) -> None:
        self.finished = False
        self.reached_seq = -1
        self._jumps.clear()
        self._tell_current()
        if self.craft.navigator.active is self:
            self.enter()

    # the behaviour

    def enter(self) -> None:
        """Start or resume at the current item."""
        craft, items = self.craft, self.craft.plan.mission
        if self._disarmed_since and self.flown_before and self.index + 1 == len(items):
            self.index = 0
            self._jumps.clear()
            self._tell_current()
        self._disarmed_since = self.finished = False
        self._line_from = None
        craft.roi = None
        if not craft.mission_valid:
            on_ground = "refusing takeoff" if craft.landed else "loitering"
            craft.say(Severity.CRITICAL, f"No valid mission available, {on_ground}")
            self._running, self.finished = False, not craft.landed
            super().enter()
            return
        if not self._running:
            craft.say(Severity.INFO, "Executing Mission")
        self._running = self.flown_before = True
        self._replay(items[: self.index])
        self._begin(self.index)

    def update(self) -> None:
        """Go on to the next item when the current one is done."""
        if not self._running:
            return
        if self._climbing and not self._climbed():
            return
        if self._landing:
            self._descend()
        if not self._done():
            self._face_roi()
            return
        self.reached_seq = self.index
        self.craft.notify(ItemReached(self.index))
        if self._item.autocontinue:
            if self._item.flown:
                self._line_from = place(self.craft, self._item)
            self._begin(self.index + 1)

    def leave(self) -> None:
        """Stop what the mission started; it resumes at the same item."""
        self.reached_seq = -1
        self._running = self._landing = self._climbing = False
        self.craft.cruise_override_mps = None
        if self._capturing:
            self._capturing = False
            self.craft.notify(PayloadCommand(mavlink.MAV_CMD_IMAGE_STOP_CAPTURE, (0.0,) * 7))

    # items

    @property
    def _item(self) -> Item:
        return self.craft.plan.mission[self.index]

    def _begin(self, index: int) -> None:
        """Make item `index` (after jumps) the current one: set its goal, or act at once if it has no place."""
        craft, items = self.craft, self.craft.plan.mission
        index = self._after_jumps(index)
        if index >= len(items):
            self._finish()
            return
        if index != self.index:
            self.index = index
            self._tell_current()
        item = items[index]
        self._arrived_s = None
        self._landing = item.command == mavlink.MAV_CMD_NAV_LAND
        self._climbing = craft.landed and item.flown and not self._landing
        if not item.flown:
            self._act(item)
        elif self._climbing:
            ground_m = craft.home.alt_m if craft.home else 0.0
            craft.goal = climb_goal(craft, max(altitude_m(craft, item), ground_m + craft.params["MIS_TAKEOFF_ALT"]))
        elif not self._landing:
            craft.goal = leg(craft, items, index, self._line_from)

    def _finish(self) -> None:
        self._running = self._landing = False
        self.finished = True
        self._jumps.clear()
        self.craft.say(Severity.INFO, f"Mission finished, {'landed' if self.craft.landed else 'loitering'}")

    def _climbed(self) -> bool:
        """Whether the straight climb before the first place is over; then that place's leg begins."""
        craft, goal = self.craft, self.craft.goal
        if not isinstance(goal, Goto):
            return False
        if craft.landed or craft.body.down_m > goal.down_m + craft.params["NAV_MC_ALT_RAD"]:
            craft.goal = climb_goal(craft, craft.alt_of(goal.down_m))
            return False
        self._climbing = False
        if self._item.command != mavlink.MAV_CMD_NAV_TAKEOFF:
            self._begin(self.index)
        return True

    def _descend(self) -> None:
        """Fly over the landing point at the present height, then sink."""
        craft, below = self.craft, place(self.craft, self._item)
        if craft.landed:
            craft.goal = None
        elif math.dist(below, (craft.body.north_m, craft.body.east_m)) < craft.params["NAV_ACC_RAD"]:
            craft.goal = landing_goal(craft, below)
        elif not (isinstance(craft.goal, Goto) and (craft.goal.north_m, craft.goal.east_m) == below):
            craft.goal = Goto(*below, stopping_goal(craft).down_m, craft.cruise_mps)

    def _act(self, item: Item) -> None:
        craft, command = self.craft, item.command
        if command == mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH:
            craft.commander.request_mode(NavState.RETURN)
        elif command == mavlink.MAV_CMD_DO_CHANGE_SPEED:
            craft.cruise_override_mps = item.param2 if item.param2 > 0.0 else None
        elif command == mavlink.MAV_CMD_DO_SET_HOME:
            craft.set_home_here()
        elif command not in (mavlink.MAV_CMD_NAV_DELAY, mavlink.MAV_CMD_DO_LAND_START):
            if command == mavlink.MAV_CMD_IMAGE_START_CAPTURE:
                self._capturing = True
            elif command == mavlink.MAV_CMD_IMAGE_STOP_CAPTURE:
                self._capturing = False
            self._to_payload(item)

    def _to_payload(self, item: Item) -> None:
        craft = self.craft
        x, y, z = float(item.x), float(item.y), item.z_m
        if item.command in ROI_COMMANDS:
            located = item.frame != mavlink.MAV_FRAME_MISSION
            craft.roi = place(craft, item) if located else None
            if located:
                x, y, z = item.lat_deg, item.lon_deg, altitude_m(craft, item)
        craft.notify(PayloadCommand(item.command, (item.param1, item.param2, item.param3, item.param4, x, y, z)))

    def _done(self) -> bool:
        craft, item = self.craft, self._item
        if item.command in (mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH, mavlink.MAV_CMD_NAV_LOITER_UNLIM):
            return False
        if item.command == mavlink.MAV_CMD_NAV_LAND:
            return craft.landed
        if item.command == mavlink.MAV_CMD_NAV_DELAY:
            return self._waited(item.param1)
        if not item.flown:
            return True
        return (self._arrived_s is not None or arrived(craft, item)) and self._waited(hold_s(item))

    def _waited(self, seconds: float) -> bool:
        if self._arrived_s is None:
            self._arrived_s = self.craft.t_s
        return self.craft.t_s - self._arrived_s >= (seconds if math.isfinite(seconds) else 0.0)

    def _after_jumps(self, index: int) -> int:
        """The item to fly at or after `index`, with DO_JUMP followed and counted."""
        items = self.craft.plan.mission
        for _ in range(len(items)):
            if index >= len(items) or items[index].command != mavlink.MAV_CMD_DO_JUMP:
                break
            jump, made = items[index], self._jumps.get(index, 0)
            if (made < jump.param2 or jump.param2 < 0) and 0 <= jump.param1 < len(items):
                self._jumps[index] = made + 1
                index = int(jump.param1)
            else:
                index += 1
        return index

    def _face_roi(self) -> None:
        """Turn the vehicle to the region of interest (unless MIS_MNT_YAW_CTL leaves that to the mount)."""
        craft, goal = self.craft, self.craft.goal
        if craft.roi is None or craft.params["MIS_MNT_YAW_CTL"] or not isinstance(goal, Goto) or self._climbing:
            return
        north_m, east_m = craft.roi[0] - craft.ref.north_m, craft.roi[1] - craft.ref.east_m
        yaw_rad = math.atan2(east_m, north_m)
        turned = goal.yaw_rad is not None and abs(wrap_pi(goal.yaw_rad - yaw_rad)) < 0.01
        if math.hypot(north_m, east_m) > craft.params["NAV_ACC_RAD"] and not turned:
            craft.face(yaw_rad)

    def _replay(self, flown: Sequence[Item]) -> None:
        """Repeat the speed and the gimbal set by the items before the one resumed at."""
        speed = next((i for i in reversed(flown) if i.command == mavlink.MAV_CMD_DO_CHANGE_SPEED), None)
        gimbal = next((i for i in reversed(flown) if i.command in GIMBAL_COMMANDS), None)
        for item in (speed, gimbal):
            if item is not None:
                self._act(item)

    def _tell_current(self) -> None:
        self.craft.notify(ItemCurrent(self.index))
