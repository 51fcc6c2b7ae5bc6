import { useTranslation } from "react-i18next";
import { span } from "../lib/format";
import type { LinkState } from "../live/age";
import styles from "./LinkBadge.module.css";

export function LinkBadge({ state, ageS }: { state: LinkState; ageS: number | null }) {
  const { t } = useTranslation();
  return (
    <span className={styles.badge} data-state={state} data-testid="link-state">
      {t(`link.${state}`)}
      <span>
        {ageS === null ? t("link.never") : state === "live" ? `${ageS.toFixed(1)}s` : span(ageS)}
      </span>
    </span>
  );
}
