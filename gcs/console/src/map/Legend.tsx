import { useTranslation } from "react-i18next";
import { useRoads } from "../api/queries";
import { useWords } from "../i18n/words";
import styles from "./Legend.module.css";

const SHOWN = ["driving", "shoulder", "bus", "biking", "sidewalk", "parking", "restricted"];

/** The lane types that this road map really has. */
export function Legend({ title }: { title: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const roads = useRoads().data;
  const present = new Set(roads?.features.map((lane) => lane.properties.lane_type));
  if (present.size === 0) return null;
  return (
    <ul className={styles.legend} aria-label={title}>
      {SHOWN.filter((type) => present.has(type)).map((type) => (
        <li key={type}>
          <span className={styles.swatch} style={{ background: `var(--lane-${type})` }} />
          {words("lane", type)}
        </li>
      ))}
      <li>
        <span className={styles.route} />
        {t("map.route")}
      </li>
      <li>
        <span className={styles.fence} />
        {t("map.fence")}
      </li>
    </ul>
  );
}
