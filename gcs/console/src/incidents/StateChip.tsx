import type { IncidentState } from "../api/types";
import { useWords } from "../i18n/words";
import styles from "./StateChip.module.css";

export function StateChip({ state }: { state: IncidentState }) {
  const words = useWords();
  return (
    <span className={styles.chip} data-state={state} data-testid="incident-state">
      {words("state", state)}
    </span>
  );
}
