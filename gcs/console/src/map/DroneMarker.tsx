import type { Map as MapLibre } from "maplibre-gl";
import { useTranslation } from "react-i18next";
import type { ReceivedDrone } from "../api/queries";
import { linkNow } from "../live/age";
import { useSelection } from "../shell/selection";
import { MapMarker } from "./MapMarker";
import styles from "./markers.module.css";

export function DroneMarker({
  map,
  drone,
  nowMs,
}: {
  map: MapLibre;
  drone: ReceivedDrone;
  nowMs: number;
}) {
  const { t } = useTranslation();
  const chosen = useSelection((state) => state.drone) === drone.system_id;
  const choose = useSelection((state) => state.chooseDrone);
  if (!drone.position) return null;
  return (
    <MapMarker map={map} lon={drone.position.lon_deg} lat={drone.position.lat_deg} raised={chosen}>
      <button
        type="button"
        className={styles.drone}
        data-chosen={chosen}
        data-link={linkNow(drone, nowMs).state}
        data-testid={`map-drone-${drone.system_id}`}
        aria-label={t("map.drone", { name: drone.name })}
        onClick={() => choose(drone.system_id)}
      >
        <svg
          viewBox="-16 -16 32 32"
          aria-hidden
          style={{ transform: `rotate(${drone.heading_deg ?? 0}deg)` }}
        >
          <circle r="14" className={styles.disc} />
          <path d={drone.heading_deg === null ? "M-4 -4H4V4H-4Z" : "M0 -10 7 8 0 4 -7 8Z"} />
        </svg>
        <span className={styles.name}>{drone.name}</span>
      </button>
    </MapMarker>
  );
}
