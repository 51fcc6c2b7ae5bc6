import { Marker, type Map as MapLibre } from "maplibre-gl";
import { useEffect, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";

interface Props {
  map: MapLibre;
  lon: number;
  lat: number;
  /** Above its neighbours. */
  raised?: boolean;
  children: ReactNode;
}

/** React content pinned to a place on the map. */
export function MapMarker({ map, lon, lat, raised = false, children }: Props) {
  const [element] = useState(() => document.createElement("div"));
  const [marker] = useState(() => new Marker({ element, anchor: "center" }));

  useEffect(() => {
    marker.setLngLat([lon, lat]);
  }, [marker, lon, lat]);
  useEffect(() => {
    marker.addTo(map);
    return () => {
      marker.remove();
    };
  }, [marker, map]);
  useEffect(() => {
    marker.getElement().style.zIndex = raised ? "2" : "1";
  }, [marker, raised]);

  return createPortal(children, element);
}
