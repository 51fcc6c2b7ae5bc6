import { describe, expect, test } from "vitest";
import type { Scene } from "../src/api/types";
import { FrameQueue } from "../src/video/frames";
import { boxesFor, boxOpacity, HOLD_MS, PlayoutClock } from "../src/video/pairing";

const T0 = 1_795_510_285_000_000;
const scene = (t_capture_us: number): Scene => ({ drone: 1, t_capture_us, users: [] });

describe("boxes", () => {
  const scenes = [scene(T0), scene(T0 + 120_000)];

  test("of a frame's own scene are shown in full", () => {
    expect(boxesFor(T0 + 120_000, scenes)).toEqual({ scene: scenes[1], ageMs: 0 });
    expect(boxOpacity(0)).toBe(1);
  });

  test("of the last older scene are carried, paler the older they are", () => {
    expect(boxesFor(T0 + 80_000, scenes)).toEqual({ scene: scenes[0], ageMs: 80 });
    expect(boxOpacity(250)).toBeLessThan(boxOpacity(80));
    expect(boxOpacity(80)).toBeLessThan(1);
  });

  test("older than 300 ms are not shown", () => {
    expect(boxesFor(T0 + 120_000 + 301_000, scenes)).toBeNull();
  });

  test("of a later frame are never shown on an earlier one", () => {
    expect(boxesFor(T0 - 40_000, scenes)).toBeNull();
  });
});

describe("the playout clock", () => {
  test("shows each frame one hold after the fastest way here, though some come late", () => {
    const clock = new PlayoutClock();
    clock.arrived(T0, 1000);
    clock.arrived(T0 + 40_000, 1090); // 50 ms late
    expect(clock.isDue(T0 + 40_000, 1040 + HOLD_MS - 5)).toBe(false);
    expect(clock.isDue(T0 + 40_000, 1040 + HOLD_MS + 1)).toBe(true);
  });

  test("begins anew when capture times jump", () => {
    const clock = new PlayoutClock();
    clock.arrived(T0, 1000);
    clock.arrived(T0 + 3_600_000_000, 1040);
    expect(clock.isDue(T0 + 3_600_000_000, 1040 + HOLD_MS)).toBe(true);
  });
});

describe("the frame queue", () => {
  const picture = (captureUs: number, closed: number[]) => ({
    captureUs,
    image: { close: () => closed.push(captureUs) } as unknown as ImageBitmap,
  });

  test("gives the newest due picture and closes those it overtook", () => {
    const closed: number[] = [];
    const queue = new FrameQueue();
    [1, 2, 3].forEach((at) => queue.push(picture(at, closed)));
    expect(queue.take((at) => at <= 2)?.captureUs).toBe(2);
    expect(closed).toEqual([1]);
  });

  test("is bounded: the oldest pictures are closed", () => {
    const closed: number[] = [];
    const queue = new FrameQueue();
    for (let at = 0; at < 20; at += 1) queue.push(picture(at, closed));
    expect(closed).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
