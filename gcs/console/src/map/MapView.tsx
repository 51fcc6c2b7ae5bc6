import "maplibre-gl/dist/maplibre-gl.css";
import maplibreWorker from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { Map as MapLibre, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRoads } from "../api/queries";
import { useErrorWords } from "../i18n/errors";
import { useLanguage } from "../i18n/words";
import { Empty } from "../shell/Empty";
import { DARK, LIGHT } from "../theme/tokens";
import { MapContents } from "./MapContents";
import { mapLayers, mapStyle } from "./style";
import styles from "./MapView.module.css";

setWorkerUrl(maplibreWorker);

const WEBGL2 = document.createElement("canvas").getContext("webgl2") !== null;

export default function MapView() {
  const { t } = useTranslation();
  const errorWords = useErrorWords();
  const roads = useRoads();
  const latDeg = useMemo(() => firstLatitude(roads.data), [roads.data]);

  if (!WEBGL2) return <Empty title={t("map.noWebgl")} />;
  if (roads.isError) {
    return <Empty title={t("map.roadsFailed", { detail: errorWords(roads.error) })} />;
  }
  if (!roads.data) return <Empty title={t("map.loading")} />;
  return (
    <>
      {roads.data.features.length === 0 && <div className={styles.note}>{t("map.noRoads")}</div>}
      <MapCanvas latDeg={latDeg} />
    </>
  );
}

/** Lane widths are drawn in ground metres, which depend on the latitude. */
function firstLatitude(roads: GeoJSON.FeatureCollection<GeoJSON.LineString> | undefined): number {
  return roads?.features[0]?.geometry.coordinates[0]?.[1] ?? 34;
}

function MapCanvas({ latDeg }: { latDeg: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { colorScheme } = useMantineColorScheme();
  const tokens = (colorScheme === "light" ? LIGHT : DARK).map;
  const place = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapLibre | null>(null);
  const first = useRef({ tokens, language });

  useEffect(() => {
    if (!place.current) return;
    const made = new MapLibre({
      container: place.current,
      style: mapStyle(first.current.tokens, first.current.language, latDeg),
      attributionControl: false,
      center: [113.7, latDeg],
      zoom: 12,
      maxPitch: 60,
      fadeDuration: 0,
    });
    made.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-right");
    made.once("load", () => setMap(made));
    return () => {
      setMap(null);
      made.remove();
    };
  }, [latDeg]);

  useEffect(() => {
    if (!map) return;
    for (const layer of mapLayers(tokens, language, latDeg)) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        map.setPaintProperty(layer.id, name as never, value as never);
      }
    }
    map.setLayoutProperty("names", "text-field", ["get", language]);
  }, [map, tokens, language, latDeg]);

  return (
    <div className={styles.map} data-testid="map" data-loaded={map !== null}>
      <div ref={place} className={styles.place} aria-label={t("map.label")} role="application" />
      {map && <MapContents map={map} />}
    </div>
  );
}
