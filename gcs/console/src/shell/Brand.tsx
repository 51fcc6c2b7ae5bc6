import { useTranslation } from "react-i18next";
import styles from "./Brand.module.css";

export function Brand({ large = false }: { large?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={styles.brand} data-large={large}>
      <svg viewBox="0 0 32 32" aria-hidden className={styles.mark}>
        <path d="M7 29 12.6 13h6.8L25 29" className={styles.edges} />
        <path d="M16 28v-3.4M16 21.4v-2.8M16 15.8v-2" className={styles.centre} />
        <path d="M16 2 21 11.5 16 9.2 11 11.5Z" className={styles.drone} />
      </svg>
      <span>{t("app.name")}</span>
    </div>
  );
}
