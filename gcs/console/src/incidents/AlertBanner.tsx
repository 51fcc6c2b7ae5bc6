import { Button, CloseButton } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useIncidents } from "../api/queries";
import type { Incident } from "../api/types";
import { useBilingual, useWords } from "../i18n/words";
import { useSelection } from "../shell/selection";
import { beep, notifyDesktop, unlockSoundOnFirstGesture, useAlertChoices } from "./alerts";
import { EventIcon } from "./EventIcon";
import { byUrgency } from "./incidents";
import styles from "./AlertBanner.module.css";

/** Stands over the map while an incident is new, until somebody takes it up or hides it here. */
export function AlertBanner() {
  const { t } = useTranslation();
  const words = useWords();
  const bilingual = useBilingual();
  const choose = useSelection((state) => state.chooseIncident);
  const chosen = useSelection((state) => state.incident);
  const incidents = useIncidents().data;
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  useArrivals(incidents);

  const fresh = (incidents ?? [])
    .filter(({ id, state }) => state === "new" && !hidden.has(id) && id !== chosen)
    .sort(byUrgency);
  const first = fresh[0];
  if (!first) return null;

  return (
    <div className={styles.banner} role="alert" data-testid="alert-banner">
      <EventIcon type={first.event_type} size={22} />
      <p className={styles.words}>
        <b>
          {t("incident.newOne")}: {words("event", first.event_type)}
        </b>{" "}
        {t("incident.place", {
          road: bilingual(first.road_name),
          chainage: first.chainage,
        })}
        {fresh.length > 1 && <span> {t("incident.more", { count: fresh.length - 1 })}</span>}
      </p>
      <Button
        size="xs"
        variant="white"
        color="alert"
        onClick={() => choose(first)}
        data-testid="alert-view"
      >
        {t("incident.view")}
      </Button>
      <CloseButton
        variant="transparent"
        className={styles.hide}
        aria-label={t("incident.hide")}
        onClick={() => setHidden(new Set([...hidden, ...fresh.map(({ id }) => id)]))}
      />
    </div>
  );
}

/** Sounds and notifies once for each incident that turns up new; not for those already there when the page opened. */
function useArrivals(incidents: readonly Incident[] | undefined): void {
  const words = useWords();
  const bilingual = useBilingual();
  const { t } = useTranslation();
  const sound = useAlertChoices((state) => state.sound);
  const choose = useSelection((state) => state.chooseIncident);
  const known = useRef<Set<number> | null>(null);

  useEffect(unlockSoundOnFirstGesture, []);

  useEffect(() => {
    if (!incidents) return;
    const before = known.current;
    known.current = new Set(incidents.map(({ id }) => id));
    if (!before) return;
    const arrived = incidents.filter(({ id, state }) => state === "new" && !before.has(id));
    if (arrived.length === 0) return;
    if (sound) beep(arrived.some(({ severity }) => severity === "critical"));
    for (const incident of arrived) {
      notifyDesktop(
        `${t("incident.newOne")}: ${words("event", incident.event_type)}`,
        t("incident.place", {
          road: bilingual(incident.road_name),
          chainage: incident.chainage,
        }),
        `incident-${incident.id}`,
        () => choose(incident),
      );
    }
  }, [incidents, sound, t, words, bilingual, choose]);
}
