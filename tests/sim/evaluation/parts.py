"""Road users, labels and episodes for the harness's tests."""

from gcs.perception.types import RoadUser
from sim.camera.labels import Label
from sim.evaluation.measures import Placing
from sim.evaluation.scoring import Alarm, Flight
from sim.evaluation.truth import Episode
from sim.world.snapshot import RoadUserState

EVENT = "emergency_lane_occupancy"
SIZE = (1280, 720)


def episode(user: str, start_s: float, end_s: float = float("inf"), seen: tuple[float, float] | None = None) -> Episode:
    """In view at five pictures a second from `seen[0]` to `seen[1]`."""
    first, last = seen or (0.0, 0.0)
    times = [first + 0.2 * i for i in range(round((last - first) / 0.2) + 1)] if seen else []
    return Episode(EVENT, user, "nb_3_0", start_s, end_s, times, first)


def alarm(user: str, t_s: float, track_id: int = 1) -> Alarm:
    return Alarm(EVENT, t_s, track_id, user, "nb_3_0", "as drawn")


def flight(episodes: list[Episode], alarms: list[Alarm], duration_s: float = 36.0) -> Flight:
    return Flight(0, "drawn", duration_s, {}, [EVENT], episodes, alarms, Placing(), cpu_s=1.0)


def label(user: str, x0: float, y0: float, x1: float, y1: float, visible: float = 1.0) -> Label:
    return Label("car", x0, y0, x1, y1, visible, user)


def seen(track_id: int, x0: float, y0: float, x1: float, y1: float, *, observed: bool = True) -> RoadUser:
    """A road user of the service with this box in pixels, standing at the origin."""
    w, h = SIZE
    return RoadUser(
        track_id, "car", 1.0, (x0 / w, y0 / h, x1 / w, y1 / h), 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, observed
    )


def real(x_m: float, y_m: float, heading_rad: float = 0.0, speed_mps: float = 0.0) -> RoadUserState:
    return RoadUserState(
        "v", "sedan", "car", x_m, y_m, 0.0, heading_rad, speed_mps, 4.6, 1.8, 1.5, "nb_3_0", "shoulder", (0.5, 0.5, 0.5)
    )
