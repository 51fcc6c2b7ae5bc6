import type { ReactNode } from "react";
import styles from "./Empty.module.css";

/** An empty place that says what it is waiting for. */
export function Empty({ title, next, icon }: { title: string; next?: string; icon?: ReactNode }) {
  return (
    <div className={styles.empty} role="status">
      {icon}
      <p className={styles.title}>{title}</p>
      {next && <p className={styles.next}>{next}</p>}
    </div>
  );
}
