import { IconDrone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDrones, useSorties } from "../api/queries";
import { useErrorWords } from "../i18n/errors";
import { useNow } from "../lib/useNow";
import { Empty } from "../shell/Empty";
import { PanelHead } from "../shell/PanelHead";
import { DroneCard } from "./DroneCard";
import { latestSortie } from "./sorties";
import styles from "./FleetStrip.module.css";

export function FleetStrip({ className }: { className?: string | undefined }) {
  const { t } = useTranslation();
  const errorWords = useErrorWords();
  const drones = useDrones();
  const sorties = useSorties().data ?? [];
  const now = useNow();

  return (
    <nav className={`${styles.strip} ${className ?? ""}`} aria-label={t("fleet.title")}>
      <PanelHead title={t("fleet.title")} count={drones.data?.length} />
      <div className={styles.list}>
        {drones.data?.map((drone) => (
          <DroneCard
            key={drone.system_id}
            drone={drone}
            sortie={latestSortie(sorties, drone)}
            nowMs={now}
          />
        ))}
        {drones.data?.length === 0 && (
          <Empty
            icon={<IconDrone size={32} stroke={1.2} />}
            title={t("fleet.empty")}
            next={t("fleet.emptyNext")}
          />
        )}
        {drones.isError && <Empty title={errorWords(drones.error)} />}
      </div>
    </nav>
  );
}
