import { IconPlugConnectedX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { span } from "../lib/format";
import { useNow } from "../lib/useNow";
import { useLive } from "../live/live";
import styles from "./ConnectionBar.module.css";

/** While the service is not heard: says so, and how old everything on the screen is. */
export function ConnectionBar() {
  const { t } = useTranslation();
  const { state, lastHeardMs } = useLive();
  const now = useNow();
  if (state !== "lost") return <div className={styles.none} />;
  const heard = lastHeardMs();
  return (
    <div className={styles.bar} role="alert" data-testid="connection-bar">
      <IconPlugConnectedX size={18} aria-hidden />
      {heard === null ? t("offline.never") : t("offline.bar", { age: span((now - heard) / 1000) })}
    </div>
  );
}
