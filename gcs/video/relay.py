"""Send one viewer the access units of a stream, in whole groups: a slow viewer skips to the next key frame."""

import json
import struct
from typing import Protocol

from gcs.video.stream import Stream
from gcs.video.types import EncodedFrame, VideoConfig

VIEWER_BOUND = 120
"""Access units that may wait for one viewer."""
MAX_LAG_US = 2_000_000
"""A viewer this far behind the newest access unit goes on from a newer key frame."""

KEY_FLAG = 1


class Viewer(Protocol):
    """The sending side of a WebSocket. Both calls wait while the viewer's connection is full."""

    async def send_text(self, data: str) -> None:
        """Send a text message."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""


def pack(frame: EncodedFrame) -> bytes:
    """The binary message of one access unit: u64 capture time (us since 1970, big endian), u8 flags, Annex B bytes."""
    return struct.pack(">QB", frame.t_capture_us, KEY_FLAG if frame.key else 0) + frame.data


def pack_config(config: VideoConfig) -> str:
    """The text message that precedes the access units it describes."""
    return json.dumps({"codec": config.codec, "width": config.width, "height": config.height})


async def relay(stream: Stream, viewer: Viewer) -> None:
    """Send until the viewer's connection fails (its error is raised) or the task is cancelled.

    Begins with the group being shown now, so that a viewer need not wait for the next key frame.
    """
    with stream.packets.subscribe(VIEWER_BOUND) as waiting:
        sent: VideoConfig | None = None
        for frame in list(stream.group) if stream.health.state == "live" else []:
            sent = await _send(viewer, frame, sent)
        dropped = waiting.dropped
        skipping = sent is None or dropped > 0
        async for frame in waiting:
            late = stream.newest_us - frame.t_capture_us > MAX_LAG_US
            if late or waiting.dropped != dropped:
                dropped, skipping = waiting.dropped, True
            if skipping and (late or not frame.key):
                continue
            skipping = False
            sent = await _send(viewer, frame, sent)


async def _send(viewer: Viewer, frame: EncodedFrame, sent: VideoConfig | None) -> VideoConfig:
    if frame.config is not sent:
        await viewer.send_text(pack_config(frame.config))
    await viewer.send_bytes(pack(frame))
    return frame.config
