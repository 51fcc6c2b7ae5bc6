import type { ReactNode } from "react";
import styles from "./Empty.module.css";

interface Props {
  title: string;
  next?: string;
  icon?: ReactNode;
  /** What can be done about it. */
  children?: ReactNode;
}

/** An empty place that says what it is waiting for. */
export function Empty({ title, next, icon, children }: Props) {
  return (
    <div className={styles.empty} role="status">
      {icon}
      <p className={styles.title}>{title}</p>
      {next && <p className={styles.next}>{next}</p>}
      {children}
    </div>
  );
}
