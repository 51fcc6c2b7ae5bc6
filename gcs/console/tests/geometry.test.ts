import { describe, expect, test } from "vitest";
import type { LaneProperties, Roads } from "../src/api/types";
import {
  bounds,
  distanceM,
  laneMarks,
  offset,
  pixelsPerMetre,
  sightWedge,
  type LngLat,
} from "../src/map/geometry";

const HERE: LngLat = [113.7, 34.76];

test("going out and measuring back agree", () => {
  for (const bearing of [0, 77, 180, 271]) {
    expect(distanceM(HERE, offset(HERE, bearing, 250))).toBeCloseTo(250, 1);
  }
});

test("a zoom level more doubles the pixels of a metre", () => {
  expect(pixelsPerMetre(34, 17) / pixelsPerMetre(34, 16)).toBeCloseTo(2);
});

describe("the camera's wedge", () => {
  const look = { at: HERE, heightM: 80, bearingDeg: 90, pitchDeg: -45, hfovDeg: 60 };

  test("opens where the camera looks", () => {
    const wedge = sightWedge(look) ?? [];
    const middle = wedge[5];
    expect(middle?.[0]).toBeGreaterThan(HERE[0]);
    expect(middle?.[1]).toBeCloseTo(HERE[1], 6);
    expect(wedge[0]).toEqual(wedge.at(-1));
  });

  test("is none above the horizon or on the ground", () => {
    expect(sightWedge({ ...look, pitchDeg: 5 })).toBeNull();
    expect(sightWedge({ ...look, heightM: 0 })).toBeNull();
  });
});

test("a line between two lanes is drawn once, and paint of no width not at all", () => {
  const lane = (lane_index: number, left: string, right: string) => ({
    type: "Feature" as const,
    geometry: { type: "LineString" as const, coordinates: [HERE, offset(HERE, 0, 100)] },
    properties: {
      lane_index,
      width_m: 3.5,
      marking_left: { kind: left, width_m: 0.15 },
      marking_right: { kind: right, width_m: right === "none" ? 0 : 0.15 },
    } as LaneProperties,
  });
  const roads: Roads = {
    type: "FeatureCollection",
    features: [lane(0, "dashed_white", "none"), lane(1, "solid_yellow", "dashed_white")],
  };
  expect(laneMarks(roads).map(({ properties }) => properties)).toEqual([
    { color: "white", dashed: true, offset_m: -1.75 },
    { color: "yellow", dashed: false, offset_m: -1.75 },
  ]);
});

test("bounds of nothing are none", () => {
  expect(bounds([])).toBeNull();
  expect(bounds([HERE, [113.8, 34.7, 100]])).toEqual([113.7, 34.7, 113.8, 34.76]);
});
