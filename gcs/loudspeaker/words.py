"""How vehicles, lanes and places are called when spoken. Pure."""

from collections.abc import Mapping

from gcs.incidents.schemas import IncidentOut
from gcs.people.schemas import Language

WORDS = ("driver", "vehicle", "lane", "place", "road")
"""The placeholders a message may use."""

_VEHICLES: dict[str, tuple[str, str]] = {
    "pedestrian": ("行人", "pedestrian"),
    "people": ("行人", "pedestrian"),
    "bicycle": ("自行车", "bicycle"),
    "car": ("小轿车", "car"),
    "van": ("面包车", "van"),
    "truck": ("货车", "truck"),
    "tricycle": ("三轮车", "tricycle"),
    "awning-tricycle": ("带篷三轮车", "tricycle with an awning"),
    "bus": ("客车", "bus"),
    "motor": ("摩托车", "motorcycle"),
}
_LANES: dict[str, tuple[str, str]] = {
    "driving": ("行车道", "traffic lane"),
    "shoulder": ("应急车道", "emergency lane"),
    "bus": ("公交专用道", "bus lane"),
    "biking": ("非机动车道", "cycle lane"),
    "sidewalk": ("人行道", "pavement"),
    "parking": ("停车带", "parking lane"),
    "restricted": ("限行车道", "restricted lane"),
}
_COLOURS: dict[str, tuple[str, str]] = {
    "white": ("白色", "white"),
    "black": ("黑色", "black"),
    "red": ("红色", "red"),
    "yellow": ("黄色", "yellow"),
    "green": ("绿色", "green"),
    "blue": ("蓝色", "blue"),
}
_ON_FOOT = {"pedestrian", "people"}
_RIDDEN = {"bicycle", "tricycle", "awning-tricycle", "motor"}


def words_for(incident: IncidentOut, language: Language) -> dict[str, str]:
    """One word for each placeholder. The colour is said only when it is known."""
    pick = 0 if language == "zh" else 1
    vehicle = _pick(_VEHICLES, incident.vehicle_cls, pick)
    if incident.vehicle_colour in _COLOURS and incident.vehicle_cls not in _ON_FOOT:
        vehicle = _COLOURS[incident.vehicle_colour][pick] + ("" if language == "zh" else " ") + vehicle
    return {
        "driver": _driver(incident.vehicle_cls, vehicle, language),
        "vehicle": vehicle,
        "lane": _pick(_LANES, incident.lane_type, pick),
        "place": _place(incident, language),
        "road": incident.road_name.zh if language == "zh" else incident.road_name.en,
    }


def _driver(cls: str, vehicle: str, language: Language) -> str:
    if cls in _ON_FOOT:
        return vehicle
    if language == "zh":
        return vehicle + ("骑行人" if cls in _RIDDEN else "驾驶人")
    return f"{'rider' if cls in _RIDDEN else 'driver'} of the {vehicle}"


def _place(incident: IncidentOut, language: Language) -> str:
    """The chainage as it is spoken: K1+250 is 1公里250米处, or kilometre 1, 250 metres."""
    kilometres, metres = (int(part) for part in incident.chainage.lstrip("-K").split("+"))
    if language == "zh":
        return f"{incident.road_name.zh}{kilometres}公里" + (f"{metres}米处" if metres else "处")
    return f"{incident.road_name.en}, kilometre {kilometres}" + (f", {metres} metres" if metres else "")


def _pick(table: Mapping[str, tuple[str, str]], key: str, pick: int) -> str:
    try:
        return table[key][pick]
    except KeyError:
        raise LookupError(f"there is no word for {key!r}") from None
