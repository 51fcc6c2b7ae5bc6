/** What the service says, by the names the console uses. */

export type Role = "operator" | "dispatcher" | "supervisor" | "trainee" | "admin";
export type Language = "zh" | "en";
export type Bilingual = Record<Language, string>;

export interface Person {
  username: string;
  name: string;
  roles: Role[];
  language: Language;
}

export interface Token {
  access_token: string;
  user: Person;
}

export interface HealthPart {
  state: string;
  detail?: string | null;
}

export interface Health {
  status: "ok" | "degraded";
  version: string;
  parts: Record<string, HealthPart>;
}

export interface Drone {
  system_id: number;
  name: string;
  link: { state: "live" | "stale" | "lost"; age_s: number | null };
  position: {
    lat_deg: number;
    lon_deg: number;
    alt_amsl_m: number;
    alt_rel_m: number;
    age_s: number;
  } | null;
  velocity: {
    north_mps: number;
    east_mps: number;
    down_mps: number;
    ground_speed_mps: number;
  } | null;
  heading_deg: number | null;
  battery: { remaining_percent: number | null; voltage_v: number | null; age_s: number } | null;
  flight_mode: string | null;
  armed: boolean | null;
  landed_state: string | null;
  gps: { fix: string; satellites: number } | null;
  home: { lat_deg: number; lon_deg: number } | null;
  health: { armable: boolean; missing: string[] };
  mission: { current: number; total: number } | null;
  status_texts: { severity: string; text: string; t_unix_s: number }[];
  camera: {
    present: boolean;
    streaming: boolean;
    uri: string | null;
    hfov_deg: number | null;
  } | null;
  gimbal: { pitch_deg: number; yaw_deg: number; age_s: number } | null;
  speaker: { present: boolean } | null;
  sortie_id: number | null;
}

export type CommandState =
  "requested" | "sent" | "accepted" | "denied" | "timed_out" | "failed" | "unknown";

export interface Command {
  id: number;
  key: string | null;
  drone: number;
  name: string;
  by: string;
  state: CommandState;
  reason: string | null;
  effect_seen: boolean;
  created_at: string;
}

export interface Plan {
  name: string;
  title: string;
  valid: boolean;
  errors: { item: number | string | null; field: string | null; message: string }[];
  distance_m: number;
  duration_s: number;
  route: [number, number, number][];
  fence: [number, number][] | null;
}

export type SortieState =
  | "planned"
  | "checked"
  | "authorised"
  | "flying"
  | "holding"
  | "returning"
  | "landed"
  | "aborted"
  | "lost";

export interface Sortie {
  id: number;
  drone: number;
  plan: string;
  state: SortieState;
  reason: string | null;
  by: string;
  hold_on_alert: boolean;
  created_at: string;
  airborne_at: string | null;
  landed_at: string | null;
  log: { at: string; who: string; text: string }[];
}

export type IncidentState =
  "new" | "acknowledged" | "confirmed" | "dismissed" | "warned" | "resolved";

export interface Incident {
  id: number;
  event_type: string;
  state: IncidentState;
  severity: "info" | "warning" | "critical";
  first_seen_at: string;
  last_seen_at: string;
  lat_deg: number;
  lon_deg: number;
  position_sigma_m: number;
  road_name: Bilingual;
  direction: string | null;
  lane_type: string | null;
  lane_id: string | null;
  chainage: string | null;
  drone: number;
  track_id: number;
  vehicle_cls: string;
  reason: Bilingual;
  has_still: boolean;
  outcome: "left" | "stayed" | "unknown" | null;
  left_after_s: number | null;
  log: { at: string; who: string; action: string; note: string | null }[];
}

export type SpeechState =
  "download" | "encoding" | "upload" | "play" | "done" | "failed" | "stopped";

export interface Speech {
  id: number;
  incident_id: number;
  drone: number;
  language: Language;
  text: string;
  state: SpeechState;
  progress: number;
  by: string;
  started_at: string;
  play_started_at: string | null;
  ended_at: string | null;
  error: string | null;
}

export interface VideoStatus {
  state: "live" | "stale" | "off";
  width: number | null;
  height: number | null;
  fps: number | null;
  age_s: number | null;
}

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
  | { type: "speech"; speech: Speech }
  | { type: "video"; drone: number; state: VideoStatus["state"] };
