"""What is said."""

from pathlib import Path
from typing import get_args

import pytest

from gcs.incidents.schemas import IncidentOut
from gcs.incidents.service import Incidents
from gcs.loudspeaker.messages import LIBRARY, MessageError, MessageLibrary
from gcs.loudspeaker.words import words_for
from gcs.perception.types import CLASSES, LaneType
from gcs.rules.types import EventType
from tests.incidents.parts import event


@pytest.fixture
async def incident(incidents: Incidents) -> IncidentOut:
    return await incidents.get((await incidents.report(event())).incident_id)


def test_a_car_on_the_shoulder_is_asked_told_the_law_and_the_consequence(incident: IncidentOut) -> None:
    message = MessageLibrary.load()["emergency_lane_occupancy"]
    assert message.fill(incident, "zh") == (
        "中州大道1公里250米处应急车道内的小轿车驾驶人，您好，请您立即驶离应急车道。"
        "根据《道路交通安全法实施条例》第八十二条，非紧急情况不得在应急车道行驶或者停车。"
        "拒不驶离的，将依法予以处罚。"
    )
    assert message.fill(incident, "en").startswith(
        "Good day to the driver of the car in the emergency lane at Zhongzhou Avenue, kilometre 1, 250 metres: please"
    )


def test_the_colour_is_said_only_when_known(incident: IncidentOut) -> None:
    white = incident.model_copy(update={"vehicle_colour": "white"})
    assert words_for(white, "zh")["vehicle"] == "白色小轿车"
    assert words_for(white, "en")["driver"] == "driver of the white car"
    assert words_for(incident, "zh")["vehicle"] == "小轿车"


def test_a_whole_kilometre_is_spoken_without_metres(incident: IncidentOut) -> None:
    assert words_for(incident.model_copy(update={"chainage": "K3+000"}), "zh")["place"] == "中州大道3公里处"


def test_every_event_vehicle_and_lane_has_words_in_both_languages(incident: IncidentOut) -> None:
    library = MessageLibrary.load()
    for event_type in get_args(EventType):
        for cls in CLASSES:
            for lane_type in get_args(LaneType):
                update = {"vehicle_cls": cls, "lane_type": lane_type, "vehicle_colour": "red"}
                some = incident.model_copy(update=update)
                assert "{" not in library[event_type].fill(some, "zh") + library[event_type].fill(some, "en")


MISTAKES = [
    (
        "{place}{lane}内的{driver}",
        "{plaec}的{driver}",
        r"emergency_lane_occupancy\.zh\.courtesy: unknown placeholder \{plaec\}; known are driver, vehicle",
    ),
    ("拒不驶离的，将依法予以处罚。", "", r"emergency_lane_occupancy\.zh\.consequence: is empty"),
    ("wrong_way:", "wrongway:", "no message for wrong_way"),
    ('law: "根据《道路交通安全法》第五十六条', 'lwa: "根据', r"illegal_parking\.zh: needs exactly the parts"),
    ("您好，您已超速", "您好{，您已超速", r"speeding\.zh\.courtesy: "),
]


@pytest.mark.parametrize(("old", "new", "complaint"), MISTAKES)
def test_a_mistake_in_the_library_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = LIBRARY.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "mine.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MessageError, match=complaint):
        MessageLibrary.load(tmp_path / "mine.yaml")
