"""The camera component's video stream (https://mavlink.io/en/services/camera.html)."""

from gcs.fleet.errors import NotAcknowledged
from gcs.fleet.mav import CAMERA, Cmd, Msg
from gcs.fleet.peer import Peer

FIRST_STREAM = 1


class Camera:
    """Component 100."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def stream_uri(self) -> str:
        """Where the stream can be received. Raises NotAcknowledged when the camera does not say."""
        information = await self._peer.request(Msg.VIDEO_STREAM_INFORMATION, CAMERA, FIRST_STREAM)
        uri = str(information.fields["uri"])
        if not uri:
            raise NotAcknowledged("the camera names no stream address", "failed")
        return uri

    async def start(self) -> None:
        """Start streaming. Raises NotAcknowledged."""
        await self._peer.command(Cmd.VIDEO_START_STREAMING, FIRST_STREAM, component=CAMERA)

    async def stop(self) -> None:
        """Stop streaming. Raises NotAcknowledged."""
        await self._peer.command(Cmd.VIDEO_STOP_STREAMING, FIRST_STREAM, component=CAMERA)
