/** Records as the service sends them, for tests to change one thing of. */
import type { ReceivedDrone } from "../src/api/queries";
import type { Incident, Sortie } from "../src/api/types";

export const NOW = Date.parse("2026-11-24T09:00:00Z");

export function drone(change: Partial<ReceivedDrone> = {}): ReceivedDrone {
  return {
    system_id: 1,
    name: "D1",
    t_unix_s: NOW / 1000,
    link: { state: "live", age_s: 0.1 },
    position: { lat_deg: 34.75, lon_deg: 113.7, alt_amsl_m: 180, alt_rel_m: 80, age_s: 0.1 },
    velocity: { north_mps: 8, east_mps: 0, down_mps: 0, ground_speed_mps: 8 },
    heading_deg: 0,
    attitude: null,
    battery: { remaining_percent: 82, voltage_v: 22, age_s: 0.3 },
    flight_mode: "Mission",
    armed: true,
    landed_state: "IN_AIR",
    gps: { fix: "3D", satellites: 17 },
    home: null,
    health: { armable: true, missing: [] },
    mission: { current: 3, total: 9 },
    status_texts: [],
    camera: null,
    gimbal: null,
    speaker: null,
    sortie_id: 1,
    receivedAtMs: NOW,
    ...change,
  };
}

export function sortie(change: Partial<Sortie> = {}): Sortie {
  return {
    id: 1,
    drone: 1,
    plan: "north",
    state: "flying",
    reason: null,
    by: "Wang",
    hold_on_alert: true,
    created_at: "2026-11-24T08:50:00Z",
    airborne_at: "2026-11-24T08:51:00Z",
    landed_at: null,
    log: [],
    ...change,
  };
}

export function incident(change: Partial<Incident> = {}): Incident {
  return {
    id: 1,
    event_type: "emergency_lane_occupancy",
    state: "new",
    severity: "warning",
    first_seen_at: "2026-11-24T08:59:00Z",
    last_seen_at: "2026-11-24T08:59:30Z",
    lat_deg: 34.75,
    lon_deg: 113.7,
    position_sigma_m: 1.2,
    road_name: { zh: "中州大道", en: "Zhongzhou Avenue" },
    direction: "northbound",
    lane_type: "shoulder",
    lane_id: "nb_1_0",
    chainage: "K3+250",
    drone: 1,
    sortie_id: 1,
    track_id: 9,
    vehicle_cls: "car",
    vehicle_colour: null,
    reason: { zh: "停留", en: "standing" },
    has_still: false,
    still_captured_at: null,
    repeat_of: null,
    outcome: null,
    left_after_s: null,
    acknowledged_at: null,
    confirmed_at: null,
    dismissed_at: null,
    warned_at: null,
    resolved_at: null,
    log: [],
    ...change,
  };
}
