"""Arming checks in PX4's words.

PX4 reports most of these as MAVLink events, which this vehicle does not speak: they go out as STATUSTEXT, prefixed
the way PX4 prefixes its own ("Preflight Fail: ").
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.vehicle.battery import BatteryLevel
from sim.vehicle.geofence import Breach
from sim.vehicle.modes import NavState


@dataclass(frozen=True, slots=True)
class Condition:
    """What the checks look at."""

    nav_state: NavState
    position_ok: bool
    home_set: bool
    mission_valid: bool
    mission_required: bool
    """COM_ARM_MIS_REQ."""
    battery: BatteryLevel
    gcs_lost: bool
    gcs_required: bool
    """NAV_DLL_ACT above 0."""
    breach: Breach
    fence_acts: bool
    """GF_ACTION above 0."""


def failures(c: Condition) -> list[str]:
    """Every reason against arming, most basic first; empty when the vehicle may arm."""
    return [f"Preflight Fail: {reason}" for reason in _reasons(c)]


def can_run(state: NavState, c: Condition) -> bool:
    """Whether the vehicle can fly in `state` now."""
    if state in (NavState.TERMINATION, NavState.DESCEND):
        return True
    if not c.position_ok:
        return False
    if state is NavState.MISSION:
        return c.mission_valid and c.home_set
    if state is NavState.RETURN:
        return c.home_set
    return True


def _reasons(c: Condition) -> Iterator[str]:
    if c.nav_state.prevents_arming:
        yield "Mode not suitable for arming"
    if not c.position_ok:
        yield "GPS fix too low"
        yield "Navigation error: No valid global position estimate"
    if not c.home_set:
        yield "Home position not set"
    if c.battery >= BatteryLevel.CRITICAL:
        yield "Critical battery" if c.battery is BatteryLevel.CRITICAL else "Emergency battery level"
    if not c.mission_valid and (c.nav_state is NavState.MISSION or c.mission_required):
        yield "No valid mission available"
    if c.gcs_lost and c.gcs_required:
        yield "No connection to the GCS"
    if c.fence_acts and c.breach:
        yield from (f"Geofence violation: {text}" for text in breach_texts(c.breach))


def breach_texts(breach: Breach) -> Iterator[str]:
    """PX4's words for what is violated."""
    if breach.distance:
        yield "exceeding maximum distance to Home"
    if breach.altitude:
        yield "exceeding maximum altitude above Home"
    if breach.area:
        yield "approaching or outside geofence"
