import type { ReactNode } from "react";
import styles from "./PanelHead.module.css";

export function PanelHead({
  title,
  count,
  children,
}: {
  title: string;
  count?: number | undefined;
  children?: ReactNode;
}) {
  return (
    <div className={styles.head}>
      <h2>{title}</h2>
      {count !== undefined && <span className={styles.count}>{count}</span>}
      <div className={styles.tools}>{children}</div>
    </div>
  );
}
