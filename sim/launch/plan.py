"""Which parts a simulation has and how each is started."""

import sys
from dataclasses import dataclass
from pathlib import Path

from sim.geo import Origin
from sim.launch.ports import Ports
from sim.launch.supervise import Part
from sim.px4 import sitl
from sim.world.scenario import Scenario

ORIGIN = Origin(34.76, 113.70, 100.0)
SPACING_M = 8.0
"""Between drones beyond the scenario's own homes."""


@dataclass(frozen=True)
class Plan:
    """One simulation as asked for."""

    scenario_name: str
    scenario: Scenario
    seed: int
    drones: int
    ports: Ports
    folder: Path
    video_size: str
    fps: float
    samples: int
    pose_error: str
    px4_build: Path | None = None
    px4_link: tuple[str, int] | None = None
    """(host, port) where a running PX4's payload link comes to, drone 0's; nothing is started then."""

    @property
    def seats(self) -> list["Seat"]:
        """One per drone."""
        return [self._seat(drone) for drone in range(self.drones)]

    def _seat(self, drone: int) -> "Seat":
        own = self.px4_build is None and self.px4_link is None
        host, port = self.px4_link or ("127.0.0.1", self.ports.payload(0))
        gcs = self.ports.gcs(0 if own else drone)
        return Seat(drone, f"udpin:{host}:{port + drone}", gcs, f"udp://127.0.0.1:{self.ports.video(drone)}")

    def udp_ports(self) -> list[int]:
        """What this simulation binds on this host."""
        drones = range(self.drones)
        ours = (
            []
            if self.px4_link
            else [p(d) for d in drones for p in (self.ports.vehicle_gcs, self.ports.vehicle_payload)]
        )
        return ours + [int(seat.vehicle_link.rsplit(":", 1)[1]) for seat in self.seats]

    def announcement(self) -> dict[str, object]:
        """What the READY line tells: where a ground station listens, and each drone's id and stream."""
        links = sorted({f"udpin://0.0.0.0:{seat.gcs_port}" for seat in self.seats})
        return {
            "scenario": self.scenario_name,
            "seed": self.seed,
            "links": links,
            "feed": f"127.0.0.1:{self.ports.feed}",
            "drones": [
                {"system_id": seat.system_id, "link": f"udpin://0.0.0.0:{seat.gcs_port}", "video": seat.video_url}
                for seat in self.seats
            ],
        }

    def homes(self) -> list[tuple[float, float]]:
        """WGS-84 (lat, lon) of each drone: the scenario's, then a row east of its last."""
        places = [(h.lat_deg, h.lon_deg) for h in self.scenario.homes][: self.drones]
        x, y = ORIGIN.to_enu(*places[-1])
        return places + [ORIGIN.to_wgs84(x + SPACING_M * n, y) for n in range(1, self.drones - len(places) + 1)]

    def world(self) -> Part:
        """The road."""
        argv = ["--scenario", self.scenario_name, "--seed", str(self.seed), "--port", str(self.ports.feed)]
        return Part("world", _python("sim.world", argv), "feed on")

    def vehicles(self) -> Part:
        """Our own multicopters, all in one process."""
        argv = [
            *("--count", str(self.drones)),
            *("--gcs", f"127.0.0.1:{self.ports.gcs()}"),
            *("--payload-base", str(self.ports.payload(0))),
            *("--local-base", str(self.ports.vehicle_gcs(0))),
            *("--payload-local-base", str(self.ports.vehicle_payload(0))),
            *("--seed", str(self.seed)),
        ]
        for lat, lon in self.homes():
            argv += ["--home", f"{lat:.7f},{lon:.7f},{ORIGIN.alt_m:.1f}"]
        return Part("vehicles", _python("sim.vehicle", argv), "vehicle(s)")

    def payload(self, seat: "Seat") -> Part:
        """Camera, gimbal and loudspeaker of one drone."""
        argv = [
            *("--system-id", str(seat.system_id)),
            *("--vehicle-link", seat.vehicle_link),
            *("--gcs-link", f"udpout:127.0.0.1:{seat.gcs_port}"),
            *("--feed", f"127.0.0.1:{self.ports.feed}"),
            *("--video", seat.video_url),
            *("--size", self.video_size),
            *("--fps", str(self.fps)),
            *("--samples", str(self.samples)),
            *("--pose-error", self.pose_error),
            *("--seed", str(self.seed)),
            *("--folder", str(self.folder / f"payload-{seat.system_id}")),
        ]
        return Part(f"payload {seat.system_id}", _python("sim.payload", argv), "ready")

    def px4(self, build: Path) -> list[Part]:
        """One PX4 SITL per drone. Raises Px4Error."""
        instances = sitl.free_instances(self.drones)
        parts = []
        for seat, instance, (lat, lon) in zip(self.seats, instances, self.homes(), strict=True):
            ports = sitl.Px4Ports(
                gcs_local=self.ports.vehicle_gcs(seat.drone),
                gcs=seat.gcs_port,
                payload_local=self.ports.vehicle_payload(seat.drone),
                payload=self.ports.payload(seat.drone),
            )
            folder = self.folder / f"px4-{seat.system_id}"
            command = sitl.prepare(build, instance, seat.system_id, sitl.Home(lat, lon, ORIGIN.alt_m), ports, folder)
            parts.append(
                Part(f"px4 {seat.system_id}", command.argv, sitl.READY_LINE, 90.0, command.environment, folder)
            )
        return parts


@dataclass(frozen=True)
class Seat:
    """One drone's place in the simulation, counted from 0."""

    drone: int
    vehicle_link: str
    gcs_port: int
    video_url: str

    @property
    def system_id(self) -> int:
        """Its MAVLink system id."""
        return self.drone + 1


def _python(module: str, arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", module, *arguments]
