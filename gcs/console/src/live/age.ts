import type { ReceivedDrone } from "../api/queries";

export type LinkState = "live" | "stale" | "lost";

/** Seconds after which a browser that hears nothing calls a link stale, and lost, by itself: what the service uses
 *  (1 and 3), and a second for the way here. */
const STALE_AFTER_S = 2;
const LOST_AFTER_S = 4;

/** Seconds since the service measured a value it sent with `age_s`, going on in this browser. */
export function ageNow(ageS: number | null, receivedAtMs: number, nowMs: number): number | null {
  return ageS === null ? null : ageS + Math.max(0, nowMs - receivedAtMs) / 1000;
}

const ORDER: readonly LinkState[] = ["live", "stale", "lost"];

/** The link as it is now: what the service said, or worse if nothing came since. */
export function linkNow(
  drone: ReceivedDrone,
  nowMs: number,
): { state: LinkState; ageS: number | null } {
  const ageS = ageNow(drone.link.age_s, drone.receivedAtMs, nowMs);
  const grown =
    ageS === null ? "lost" : ageS < STALE_AFTER_S ? "live" : ageS < LOST_AFTER_S ? "stale" : "lost";
  const worst = Math.max(ORDER.indexOf(drone.link.state), ORDER.indexOf(grown));
  return { state: ORDER[worst] ?? "lost", ageS };
}

/** Whether one value of a drone (with its own `age_s`) may be shown as live. */
export function isFresh(
  ageS: number | null | undefined,
  drone: ReceivedDrone,
  nowMs: number,
  limitS = 2,
): boolean {
  if (ageS === null || ageS === undefined) return false;
  const age = ageNow(ageS, drone.receivedAtMs, nowMs);
  return age !== null && age <= limitS && linkNow(drone, nowMs).state === "live";
}
