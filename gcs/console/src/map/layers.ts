/** Each hook keeps one kind of thing on the map true. */
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { useEffect, useRef } from "react";
import { useDrones, usePlans, useRoads, useSorties, type ReceivedDrone } from "../api/queries";
import type { Plan, Scene } from "../api/types";
import { latestSortie, isActive } from "../fleet/sorties";
import { useLive } from "../live/live";
import { useSelection } from "../shell/selection";
import { distanceM, laneMarks, roadNames, sightWedge, type LngLat } from "./geometry";
import type { SourceId } from "./style";

function show(map: MapLibre, id: SourceId, features: GeoJSON.Feature[]): void {
  void map.getSource<GeoJSONSource>(id)?.setData({ type: "FeatureCollection", features });
}

const feature = (geometry: GeoJSON.Geometry, properties = {}): GeoJSON.Feature => ({
  type: "Feature",
  geometry,
  properties,
});

export function useRoadLayers(map: MapLibre): void {
  const roads = useRoads().data;
  useEffect(() => {
    if (!roads) return;
    show(map, "lanes", roads.features);
    show(map, "marks", laneMarks(roads));
    show(map, "names", roadNames(roads));
  }, [map, roads]);
}

/** The plan under consideration, else the one that the chosen drone is flying. */
export function usePlanLayers(map: MapLibre): void {
  const plans = usePlans().data;
  const sorties = useSorties().data;
  const drones = useDrones().data;
  const { drone: chosen, previewPlan } = useSelection();

  const drone = drones?.find((each) => each.system_id === chosen);
  const sortie = drone && sorties ? latestSortie(sorties, drone) : undefined;
  const name = previewPlan ?? (sortie && isActive(sortie) ? sortie.plan : null);
  const plan: Plan | undefined = plans?.find((each) => each.name === name);

  useEffect(() => {
    const route = plan?.route.map(([lon, lat]): LngLat => [lon, lat]) ?? [];
    show(
      map,
      "route",
      route.length > 1 ? [feature({ type: "LineString", coordinates: route })] : [],
    );
    const ring = plan?.fence?.length ? [...plan.fence, ...plan.fence.slice(0, 1)] : null;
    show(map, "fence", ring ? [feature({ type: "LineString", coordinates: ring })] : []);
  }, [map, plan]);
}

/** A usual patrol camera, until the drone tells its own. */
const DEFAULT_HFOV_DEG = 70;

const TRAIL_STEP_M = 2;
const TRAIL_POINTS = 400;

const positionOf = (drone: ReceivedDrone): LngLat | null =>
  drone.position ? [drone.position.lon_deg, drone.position.lat_deg] : null;

/** Where each drone has been since this page was opened. */
export function useTrailLayer(map: MapLibre): void {
  const drones = useDrones().data;
  const trails = useRef(new Map<number, LngLat[]>());
  useEffect(() => {
    let grew = false;
    for (const drone of drones ?? []) {
      const at = positionOf(drone);
      if (!at) continue;
      const trail = trails.current.get(drone.system_id) ?? [];
      const last = trail.at(-1);
      if (last && distanceM(last, at) < TRAIL_STEP_M) continue;
      trail.push(at);
      grew = true;
      if (trail.length > TRAIL_POINTS) trail.shift();
      trails.current.set(drone.system_id, trail);
    }
    if (!grew) return;
    show(
      map,
      "trails",
      [...trails.current.values()]
        .filter((trail) => trail.length > 1)
        .map((coordinates) => feature({ type: "LineString", coordinates })),
    );
  }, [map, drones]);
}

/** Where the chosen drone's camera looks. */
export function useConeLayer(map: MapLibre): void {
  const chosen = useSelection((state) => state.drone);
  const drone = useDrones().data?.find((each) => each.system_id === chosen);
  const wedge = drone ? wedgeOf(drone) : null;
  // As text, so that a hovering drone does not make the map draw itself five times a second.
  const drawn = JSON.stringify(wedge);
  useEffect(() => {
    const ring = JSON.parse(drawn) as LngLat[] | null;
    show(map, "cone", ring ? [feature({ type: "Polygon", coordinates: [ring] })] : []);
  }, [map, drawn]);
}

function wedgeOf(drone: ReceivedDrone): LngLat[] | null {
  const at = positionOf(drone);
  if (!at || !drone.position || !drone.gimbal) return null;
  return sightWedge({
    at,
    heightM: Math.round(drone.position.alt_rel_m),
    bearingDeg: Math.round(drone.gimbal.yaw_deg),
    pitchDeg: Math.round(drone.gimbal.pitch_deg),
    hfovDeg: drone.camera?.hfov_deg ?? DEFAULT_HFOV_DEG,
  });
}

/** A road user not seen for this long is taken off the map. */
const USERS_KEPT_MS = 2_000;
const DRAW_USERS_EVERY_MS = 250;

/** What all drones see on the road right now. Drawn straight from the scenes, past React. */
export function useUserLayer(map: MapLibre): void {
  const { scenes } = useLive();
  const ids = (useDrones().data ?? []).map((drone) => drone.system_id).join();
  useEffect(() => {
    const latest = new Map<number, { scene: Scene; atMs: number }>();
    const unsubscribe = ids
      .split(",")
      .filter(Boolean)
      .map((id) =>
        scenes.subscribe(Number(id), (scene) =>
          latest.set(scene.drone, { scene, atMs: Date.now() }),
        ),
      );
    let wasEmpty = false;
    const draw = setInterval(() => {
      const users = [...latest.values()]
        .filter(({ atMs }) => Date.now() - atMs < USERS_KEPT_MS)
        .flatMap(({ scene }) => scene.users);
      if (users.length === 0 && wasEmpty) return;
      wasEmpty = users.length === 0;
      show(
        map,
        "users",
        users.map((user) =>
          feature(
            { type: "Point", coordinates: [user.lon_deg, user.lat_deg] },
            { flagged: user.flagged !== null, observed: user.observed },
          ),
        ),
      );
    }, DRAW_USERS_EVERY_MS);
    return () => {
      clearInterval(draw);
      unsubscribe.forEach((stop) => stop());
    };
  }, [map, scenes, ids]);
}
