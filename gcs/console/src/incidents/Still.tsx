import { IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Incident } from "../api/types";
import { useClient } from "../session/session";
import styles from "./Still.module.css";

/** The picture kept with an incident. */
export function Still({
  incident,
  className,
}: {
  incident: Incident;
  className?: string | undefined;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const [failed, setFailed] = useState(false);
  if (!incident.has_still || failed) {
    return (
      <span className={`${styles.none} ${className ?? ""}`} title={t("incident.stillNone")}>
        <IconPhotoOff size={20} stroke={1.4} aria-label={t("incident.stillNone")} />
      </span>
    );
  }
  return (
    <img
      className={`${styles.still} ${className ?? ""}`}
      src={client.withToken(`/api/incidents/${incident.id}/still.jpg`)}
      alt={t("incident.still")}
      loading="lazy"
      onError={() => setFailed(true)}
    />
  );
}
