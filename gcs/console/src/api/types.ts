/** What the service says, by the names the console uses. All but the event socket and the map come from its OpenAPI. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Person = Schemas["Principal"];
export type Role = Person["roles"][number];
export type Language = Person["language"];
export type Bilingual = Schemas["Words"];
export type Token = Schemas["Token"];
export type Drone = Schemas["DroneState"];
export type Command = Schemas["CommandRecord"];
export type Plan = Schemas["PlanOut"];
export type Sortie = Schemas["SortieOut"];
export type Incident = Schemas["IncidentOut"];
export type IncidentState = Incident["state"];
export type Speech = Schemas["SpeechOut"];
export type Message = Schemas["MessageOut"];
export type VideoStatus = Schemas["VideoOut"];

/** Paint at a lane's edge: `solid_white`, `dashed_white`, `solid_yellow`, ... or `none`. */
export interface Marking {
  kind: string;
  width_m: number;
}

export interface LaneProperties {
  id: string;
  road_id: string;
  road_name: Bilingual;
  lane_type: string;
  lane_index: number;
  width_m: number;
  marking_left: Marking | null;
  marking_right: Marking | null;
}

export type Roads = GeoJSON.FeatureCollection<GeoJSON.LineString, LaneProperties>;

export interface SceneUser {
  track_id: number;
  cls: string;
  /** Left, top, right, bottom as shares of the picture. */
  box: [number, number, number, number];
  speed_kmh: number | null;
  lane_type: string | null;
  lat_deg: number;
  lon_deg: number;
  /** False while the tracker coasts: nothing was detected in this very frame. */
  observed: boolean;
  flagged: string | null;
}

export interface Scene {
  drone: number;
  t_capture_us: number;
  users: SceneUser[];
}

/** One message of the event socket. */
export type ServiceEvent =
  | { type: "drone"; drone: Drone }
  | ({ type: "scene" } & Scene)
  | { type: "incident"; incident: Incident }
  | { type: "sortie"; sortie: Sortie }
  | { type: "command"; command: Command }
  | { type: "speech"; speech: Speech };
