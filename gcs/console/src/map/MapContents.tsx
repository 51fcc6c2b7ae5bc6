import { LngLatBounds, type Map as MapLibre } from "maplibre-gl";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useDrones, useIncidents, useRoads } from "../api/queries";
import { useNow } from "../lib/useNow";
import { isOpen } from "../incidents/incidents";
import { useSelection } from "../shell/selection";
import { bounds } from "./geometry";
import { DroneMarker } from "./DroneMarker";
import { IncidentMarker } from "./IncidentMarker";
import { Legend } from "./Legend";
import { MapTools } from "./MapTools";
import { useConeLayer, usePlanLayers, useRoadLayers, useTrailLayer, useUserLayer } from "./layers";

/** Everything drawn on a loaded map. */
export function MapContents({ map }: { map: MapLibre }) {
  const { t } = useTranslation();
  const drones = useDrones().data ?? [];
  const incidents = useIncidents().data ?? [];
  const roads = useRoads().data;
  const { drone: chosen, incident: chosenIncident, following, follow } = useSelection();
  const now = useNow(1000);

  useRoadLayers(map);
  usePlanLayers(map);
  useTrailLayer(map);
  useConeLayer(map);
  useUserLayer(map);

  const fit = useCallback(() => {
    const box = bounds((roads?.features ?? []).flatMap((lane) => lane.geometry.coordinates));
    follow(false);
    if (box) map.fitBounds(new LngLatBounds(box), { padding: 48, maxZoom: 18 });
  }, [map, roads, follow]);
  useEffect(fit, [fit]);

  useEffect(() => {
    const stop = () => follow(false);
    map.on("dragstart", stop);
    return () => {
      map.off("dragstart", stop);
    };
  }, [map, follow]);

  const position = drones.find((drone) => drone.system_id === chosen)?.position;
  const lon = position?.lon_deg;
  const lat = position?.lat_deg;
  useEffect(() => {
    if (following && lon !== undefined && lat !== undefined) {
      map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 16), duration: 250 });
    }
  }, [map, following, lon, lat]);

  const focused = incidents.find((incident) => incident.id === chosenIncident);
  const focusedId = focused?.id;
  const focusLon = focused?.lon_deg;
  const focusLat = focused?.lat_deg;
  useEffect(() => {
    if (focusedId === undefined || focusLon === undefined || focusLat === undefined) return;
    // The detail panel covers the right of the map: keep the incident in what is left.
    const covered = Math.min(400, Math.max(0, map.getContainer().clientWidth - 160));
    map.easeTo({
      center: [focusLon, focusLat],
      zoom: Math.max(map.getZoom(), 17),
      offset: [-covered / 2, 0],
    });
    // A moving road user must not drag the map along: only a newly chosen incident moves it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [map, focusedId]);

  return (
    <>
      {incidents
        .filter((each) => isOpen(each) || each.id === chosenIncident)
        .map((incident) => (
          <IncidentMarker key={incident.id} map={map} incident={incident} />
        ))}
      {drones.map((drone) => (
        <DroneMarker key={drone.system_id} map={map} drone={drone} nowMs={now} />
      ))}
      <MapTools
        map={map}
        onFit={fit}
        following={following}
        onFollow={position ? () => follow(!following) : undefined}
      />
      <Legend title={t("map.legend")} />
    </>
  );
}
