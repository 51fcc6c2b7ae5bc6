import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useDrones } from "../api/queries";
import { FleetStrip } from "../fleet/FleetStrip";
import { AlertBanner } from "../incidents/AlertBanner";
import { IncidentDetail } from "../incidents/IncidentDetail";
import { IncidentQueue } from "../incidents/IncidentQueue";
import { useLive } from "../live/live";
import { VideoPane } from "../video/VideoPane";
import { CommandToasts } from "./CommandToasts";
import { ConnectionBar } from "./ConnectionBar";
import { ErrorBoundary } from "./ErrorBoundary";
import { Header } from "./Header";
import { useSelection } from "./selection";
import { Empty } from "./Empty";
import styles from "./Console.module.css";

const MapView = lazy(() => import("../map/MapView"));

export function Console() {
  const { t } = useTranslation();
  const { state } = useLive();
  const { drone, incident, videoWide, chooseDrone } = useSelection();
  const drones = useDrones().data;

  useEffect(() => {
    const first = drones?.[0];
    if (drone === null && first) chooseDrone(first.system_id);
  }, [drone, drones, chooseDrone]);

  return (
    <div
      className={styles.console}
      data-offline={state === "lost"}
      data-wide={videoWide}
      data-detail={incident !== null}
    >
      <Header />
      <ConnectionBar />
      <CommandToasts />
      <FleetStrip className={styles.fleet} />
      <section className={styles.map} aria-label={t("map.title")}>
        <ErrorBoundary>
          <Suspense fallback={<Empty title={t("map.loading")} />}>
            <MapView />
          </Suspense>
        </ErrorBoundary>
      </section>
      <div className={styles.video}>
        <ErrorBoundary>
          <VideoPane key={drone} systemId={drone} />
        </ErrorBoundary>
      </div>
      <IncidentQueue className={styles.incidents} />
      <div className={styles.banner}>
        <AlertBanner />
      </div>
      {incident !== null && (
        <IncidentDetail key={incident} id={incident} className={styles.detail} />
      )}
    </div>
  );
}
