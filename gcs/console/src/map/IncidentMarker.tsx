import type { Map as MapLibre } from "maplibre-gl";
import type { Incident } from "../api/types";
import { useWords } from "../i18n/words";
import { EventIcon } from "../incidents/EventIcon";
import { useSelection } from "../shell/selection";
import { MapMarker } from "./MapMarker";
import styles from "./markers.module.css";

export function IncidentMarker({ map, incident }: { map: MapLibre; incident: Incident }) {
  const words = useWords();
  const chosen = useSelection((state) => state.incident) === incident.id;
  const choose = useSelection((state) => state.chooseIncident);
  return (
    <MapMarker map={map} lon={incident.lon_deg} lat={incident.lat_deg} raised={chosen}>
      <button
        type="button"
        className={styles.incident}
        data-chosen={chosen}
        data-severity={incident.severity}
        data-state={incident.state}
        data-testid={`map-incident-${incident.id}`}
        aria-label={words("event", incident.event_type)}
        onClick={() => choose(incident)}
      >
        <EventIcon type={incident.event_type} size={16} />
      </button>
    </MapMarker>
  );
}
