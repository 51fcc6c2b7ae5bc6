import { useTranslation } from "react-i18next";
import type { Incident } from "../api/types";
import { useBilingual, useWords } from "../i18n/words";
import { secondsSince, span } from "../lib/format";
import { useSelection } from "../shell/selection";
import { EventIcon } from "./EventIcon";
import { StateChip } from "./StateChip";
import { Still } from "./Still";
import styles from "./IncidentRow.module.css";

export function IncidentRow({ incident, nowMs }: { incident: Incident; nowMs: number }) {
  const { t } = useTranslation();
  const words = useWords();
  const bilingual = useBilingual();
  const chosen = useSelection((state) => state.incident) === incident.id;
  const choose = useSelection((state) => state.chooseIncident);

  return (
    <button
      type="button"
      className={styles.row}
      data-chosen={chosen}
      data-severity={incident.severity}
      data-state={incident.state}
      data-testid="incident-row"
      data-incident={incident.id}
      aria-pressed={chosen}
      onClick={() => choose(chosen ? null : incident)}
    >
      <Still incident={incident} className={styles.thumb} />
      <span className={styles.words}>
        <span className={styles.type}>
          <EventIcon type={incident.event_type} size={16} />
          {words("event", incident.event_type)}
        </span>
        <span className={styles.place}>
          {t("incident.place", {
            road: bilingual(incident.road_name),
            chainage: incident.chainage,
          })}
        </span>
        <span className={styles.place}>
          {words("cls", incident.vehicle_cls)} · {words("lane", incident.lane_type || "unknown")}
        </span>
      </span>
      <span className={styles.side}>
        <StateChip state={incident.state} />
        <span className={styles.severity}>{words("severity", incident.severity)}</span>
        <time dateTime={incident.first_seen_at}>
          {span(secondsSince(incident.first_seen_at, nowMs))}
        </time>
      </span>
    </button>
  );
}
