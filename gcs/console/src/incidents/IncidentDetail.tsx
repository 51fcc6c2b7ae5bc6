import { CloseButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDrones, useIncidents } from "../api/queries";
import type { Incident } from "../api/types";
import { useBilingual, useWords } from "../i18n/words";
import { clock, round } from "../lib/format";
import { useRights } from "../session/session";
import { useSelection } from "../shell/selection";
import { EventIcon } from "./EventIcon";
import { IncidentActions } from "./IncidentActions";
import { SpeechProgress } from "./SpeechProgress";
import { StateChip } from "./StateChip";
import { Still } from "./Still";
import styles from "./IncidentDetail.module.css";

export function IncidentDetail({ id, className }: { id: number; className?: string | undefined }) {
  const { t } = useTranslation();
  const words = useWords();
  const bilingual = useBilingual();
  const rights = useRights();
  const close = useSelection((state) => state.chooseIncident);
  const incident = useIncidents().data?.find((each) => each.id === id);
  if (!incident) return null;

  return (
    <aside
      className={`${styles.detail} ${className ?? ""}`}
      data-severity={incident.severity}
      data-testid="incident-detail"
      aria-label={words("event", incident.event_type)}
    >
      <header className={styles.head}>
        <EventIcon type={incident.event_type} size={20} />
        <h2>{words("event", incident.event_type)}</h2>
        <StateChip state={incident.state} />
        <CloseButton aria-label={t("incident.close")} onClick={() => close(null)} />
      </header>
      <div className={styles.body}>
        <Still incident={incident} className={styles.still} />
        <section>
          <p className={styles.where}>
            {t("incident.place", {
              road: bilingual(incident.road_name),
              chainage: incident.chainage,
            })}
          </p>
          <p className={styles.reason}>{bilingual(incident.reason)}</p>
        </section>
        <Facts incident={incident} />
        <SpeechProgress incident={incident} />
        <Timeline incident={incident} />
      </div>
      {rights.dispatch ? (
        <IncidentActions incident={incident} />
      ) : (
        <p className={styles.foot}>{t("incident.handledBy")}</p>
      )}
    </aside>
  );
}

function Facts({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const words = useWords();
  const drone = useDrones().data?.find((each) => each.system_id === incident.drone);
  const facts: [string, string][] = [
    [t("incident.vehicle"), words("cls", incident.vehicle_cls)],
    [t("incident.lane"), words("lane", incident.lane_type || "unknown")],
    [t("incident.direction"), incident.direction ? words("direction", incident.direction) : "–"],
    [t("incident.drone"), drone?.name ?? `#${incident.drone}`],
    [
      t("incident.accuracy"),
      t("incident.accuracyValue", { sigma: round(incident.position_sigma_m, 1) }),
    ],
    [t("incident.seen"), `${clock(incident.first_seen_at)}–${clock(incident.last_seen_at)}`],
  ];
  return (
    <dl className={styles.facts} aria-label={t("incident.facts")}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Timeline({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <section>
      <h3 className={styles.title}>{t("incident.timeline")}</h3>
      <ol className={styles.timeline}>
        {incident.log.map((entry, index) => (
          <li key={index}>
            <time dateTime={entry.at}>{clock(entry.at)}</time>
            <span>
              <b>{words("log", entry.action)}</b>{" "}
              <span className={styles.who}>{words("who", entry.who)}</span>
              {entry.note && <span className={styles.note}>{entry.note}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
