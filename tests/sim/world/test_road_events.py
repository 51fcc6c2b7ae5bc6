"""What happens on the road is what the scenario says, and the truth told about it is true."""

from collections.abc import Callable
from itertools import pairwise

import libsumo
import pytest

from sim.world.events import Heard, Truth
from sim.world.events.base import Start
from sim.world.events.lane_stop import LaneStopConfig
from sim.world.scenario import Scenario, load_scenario
from sim.world.world import World


def run(world: World, until_s: float, every_step: Callable[[], None] = lambda: None) -> list[Truth]:
    told: list[Truth] = []
    while world.sim_s < until_s:
        told += world.step()
        every_step()
    return told


def warn(world: World, user: str, off_m: float = 30.0) -> None:
    car = world.traffic.vehicle(user)
    world.heard(Heard(car.x_m + off_m, car.y_m, radius_m=100.0))


def test_same_seed_gives_the_same_traffic_and_another_seed_does_not() -> None:
    def positions(seed: int) -> list[tuple[str, float, float]]:
        with World(load_scenario("quiet"), seed=seed) as world:
            run(world, 5.0)
            return [(u.id, u.x_m, u.y_m) for u in world.snapshot(0.0).users]

    first = positions(3)
    assert first == positions(3)
    assert first != positions(4)


def test_quiet_traffic_mixes_all_kinds_and_keeps_off_the_shoulder() -> None:
    with World(load_scenario("quiet")) as world:
        kinds: set[str] = set()
        shoulders: list[str] = []

        def look() -> None:
            if world.steps % 20 == 0:
                users = world.snapshot(0.0).users
                kinds.update(u.kind for u in users)
                shoulders.extend(u.id for u in users if u.lane_type == "shoulder")

        told = run(world, 60.0, look)
    assert told == []
    assert shoulders == []
    assert kinds >= {"sedan", "hatch", "suv", "van", "truck", "semi", "bus", "motor", "bicycle", "pedestrian"}
    assert kinds & {"tricycle", "awning-tricycle"}


def test_vehicle_position_is_the_middle_of_its_footprint() -> None:
    with World(load_scenario("quiet")) as world:
        heavy = next(u for u in world.snapshot(0.0).users if u.length_m > 8 and u.lane_id.startswith("sb_3_"))
        front_x, front_y = libsumo.vehicle.getPosition(heavy.id)  # the middle of the front bumper
    # sb_3 runs due south: the middle is half a length to the north of the bumper.
    assert heavy.y_m - front_y == pytest.approx(heavy.length_m / 2, abs=0.1)
    assert heavy.x_m == pytest.approx(front_x, abs=0.5)


def test_warned_car_leaves_the_shoulder_and_merges_back() -> None:
    with World(load_scenario("shoulder_stop")) as world:
        told = run(world, 60.0)
        assert [(t.event, t.phase, t.lane_id) for t in told] == [("emergency_lane_occupancy", "start", "nb_3_0")]
        car = world.traffic.vehicle(told[0].user)
        assert car.speed_mps == 0.0
        assert car.lane_type == "shoulder"
        assert car.hazard_lights

        warn(world, car.id)
        lateral_m: list[float] = []

        def follow() -> None:
            lateral_m.append(world.traffic.vehicle(car.id).x_m)

        told = run(world, 90.0, follow)
        assert [(t.user, t.phase, t.lane_id) for t in told] == [(car.id, "end", "nb_3_0")]
        assert told[0].sim_s > 60.0 + 6.0
        # No jump: at most the way of one step at full speed.
        assert max(abs(b - a) for a, b in pairwise(lateral_m)) < 1.0
        left = world.traffic.vehicle(car.id)
        assert left.lane_type == "driving"
        assert left.speed_mps > 10.0
        assert not left.hazard_lights


def test_car_does_not_leave_for_a_warning_out_of_earshot_nor_before_it_is_warned() -> None:
    with World(load_scenario("shoulder_stop")) as world:
        user = run(world, 40.0)[0].user
        warn(world, user, off_m=150.0)
        assert run(world, 70.0) == []
        assert world.traffic.vehicle(user).lane_type == "shoulder"


def test_car_that_stays_ignores_warnings() -> None:
    with World(load_scenario("shoulder_stays")) as world:
        user = run(world, 40.0)[0].user
        for until_s in (45.0, 50.0, 80.0):
            warn(world, user)
            assert run(world, until_s) == []
        assert world.traffic.vehicle(user).speed_mps == 0.0


def test_truck_that_stops_for_a_time_drives_on_unasked() -> None:
    scenario = changed(load_scenario("shoulder_stays"), vehicle="truck", stands_s=12.0)
    with World(scenario) as world:
        told: list[Truth] = []
        while not told and world.sim_s < 240.0:
            told += world.step()
        assert world.traffic.vehicle(told[0].user).cls == "truck"
        told += run(world, told[0].sim_s + 60.0)
    assert [t.phase for t in told] == ["start", "end"]
    assert 12.0 < told[1].sim_s - told[0].sim_s < 50.0


def test_halt_of_a_moment_is_no_occupancy() -> None:
    with World(changed(load_scenario("shoulder_stays"), stands_s=1.0)) as world:
        halted: set[str] = set()

        def look() -> None:
            halted.update(u.id for u in world.snapshot(0.0).users if u.hazard_lights)

        assert run(world, 60.0, look) == []
    assert len(halted) == 1


def test_vehicle_broken_down_in_a_driving_lane_stands_there_and_drives_on() -> None:
    stop = LaneStopConfig(kind="lane_stop", start=Start(at_s=5), edge="nb_3", pos_m=150, stands_s=15)
    with World(load_scenario("quiet").model_copy(update={"events": (stop,)})) as world:
        standing: dict[str, list[float]] = {}

        def look() -> None:
            for user in world.snapshot(0.0).users:
                if user.hazard_lights:
                    assert user.lane_id == "nb_3_1"
                    assert user.speed_mps < 0.1
                    standing.setdefault(user.id, []).append(world.sim_s)

        assert run(world, 90.0, look) == []
        ((user, times),) = standing.items()
        assert times[-1] - times[0] == pytest.approx(15.0, abs=0.3)
        assert not world.traffic.present(user) or world.traffic.vehicle(user).speed_mps > 10.0


def test_collision_starts_at_the_impact_and_blocks_the_lane() -> None:
    scenario = changed(load_scenario("collision"), clears_after_s=20.0)
    with World(scenario) as world:
        told: list[Truth] = []
        while not told and world.sim_s < 120.0:
            told += world.step()
        start = told[0]
        assert (start.event, start.phase, start.lane_id) == ("accident", "start", "nb_3_2")
        run_on = run(world, start.sim_s + 15.0)
        standing = [u for u in world.snapshot(0.0).users if u.hazard_lights]
        assert [(u.lane_id, u.speed_mps) for u in standing] == [("nb_3_2", 0.0)] * 2
        told += run_on + run(world, start.sim_s + 30.0)
        assert [t.phase for t in told] == ["start", "end"]
        assert 20.0 <= told[1].sim_s - start.sim_s <= 26.0


def test_closed_lanes_make_a_queue_that_is_told_as_congestion() -> None:
    with World(load_scenario("closed_lane")) as world:
        told = run(world, 120.0)
        works = [u for u in world.snapshot(0.0).users if u.hazard_lights]
    assert [(t.event, t.phase) for t in told] == [("congestion", "start")]
    assert {u.lane_id for u in works} == {"nb_3_2", "nb_3_3"}


def test_event_waiting_for_a_trigger_starts_with_it_and_not_before() -> None:
    scenario = changed(load_scenario("shoulder_stays"), start={"trigger": "go"})
    with World(scenario) as world:
        assert run(world, 40.0) == []
        assert not world.trigger("stop")
        assert world.trigger("go")
        assert [t.phase for t in run(world, 90.0)] == ["start"]


def changed(scenario: Scenario, **keys: object) -> Scenario:
    data = scenario.model_dump()
    data["events"][0].update(keys)
    return Scenario.model_validate(data)
