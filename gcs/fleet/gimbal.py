"""Pointing the gimbal by MAVLink's gimbal protocol v2 (https://mavlink.io/en/services/gimbal_v2.html)."""

import math

from gcs.fleet.errors import NotAcknowledged
from gcs.fleet.mav import AUTOPILOT, GIMBAL, ROLL_PITCH_LOCK, YAW_LOCK, Cmd, Frame
from gcs.fleet.peer import Peer
from gcs.fleet.telemetry import DroneTelemetry


class Gimbal:
    """The gimbal manager: the gimbal component itself when it is heard, else the autopilot."""

    def __init__(self, peer: Peer, telemetry: DroneTelemetry) -> None:
        self._peer, self._telemetry = peer, telemetry

    @property
    def manager(self) -> int:
        """Component that takes the commands."""
        return GIMBAL if self._telemetry.present(GIMBAL) else AUTOPILOT

    async def point(self, pitch_deg: float, yaw_deg: float, *, lock: bool) -> None:
        """Pitch above the horizon; yaw from north when `lock`, else from the nose, turning with it.

        Raises NotAcknowledged.
        """
        manager = self.manager
        await self._take_control(manager)
        flags = ROLL_PITCH_LOCK | (YAW_LOCK if lock else 0)
        await self._peer.command(
            Cmd.DO_GIMBAL_MANAGER_PITCHYAW, pitch_deg, _half_turn(yaw_deg), math.nan, math.nan, flags, component=manager
        )

    async def point_at(self, lat_deg: float, lon_deg: float, alt_amsl_m: float) -> None:
        """Look at a place, and keep looking at it while the drone moves. Raises NotAcknowledged."""
        manager = self.manager
        await self._take_control(manager)
        await self._peer.command_at(
            Cmd.DO_SET_ROI_LOCATION, lat_deg, lon_deg, alt_amsl_m, Frame.GLOBAL, component=manager
        )

    async def _take_control(self, manager: int) -> None:
        """Primary control for this station (-2), secondary left as it is (-1)."""
        try:
            await self._peer.command(Cmd.DO_GIMBAL_MANAGER_CONFIGURE, -2, -2, -1, -1, component=manager)
        except NotAcknowledged as error:
            if error.state == "timed_out":
                raise NotAcknowledged("no gimbal answers", "timed_out") from error
            raise


def _half_turn(yaw_deg: float) -> float:
    return math.remainder(yaw_deg, 360.0)
