"""`python -m sim.payload`: camera, gimbal and loudspeaker of one drone."""

import asyncio
import logging
import signal
import sys
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated

import typer

from sim.camera.look import Look
from sim.geo import Origin
from sim.payload.app import Payload, PayloadSetup
from sim.payload.imager import ImagerSetup
from sim.payload.pose_error import PoseErrorSize

NET = Path(__file__).parents[1] / "world" / "network" / "zhongzhou.net.xml"


def main(
    system_id: Annotated[int, typer.Option(min=1, max=255, help="The vehicle's MAVLink system id.")],
    vehicle_link: Annotated[str, typer.Option(help="Where the vehicle's telemetry comes.")] = "udpin:127.0.0.1:14030",
    gcs_link: Annotated[str, typer.Option(help="Where the ground station listens.")] = "udpout:127.0.0.1:14540",
    feed: Annotated[str, typer.Option(help="HOST:PORT of the simulated world.")] = "127.0.0.1:14700",
    video: Annotated[str, typer.Option(help="Where the MPEG-TS stream goes.")] = "udp://127.0.0.1:5600",
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT of the picture.")] = "1280x720",
    fps: Annotated[float, typer.Option(min=1, max=60, help="Frames a second.")] = 10.0,
    bit_rate: Annotated[int, typer.Option(min=100_000, help="Bits a second.")] = 3_000_000,
    samples: Annotated[int, typer.Option(min=0, max=8, help="Anti-aliasing samples a pixel; 4 doubles the work.")] = 0,
    hfov: Annotated[float, typer.Option(help="Horizontal field of view in degrees, zoomed out.")] = 65.0,
    pose_error: Annotated[str, typer.Option(help="gps_m=1.5,att_deg=1.0: how far the true pose strays.")] = "",
    seed: Annotated[int, typer.Option(help="Of the pose error.")] = 1,
    net: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The SUMO network that is drawn.")] = NET,
    origin: Annotated[str, typer.Option(help="LAT,LON,ALT of the network's zero point.")] = "34.76,113.70,100",
    folder: Annotated[Path | None, typer.Option(help="For clips and photos; a temporary one by default.")] = None,
    always_stream: Annotated[bool, typer.Option(help="Stream without being asked.")] = False,
) -> None:
    """Carries a camera, a gimbal and a loudspeaker on the drone with this system id."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=f"payload {system_id}: %(message)s")
    try:
        width, height = _numbers("size", size, "x", 2)
        host, port = feed.rsplit(":", 1) if ":" in feed else ("", "")
        if not port.isdigit():
            raise ValueError(f"feed {feed!r}: expected HOST:PORT")
        setup = PayloadSetup(
            system_id=system_id,
            vehicle_link=vehicle_link,
            gcs_link=gcs_link,
            feed_host=host,
            feed_port=int(port),
            origin=Origin(*_numbers("origin", origin, ",", 3)),
            imager=ImagerSetup(net, video, int(width), int(height), fps, bit_rate, samples),
            hfov_deg=hfov,
            look=Look(),
            pose_error=PoseErrorSize.parse(pose_error),
            seed=seed,
            folder=folder or Path(gettempdir()) / f"patrol-payload-{system_id}",
            always_stream=always_stream,
        )
        asyncio.run(_run(setup))
    except (ValueError, OSError, RuntimeError) as error:
        print(f"payload {system_id}: {error}", file=sys.stderr)
        raise typer.Exit(2) from error


def _numbers(name: str, text: str, separator: str, count: int) -> list[float]:
    parts = text.split(separator)
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise ValueError(f"{name} {text!r}: expected {count} numbers separated by {separator!r}")
    return numbers


async def _run(setup: PayloadSetup) -> None:
    payload = Payload(setup)
    task = asyncio.ensure_future(payload.run(lambda: logging.info("ready, %s", setup.imager.video_url)))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
    except ExceptionGroup as group:
        raise group.exceptions[0] from group


if __name__ == "__main__":
    typer.run(main)
