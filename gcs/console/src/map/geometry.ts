/** Shapes for the map, computed without it. Coordinates are WGS-84 [longitude, latitude] in degrees. */
import type { Bilingual, Marking, Roads } from "../api/types";

export type LngLat = [number, number];

const EARTH_RADIUS_M = 6_378_137;
const DEG = Math.PI / 180;

/** The point `distanceM` away on a compass bearing; flat-earth, right to a decimetre within a few kilometres. */
export function offset([lon, lat]: LngLat, bearingDeg: number, distanceM: number): LngLat {
  const north = distanceM * Math.cos(bearingDeg * DEG);
  const east = distanceM * Math.sin(bearingDeg * DEG);
  return [
    lon + east / (EARTH_RADIUS_M * Math.cos(lat * DEG)) / DEG,
    lat + north / EARTH_RADIUS_M / DEG,
  ];
}

/** Ground metres between two nearby points. */
export function distanceM(a: LngLat, b: LngLat): number {
  const north = (b[1] - a[1]) * DEG * EARTH_RADIUS_M;
  const east = (b[0] - a[0]) * DEG * EARTH_RADIUS_M * Math.cos(a[1] * DEG);
  return Math.hypot(north, east);
}

export interface Look {
  at: LngLat;
  heightM: number;
  bearingDeg: number;
  /** Negative looking down. */
  pitchDeg: number;
  hfovDeg: number;
}

/** Sight lines end here even when the camera looks at the horizon. */
const FARTHEST_M = 400;

/** What the camera sees of flat ground, as a wedge: from under the drone to where the middle of the picture meets
 *  the ground. Null when it looks above the horizon. */
export function sightWedge({ at, heightM, bearingDeg, pitchDeg, hfovDeg }: Look): LngLat[] | null {
  if (heightM <= 0 || pitchDeg >= -1) return null;
  const reach = Math.min(FARTHEST_M, heightM / Math.tan(-pitchDeg * DEG) + heightM * 0.4);
  const steps = 8;
  const arc = Array.from({ length: steps + 1 }, (_, step) =>
    offset(at, bearingDeg + hfovDeg * (step / steps - 0.5), reach),
  );
  return [at, ...arc, at];
}

/** Screen pixels per ground metre at a zoom level (512-pixel tiles). */
export function pixelsPerMetre(latDeg: number, zoom: number): number {
  return (512 * 2 ** zoom) / (2 * Math.PI * EARTH_RADIUS_M * Math.cos(latDeg * DEG));
}

export type Mark = GeoJSON.Feature<
  GeoJSON.LineString,
  { color: "white" | "yellow"; dashed: boolean; offset_m: number }
>;

/** The painted lines at the edges of the lanes. A line shared by two lanes is drawn once: as the left of the one;
 *  the right edge only of the lane that has no neighbour there (index 0 is the outermost). */
export function laneMarks(roads: Roads): Mark[] {
  return roads.features.flatMap((lane) => {
    const { width_m, lane_index, marking_left, marking_right } = lane.properties;
    const left = mark(lane.geometry, marking_left, -width_m / 2);
    const right = lane_index === 0 ? mark(lane.geometry, marking_right, width_m / 2) : null;
    return [left, right].filter((each) => each !== null);
  });
}

function mark(geometry: GeoJSON.LineString, marking: Marking | null, offsetM: number): Mark | null {
  if (!marking || marking.width_m <= 0) return null;
  const { kind } = marking;
  return {
    type: "Feature",
    geometry,
    properties: {
      color: kind.includes("yellow") ? "yellow" : "white",
      dashed: /dash|broken/.test(kind),
      offset_m: offsetM,
    },
  };
}

/** One line per road to write its name along: its longest lane. */
export function roadNames(roads: Roads): GeoJSON.Feature<GeoJSON.LineString, Bilingual>[] {
  const longest = new Map<string, { lengthM: number; lane: Roads["features"][number] }>();
  for (const lane of roads.features) {
    const { road_id, road_name, lane_type } = lane.properties;
    if (lane_type !== "driving" || !road_name.zh) continue;
    const lengthM = lengthOf(lane.geometry);
    if (lengthM > (longest.get(road_id)?.lengthM ?? 0)) longest.set(road_id, { lengthM, lane });
  }
  return [...longest.values()].map(({ lane }) => ({
    type: "Feature",
    geometry: lane.geometry,
    properties: lane.properties.road_name,
  }));
}

function lengthOf({ coordinates }: GeoJSON.LineString): number {
  return coordinates.reduce((sum, [lon = NaN, lat = NaN], index) => {
    const [lastLon = lon, lastLat = lat] = coordinates[index - 1] ?? [];
    return sum + distanceM([lastLon, lastLat], [lon, lat]);
  }, 0);
}

/** West, south, east, north; null of nothing. */
export function bounds(
  points: Iterable<GeoJSON.Position>,
): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = NaN, lat = NaN] of points) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box.every(Number.isFinite) ? box : null;
}
