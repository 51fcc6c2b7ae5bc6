"""The MAVLink loudspeaker (component 158), through the fleet's link to the drone."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

from gcs.fleet.errors import FleetError
from gcs.fleet.hub import Fleet
from gcs.fleet.speaker import SpeakerLink
from gcs.loudspeaker.drivers import SpeakerError, SpeakerOf

ONCE = 1
FULL_VOLUME_PERCENT = 100


class MavlinkSpeaker:
    """A `Speaker` on a fleet's link."""

    def __init__(self, link: SpeakerLink) -> None:
        self._link = link

    async def upload(self, clip: Path) -> AsyncGenerator[float, None]:
        """By MAVLink FTP."""
        with _refusals():
            async with aclosing(self._link.upload(clip)) as news:
                async for progress in news:
                    yield progress

    async def play(self, md5: str, by: str) -> AsyncGenerator[float, None]:
        """By MAV_CMD_USER_1, with its acknowledgements as progress."""
        with _refusals():
            async with aclosing(self._link.play(md5, ONCE, FULL_VOLUME_PERCENT, by)) as news:
                async for progress in news:
                    yield progress

    async def stop(self, by: str) -> None:
        """By command, too; the play that is under way ends as stopped."""
        with _refusals():
            await self._link.stop(by)


def mavlink_speakers(fleet: Fleet) -> SpeakerOf:
    """The loudspeakers of the fleet's drones."""

    def speaker_of(drone: int) -> MavlinkSpeaker:
        with _refusals():
            link = fleet.drone(drone).speaker
        if link is None:
            raise SpeakerError(f"drone {drone} has no loudspeaker, or it is not heard")
        return MavlinkSpeaker(link)

    return speaker_of


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except FleetError as error:
        raise SpeakerError(str(error)) from error
