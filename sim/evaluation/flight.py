"""One flight: traffic, camera, telemetry, the service's seeing and rules, and what came of it. No sockets, no clock."""

import time
from collections import Counter
from dataclasses import dataclass
from math import degrees
from pathlib import Path

import numpy as np

from gcs.perception.judge import Judge
from gcs.perception.road_map import RoadMap
from gcs.perception.types import MOTOR_VEHICLES, RoadUser, Scene
from gcs.rules.book import all_rules
from gcs.rules.thresholds import load_thresholds
from gcs.rules.types import RuleEvent
from gcs.video.types import Frame
from sim.camera.labels import Label
from sim.camera.renderer import Renderer
from sim.camera.scene import StaticScene
from sim.evaluation.eyes import Eyes, VideoLink
from sim.evaluation.measures import Placing
from sim.evaluation.noise import Telemetry, believed
from sim.evaluation.patrol import Patrol
from sim.evaluation.pictures import Album
from sim.evaluation.plan import FlightPlan
from sim.evaluation.scoring import Alarm, Flight
from sim.evaluation.truth import Episode, LaneSurfaces, TruthLog, identify, in_view
from sim.geo import Origin
from sim.payload.pose_error import PoseErrorSize
from sim.world.roads import NET_FILE
from sim.world.snapshot import RoadUserState
from sim.world.traffic import STEP_S
from sim.world.world import World

ROADS = Path(__file__).parents[2] / "mission_plans" / "roads"
EPOCH_UNIX_S = 1.8e9
"""Flight time 0, for the service."""
STEPS_PER_PICTURE = 2
FPS = 1 / (STEPS_PER_PICTURE * STEP_S)
"""Pictures judged in a second, as the service does."""
DRONE = 1


@dataclass(frozen=True)
class Setup:
    """What is the same for all flights of a run."""

    model: Path
    pose_error: PoseErrorSize
    video_kilobits: int | None = None
    pictures: Path | None = None
    """Folder for pictures of what went wrong."""
    width: int = 1280
    height: int = 720


def fly(plan: FlightPlan, setup: Setup) -> Flight:
    """Fly a plan. One at a time in a process. Raises what loading the model, EGL or SUMO raise."""
    seed = np.random.default_rng(plan.seed).spawn(2)
    eyes = Eyes(setup.model)
    scene = StaticScene.load(NET_FILE)
    with (
        World(plan.scenario, int(seed[0].integers(2**31 - 1))) as world,
        Renderer(scene, setup.width, setup.height, threads=1) as renderer,
    ):
        return _Flight(plan, setup, world, renderer, eyes, seed[1]).run()


class _Flight:
    """The parts of a running flight. `t_s` is flight time."""

    def __init__(
        self, plan: FlightPlan, setup: Setup, world: World, renderer: Renderer, eyes: Eyes, rng: np.random.Generator
    ) -> None:
        self._plan, self._setup, self._world, self._renderer = plan, setup, world, renderer
        self._eyes = eyes
        self._size = (setup.width, setup.height)
        self._link = VideoLink(setup.width, setup.height, FPS, setup.video_kilobits)
        road = RoadMap.load(ROADS)
        origin = Origin(road.origin.lat_deg, road.origin.lon_deg, road.origin.alt_m)
        telemetry = Telemetry(lambda t: plan.patrol.view(t - EPOCH_UNIX_S), origin, setup.pose_error, rng)
        self._judge = Judge(DRONE, road, telemetry.pose_at, believed(setup.pose_error))
        self._rules = all_rules(load_thresholds())
        self._surfaces = LaneSurfaces()
        self._truth, self._placing = TruthLog(), Placing()
        self._album = None if setup.pictures is None else Album(setup.pictures, plan.scenario.title)
        self._alarms: dict[tuple[str, int], Alarm] = {}
        self._doubts: Counter[str] = Counter()

    def run(self) -> Flight:
        """From the scenario's start to the flight's end."""
        self._advance(round(self._plan.lead_s / STEP_S))
        pictures = round(self._plan.duration_s * FPS)
        for number in range(1, pictures + 1):
            self._advance(STEPS_PER_PICTURE)
            self._look(number)
        flight = Flight(
            seed=self._plan.seed,
            kind=self._plan.kind,
            duration_s=self._plan.duration_s,
            patrol=_in_words(self._plan.patrol),
            events=[rule.event_type for rule in self._rules],
            episodes=self._truth.episodes,
            alarms=list(self._alarms.values()),
            placing=self._placing,
            cpu_s=time.process_time(),
            doubts=dict(self._doubts),
        )
        if self._album is not None:
            self._album.keep_failures(flight)
        return flight

    def _advance(self, steps: int) -> None:
        for _ in range(steps):
            told = self._world.step()
            self._truth.take(told, self._flight_s())

    def _flight_s(self) -> float:
        return round(self._world.sim_s - self._plan.lead_s, 3)

    def _look(self, number: int) -> None:
        """Take a picture, let the service see it, and hold what it says against the truth."""
        t_s = self._flight_s()
        t_unix_s = EPOCH_UNIX_S + t_s
        users = {user.id: user for user in self._world.snapshot(t_unix_s).users}
        camera = self._plan.patrol.view(t_s).camera(self._setup.width)
        everyone = list(users.values())
        rgb = self._renderer.render(camera, everyone, self._plan.look, t_s=t_s)
        labels = self._renderer.labels(camera, everyone)

        image = self._link.through(rgb, t_unix_s)
        scene, trouble = self._judge.judge(Frame(image, t_unix_s, number), self._eyes.detect(image))
        events = [event for rule in self._rules for event in rule.update(scene)]
        self._placing.registered.append(scene.registered)
        if reason := trouble or self._judge.doubt:
            self._doubts[reason] += 1

        known = identify(scene.users, labels, self._size)
        shown = self._truth.see({label.user: label for label in labels}, users, t_s, self._size)
        self._measure(scene, users, labels, known)
        self._follow(shown, scene, known)
        fresh = self._note(events, known, users, t_s)
        if self._album is not None:
            self._album.look(image, scene, labels, shown, fresh)

    def _measure(
        self, scene: Scene, users: dict[str, RoadUserState], labels: list[Label], known: dict[int, Label]
    ) -> None:
        for user in scene.users:
            label = known.get(user.track_id)
            if label is not None:
                truth = users[label.user]
                self._placing.measure(user, truth, self._lane_right(user, truth))
        tracked = {label.user for label in known.values()}
        self._placing.known += [
            label.user in tracked for label in labels if label.cls in MOTOR_VEHICLES and in_view(label, self._size)
        ]

    def _lane_right(self, user: RoadUser, truth: RoadUserState) -> bool | None:
        """Whether the stated lane is one the vehicle's middle is in; None when none is stated."""
        return None if user.lane is None else self._surfaces.holds(user.lane.lane_id, truth.x_m, truth.y_m)

    def _follow(self, shown: list[Episode], scene: Scene, known: dict[int, Label]) -> None:
        """Count how far the service gets with each event in view."""
        by_user = {known[user.track_id].user: user for user in scene.users if user.track_id in known}
        for episode in shown:
            user = by_user.get(episode.user)
            got = episode.pictures
            got["in_view"] += 1
            got["tracked"] += user is not None
            got["lane_stated"] += user is not None and user.lane is not None
            got["lane_right"] += user is not None and user.lane is not None and user.lane.lane_id == episode.lane_id

    def _note(
        self, events: list[RuleEvent], known: dict[int, Label], users: dict[str, RoadUserState], t_s: float
    ) -> list[Alarm]:
        """The alarms that are new."""
        fresh = []
        for event in events:
            key = (event.event_type, event.user.track_id)
            if key not in self._alarms:
                label = known.get(event.user.track_id)
                truth = None if label is None else users[label.user]
                self._alarms[key] = Alarm(
                    event=event.event_type,
                    t_s=t_s,
                    track_id=event.user.track_id,
                    user="" if truth is None else truth.id,
                    lane_id=event.lane.lane_id,
                    truth=_what(truth),
                )
                fresh.append(self._alarms[key])
        return fresh


def _what(user: RoadUserState | None) -> str:
    if user is None:
        return "no road user under the box"
    return f"{user.kind} {user.id} on {user.lane_type} {user.lane_id} at {user.speed_mps:.1f} m/s"


def _in_words(patrol: Patrol) -> dict[str, float | str]:
    return {
        "route": patrol.route,
        "direction": "with traffic" if patrol.direction > 0 else "against traffic",
        "start_m": round(patrol.start_m),
        "speed_mps": round(patrol.speed_mps, 1),
        "height_m": round(patrol.height_m),
        "depression_deg": round(degrees(patrol.depression_rad)),
        "camera_yaw_deg": round(degrees(patrol.yaw_offset_rad)),
    }
