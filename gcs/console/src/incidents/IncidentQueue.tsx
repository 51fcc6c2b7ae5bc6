import { SegmentedControl } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useIncidents } from "../api/queries";
import { useErrorWords } from "../i18n/errors";
import { useNow } from "../lib/useNow";
import { Empty } from "../shell/Empty";
import { PanelHead } from "../shell/PanelHead";
import { IncidentRow } from "./IncidentRow";
import { byUrgency, isOpen } from "./incidents";
import styles from "./IncidentQueue.module.css";

export function IncidentQueue({ className }: { className?: string | undefined }) {
  const { t } = useTranslation();
  const errorWords = useErrorWords();
  const incidents = useIncidents();
  const [showing, setShowing] = useState<"open" | "closed">("open");
  const now = useNow(1000);

  const all = incidents.data ?? [];
  const open = all.filter(isOpen).sort(byUrgency);
  const rows = showing === "open" ? open : all.filter((incident) => !isOpen(incident));

  return (
    <section className={`${styles.queue} ${className ?? ""}`} aria-label={t("incident.title")}>
      <PanelHead title={t("incident.title")} count={open.length}>
        <SegmentedControl
          size="xs"
          value={showing}
          onChange={(value) => setShowing(value)}
          data={[
            { value: "open", label: t("incident.open") },
            { value: "closed", label: t("incident.closed") },
          ]}
          data-testid="incident-filter"
        />
      </PanelHead>
      <div className={styles.list} data-testid="incident-list">
        {rows.map((incident) => (
          <IncidentRow key={incident.id} incident={incident} nowMs={now} />
        ))}
        {incidents.isError && (
          <Empty title={t("incident.failed", { detail: errorWords(incidents.error) })} />
        )}
        {incidents.data && rows.length === 0 && (
          <Empty
            icon={<IconShieldCheck size={30} stroke={1.2} />}
            title={showing === "open" ? t("incident.emptyOpen") : t("incident.emptyClosed")}
            {...(showing === "open" && { next: t("incident.emptyOpenNext") })}
          />
        )}
      </div>
    </section>
  );
}
