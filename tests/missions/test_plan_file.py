import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gcs.fleet.mav import Cmd
from gcs.missions.plan_file import PlanFileError, parse_plan, read_plan
from tests.missions.plans import item, plan, takeoff, waypoint, write

Break = Callable[[dict[str, Any]], object]


def items(content: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = content["mission"]["items"]
    return found


def survey(*inner: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "ComplexItem", "complexItemType": "survey", "version": 5,
        "TransectStyleComplexItem": {"version": 2, "Items": list(inner), "VisualTransectPoints": []},
    }  # fmt: skip


def test_plan_is_read_with_fence_rally_and_title() -> None:
    content = plan(title="Zhongzhou, north")
    content["geoFence"]["circles"] = [{"circle": {"center": [34.761, 113.7], "radius": 12.5}, "inclusion": False}]
    content["rallyPoints"]["points"] = [[34.7601, 113.7, 25]]
    read = parse_plan("north", json.dumps(content))
    assert (read.name, read.title, read.cruise_speed_mps) == ("north", "Zhongzhou, north", 5)
    assert [shape.kind for shape in read.fence] == ["polygon", "circle"]
    assert read.rally[0].alt_rel_m == 25
    assert [i.command for i in read.items][:2] == [Cmd.DO_GIMBAL_MANAGER_PITCHYAW, Cmd.NAV_TAKEOFF]
    assert read.items[1].param4 is None


def test_survey_is_flown_by_the_transect_items_stored_in_it() -> None:
    read = parse_plan("s", json.dumps(plan(takeoff(), survey(waypoint(10, 0), waypoint(20, 0)), item(20, 2, *[0] * 7))))
    assert [i.command for i in read.items] == [22, 16, 16, 20]
    assert [i.source for i in read.items] == [0, 1, 1, 2]


def test_jump_is_aimed_by_do_jump_id() -> None:
    jump = item(177, 2, 2, 3, 0, 0, 0, 0, 0)
    read = parse_plan("j", json.dumps(plan(takeoff(), waypoint(10, 0), jump, item(20, 2, *[0] * 7))))
    assert read.items[2].param1 == 1


def test_bundled_plans_can_be_read() -> None:
    paths = sorted((Path(__file__).parents[2] / "mission_plans").glob("*.plan"))
    assert paths
    for path in paths:
        assert read_plan(path).items


@pytest.mark.parametrize(
    ("broken", "item_index", "field", "words"),
    [
        (lambda c: items(c)[1].update(command="22"), 1, "command", "valid integer (found '22')"),
        (lambda c: items(c)[1].update(command=9999), 1, "command", "9999 is not a mission command"),
        (lambda c: items(c)[3].update(frame=10), 3, "frame", "10 is not one of"),
        (lambda c: items(c)[3]["params"].pop(), 3, "params", "at least 7 items"),
        (lambda c: items(c)[3]["params"].__setitem__(4, None), 3, "params.4", "no latitude and longitude"),
        (lambda c: items(c)[3]["params"].__setitem__(6, None), 3, "params.6", "altitude is missing"),
        (lambda c: items(c)[3]["params"].__setitem__(2, "x"), 3, "params.2", "valid number (found 'x')"),
        (lambda c: items(c)[3].update(type="Fancy"), 3, "item", "SimpleItem or ComplexItem"),
        (lambda c: items(c).insert(2, 7), 2, "item", "SimpleItem or ComplexItem (found 7)"),
        (
            lambda c: items(c).insert(2, survey(waypoint(1, 1), item(77, 3, *[0] * 7))),
            2,
            "TransectStyleComplexItem.Items.1.command",
            "77 is not",
        ),
        (lambda c: items(c).insert(2, survey()), 2, "TransectStyleComplexItem.Items", "at least 1 item"),
        (
            lambda c: items(c).insert(2, {"type": "ComplexItem", "complexItemType": "StructureScan"}),
            2,
            "TransectStyleComplexItem",
            "required",
        ),
        (lambda c: items(c).insert(2, item(177, 2, 40, 1, 0, 0, 0, 0, 0)), 2, "params.0", "no item with doJumpId 40"),
        (lambda c: c["mission"].update(vehicleType=1), None, "mission.vehicleType", "not for a multirotor"),
        (lambda c: c["mission"].update(plannedHomePosition=[200, 0, 0]), None, "mission.plannedHomePosition.0", "90"),
        (lambda c: c["geoFence"]["polygons"][0]["polygon"].pop(), None, "", ""),
        (lambda c: c.update(fileType="Mission"), None, "fileType", "'Plan' (found 'Mission')"),
        (lambda c: c.pop("mission"), None, "mission", "required"),
    ],
)
def test_broken_plan_names_file_item_field_and_what_is_wrong(
    broken: Break, item_index: int | None, field: str, words: str
) -> None:
    content = plan()
    broken(content)
    if not field:  # three corners are still a polygon
        parse_plan("night", json.dumps(content))
        content["geoFence"]["polygons"][0]["polygon"].pop()
        field, words = "geoFence.polygons.0.polygon", "at least 3 items"
    with pytest.raises(PlanFileError) as caught:
        parse_plan("night", json.dumps(content))
    (error,) = caught.value.errors
    assert (error.item, error.field) == (item_index, field)
    assert words in error.message
    assert str(caught.value).startswith("night.plan: ")


def test_every_wrong_place_is_named_at_once() -> None:
    content = plan()
    items(content)[1]["params"].pop()
    items(content)[3].update(frame="3")
    with pytest.raises(PlanFileError) as caught:
        parse_plan("night", json.dumps(content))
    assert [(e.item, e.field) for e in caught.value.errors] == [(1, "params"), (3, "frame")]


@pytest.mark.parametrize("keep", [0, 1, 40, 400, 1200])
def test_truncated_plan_names_line_and_column(tmp_path: Path, keep: int) -> None:
    path = write(tmp_path, "cut", json.dumps(plan(), indent=1)[:keep])
    with pytest.raises(PlanFileError, match=r"cut\.plan: file: Invalid JSON: EOF .* at line \d+ column \d+"):
        read_plan(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[]", b"null", b'{"fileType": "Plan", "version": NaN}'])
def test_what_is_no_plan_at_all_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.plan"
    path.write_bytes(content)
    with pytest.raises(PlanFileError, match=r"odd\.plan: "):
        read_plan(path)


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError, match=r"gone\.plan: file: No such file"):
        read_plan(tmp_path / "gone.plan")
