/** The words a message's {placeholders} stand for. The service fills them in itself when it speaks; this is what the
 *  dispatcher reads before deciding. */
import i18next from "i18next";
import type { Incident, Language, Message } from "../api/types";

export function fillMessage(template: string, words: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole);
}

export function preview(message: Message, incident: Incident, spoken: Language): string {
  const t = i18next.getFixedT(spoken);
  const word = (glossary: "cls" | "lane", key: string) => {
    const found = `${glossary}.${key}`;
    return i18next.exists(found) ? t(found as "app.name") : key;
  };
  const vehicle = word("cls", incident.vehicle_cls);
  const road = incident.road_name[spoken];
  return fillMessage(message[spoken], {
    vehicle,
    driver: t("incident.driverOf", { vehicle }),
    lane: word("lane", incident.lane_type),
    place: t("incident.place", { road, chainage: incident.chainage }),
    road,
  });
}
