"""The traffic itself: libsumo, and the few moves an event may make in it.

libsumo holds one simulation per process, so only one `Traffic` may be open at a time. The sublane model stays off (8-16
times slower); `--lanechange.duration` still makes vehicles glide between lanes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, radians, sin

import libsumo

from sim.world.looks import CLASS_OF_KIND, colour_of
from sim.world.roads import NET_FILE, NETWORK, Lane, load_lanes
from sim.world.snapshot import RoadUserState

STEP_S = 0.1
FLOWS_FILE = NETWORK / "traffic.rou.xml"
LANE_CHANGE_S = 3.0
BRAKE_LIGHT = 8
"""Bit of SUMO's vehicle signals."""
FOREVER_S = 1e6
NO_CHECKS, ALL_CHECKS = 0, 31
"""SUMO speed modes."""
NO_LANE_CHANGES, OWN_LANE_CHANGES = 512, 1621
"""SUMO lane-change modes: nobody but us; the default."""


@dataclass(frozen=True, slots=True)
class _Body:
    """What does not change about a road user. Sizes in metres."""

    kind: str
    length_m: float
    width_m: float
    height_m: float
    colour: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A spot on a lane: `pos_m` metres along it."""

    edge: str
    lane_index: int
    pos_m: float

    @property
    def lane_id(self) -> str:
        """The SUMO lane."""
        return f"{self.edge}_{self.lane_index}"


class Traffic:
    """Running traffic on the network; a context manager that closes libsumo."""

    def __init__(self, seed: int, scale: float = 1.0) -> None:
        """Starts with an empty road. `scale` multiplies every flow. Raises RuntimeError when one is open already."""
        if libsumo.simulation.isLoaded():
            raise RuntimeError("another world is open in this process: close it first")
        libsumo.start(
            [
                "sumo",
                f"--net-file={NET_FILE}",
                f"--route-files={FLOWS_FILE}",
                f"--step-length={STEP_S}",
                f"--seed={seed}",
                f"--scale={scale}",
                f"--lanechange.duration={LANE_CHANGE_S}",
                "--collision.action=none",  # the collision event makes its own
                "--time-to-teleport=-1",
                "--no-step-log=true",
                "--no-warnings=true",
            ]
        )
        self.lanes: dict[str, Lane] = {lane.id: lane for lane in load_lanes()}
        self.hazards: set[str] = set()
        """Users with their hazard lights on."""
        self._bodies: dict[str, _Body] = {}

    def __enter__(self) -> "Traffic":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the simulation; harmless when it has ended."""
        if libsumo.simulation.isLoaded():
            libsumo.close()

    def step(self) -> None:
        """Advances `STEP_S`."""
        libsumo.simulationStep()
        for gone in libsumo.simulation.getArrivedIDList():
            self._bodies.pop(gone, None)
            self.hazards.discard(gone)

    # --- what is there -------------------------------------------------------------------------------------------

    def users(self) -> Iterator[RoadUserState]:
        """Every vehicle and person on the road."""
        for id_ in libsumo.vehicle.getIDList():
            yield self.vehicle(id_)
        for id_ in libsumo.person.getIDList():
            yield self._person(id_)

    def vehicle(self, id_: str) -> RoadUserState:
        """One vehicle. SUMO gives the middle of the front bumper, a snapshot the middle of the footprint."""
        v = libsumo.vehicle
        body = self._bodies.get(id_)
        if body is None:
            kind = _kind(v.getTypeID(id_))
            body = _Body(kind, v.getLength(id_), v.getWidth(id_), v.getHeight(id_), colour_of(id_, kind))
            self._bodies[id_] = body
        x, y = v.getPosition(id_)
        heading = _heading(v.getAngle(id_))
        speed = v.getSpeed(id_)
        return self._state(
            id_,
            body,
            (x - cos(heading) * body.length_m / 2, y - sin(heading) * body.length_m / 2),
            heading,
            speed,
            v.getLaneID(id_),
            brake=bool(v.getSignals(id_) & BRAKE_LIGHT),
        )

    def _person(self, id_: str) -> RoadUserState:
        p = libsumo.person
        body = self._bodies.get(id_)
        if body is None:
            body = _Body("pedestrian", p.getLength(id_), p.getWidth(id_), 1.7, colour_of(id_, "pedestrian"))
            self._bodies[id_] = body
        return self._state(id_, body, p.getPosition(id_), _heading(p.getAngle(id_)), p.getSpeed(id_), p.getLaneID(id_))

    def _state(
        self,
        id_: str,
        body: _Body,
        centre: tuple[float, float],
        heading_rad: float,
        speed_mps: float,
        lane_id: str,
        brake: bool = False,
    ) -> RoadUserState:
        lane = self.lanes.get(lane_id)
        return RoadUserState(
            id=id_,
            kind=body.kind,
            cls=CLASS_OF_KIND[body.kind],
            x_m=round(centre[0], 3),
            y_m=round(centre[1], 3),
            z_m=0.0,
            heading_rad=round(heading_rad, 4),
            speed_mps=round(speed_mps, 2),
            length_m=body.length_m,
            width_m=body.width_m,
            height_m=body.height_m,
            lane_id=lane_id,
            lane_type=lane.lane_type if lane else "sidewalk",  # only walking areas are no lanes
            colour=body.colour,
            brake=brake,
            hazard_lights=id_ in self.hazards,
        )

    def present(self, id_: str) -> bool:
        """Whether the vehicle is (still) on the road."""
        return id_ in libsumo.vehicle.getIDList()

    def lane_of(self, id_: str) -> Lane | None:
        """The lane a vehicle is on."""
        return self.lanes.get(libsumo.vehicle.getLaneID(id_))

    def speed_of(self, id_: str) -> float:
        """A vehicle's speed in m/s."""
        return float(libsumo.vehicle.getSpeed(id_))

    def between_lanes(self, id_: str) -> bool:
        """Whether a vehicle is still gliding from one lane to another."""
        return abs(float(libsumo.vehicle.getLateralLanePosition(id_))) > 0.2

    def approaching(self, place: Place, kinds: frozenset[str], nearest_m: float, farthest_m: float) -> list[str]:
        """Vehicles of these kinds on `place`'s lane index, between the two distances before it, the nearest first."""
        v = libsumo.vehicle
        found = []
        for id_ in v.getIDList():
            if v.getLaneIndex(id_) != place.lane_index or _kind(v.getTypeID(id_)) not in kinds:
                continue
            route = v.getRoute(id_)
            if place.edge not in route[max(v.getRouteIndex(id_), 0) :]:
                continue
            distance = v.getDrivingDistance(id_, place.edge, place.pos_m, place.lane_index)
            if nearest_m <= distance <= farthest_m:
                found.append((distance, id_))
        return [id_ for _, id_ in sorted(found)]

    def speeds_between(self, edge: str, start_m: float, end_m: float) -> list[float]:
        """Speeds (m/s) of the vehicles on an edge between two positions along it."""
        v = libsumo.vehicle
        on_edge = libsumo.edge.getLastStepVehicleIDs(edge)
        return [float(v.getSpeed(id_)) for id_ in on_edge if start_m <= v.getLanePosition(id_) <= end_m]

    def position(self, place: Place) -> tuple[float, float]:
        """Where a place is, ENU metres."""
        x, y = libsumo.simulation.convert2D(place.edge, place.pos_m, place.lane_index)
        return float(x), float(y)

    def leader(self, id_: str) -> tuple[str, float] | None:
        """The vehicle ahead on the same lane and the metres of road between the two bumpers, within 100 m."""
        found = libsumo.vehicle.getLeader(id_, 100.0)
        if not found or not found[0]:
            return None
        return found[0], found[1] + libsumo.vehicle.getMinGap(id_)

    # --- what an event may do ------------------------------------------------------------------------------------

    def stop_at(self, id_: str, place: Place) -> None:
        """Lets a vehicle go to `place` and stand there until `move_on`; it may use any lane, the shoulder too."""
        libsumo.vehicle.setVehicleClass(id_, "authority")
        libsumo.vehicle.setStop(id_, place.edge, place.pos_m, place.lane_index, FOREVER_S)

    def standing(self, id_: str) -> bool:
        """Whether a vehicle stands where `stop_at` sent it."""
        return bool(libsumo.vehicle.isStopped(id_))

    def move_on(self, id_: str) -> None:
        """Ends a `stop_at`; the vehicle keeps its lane until `merge_left` or `join_traffic`."""
        libsumo.vehicle.resume(id_)
        libsumo.vehicle.setLaneChangeMode(id_, NO_LANE_CHANGES)

    def merge_left(self, id_: str) -> None:
        """Asks for the lane to the left, taken as soon as the gaps of the others allow."""
        libsumo.vehicle.setLaneChangeMode(id_, OWN_LANE_CHANGES)
        libsumo.vehicle.changeLaneRelative(id_, 1, 1.0)

    def join_traffic(self, id_: str) -> None:
        """Makes a vehicle an ordinary one again."""
        v = libsumo.vehicle
        v.setVehicleClass(id_, libsumo.vehicletype.getVehicleClass(v.getTypeID(id_).split("@")[0]))
        v.setLaneChangeMode(id_, OWN_LANE_CHANGES)
        v.setSpeedMode(id_, ALL_CHECKS)
        v.setSpeed(id_, -1)

    def drive_blindly(self, id_: str, speed_mps: float) -> None:
        """Gives a vehicle this speed now, whatever is ahead, and keeps it in its lane."""
        v = libsumo.vehicle
        v.setLaneChangeMode(id_, NO_LANE_CHANGES)
        v.setSpeedMode(id_, NO_CHECKS)
        v.setSpeed(id_, max(0.0, speed_mps))


def _kind(type_id: str) -> str:
    """The kind in a SUMO type's id: `kind[.variant]`, with `@vehicle` appended once its class was changed."""
    return type_id.split("@")[0].split(".")[0]


def _heading(sumo_angle_deg: float) -> float:
    """SUMO's compass degrees -> radians counter-clockwise from east, in (-pi, pi]."""
    heading = radians(90.0 - sumo_angle_deg)
    return heading + 2 * pi if heading <= -pi else heading
