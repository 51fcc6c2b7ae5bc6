/** When a frame is shown, and with which boxes. Pure: no clock of its own.
 *
 *  The detector looks at fewer frames than the drone sends and answers later. So every frame waits the same short
 *  while (HOLD_MS) for its own scene, which keeps motion even; then it is shown, in one of three ways:
 *  - its own scene came: its boxes, in full;
 *  - it has none, but a scene at most CARRY_MS older exists: those boxes, paler the older they are;
 *  - neither: no boxes. Boxes are never moved to where something might be by now. */
import type { Scene } from "../api/types";

export const HOLD_MS = 150;
export const CARRY_MS = 300;

/** Capture times travel as a float of seconds in places; a frame at 120 a second lasts 8333 microseconds. */
const SAME_FRAME_US = 1_000;

export interface Boxes {
  scene: Scene;
  /** How much older than the frame the scene is; 0 when it is the frame's own. */
  ageMs: number;
}

/** `scenes` oldest first. */
export function boxesFor(captureUs: number, scenes: readonly Scene[]): Boxes | null {
  for (let index = scenes.length - 1; index >= 0; index -= 1) {
    const scene = scenes[index];
    if (!scene) break;
    const olderUs = captureUs - scene.t_capture_us;
    if (Math.abs(olderUs) < SAME_FRAME_US) return { scene, ageMs: 0 };
    if (olderUs > CARRY_MS * 1000) return null;
    if (olderUs > 0) return { scene, ageMs: olderUs / 1000 };
  }
  return null;
}

/** 1 for a frame's own boxes; carried ones fade from 0.8 to 0.2. */
export function boxOpacity(ageMs: number): number {
  return ageMs === 0 ? 1 : 0.8 - 0.6 * Math.min(1, ageMs / CARRY_MS);
}

/** Turns capture times into moments of this computer's monotonic clock, whatever the clocks' difference: the fastest
 *  frame lately is taken to have come without delay, and every frame is due HOLD_MS after it would have come so. */
export class PlayoutClock {
  private offsetMs: number | null = null;

  /** Note that a frame captured at `captureUs` arrived at `nowMs`. */
  arrived(captureUs: number, nowMs: number): void {
    const transit = nowMs - captureUs / 1000;
    const before = this.offsetMs;
    // A jump means another stream or a clock that was set: begin anew. The slow rise forgets one lucky fast frame.
    const jumped = before !== null && Math.abs(transit - before) > 3_000;
    this.offsetMs = before === null || jumped ? transit : Math.min(before + 0.5, transit);
  }

  isDue(captureUs: number, nowMs: number): boolean {
    return this.offsetMs === null || nowMs >= captureUs / 1000 + this.offsetMs + HOLD_MS;
  }
}
