"""Why the fleet does not do what it was asked."""

from typing import Literal


class FleetError(Exception):
    """Anything the fleet refuses or fails at; the text is fit for a person."""


class UnknownDrone(FleetError):
    """No drone of this system id was heard since the service started."""

    def __init__(self, system_id: int) -> None:
        super().__init__(f"no drone with system id {system_id} has been heard")


class Refused(FleetError):
    """Nothing was sent: the text says why."""


class NotAcknowledged(FleetError):
    """The peer answered no, or not at all; `state` is the command's state that follows from it."""

    def __init__(self, reason: str, state: Literal["denied", "timed_out", "failed"] = "denied") -> None:
        super().__init__(reason)
        self.state = state
