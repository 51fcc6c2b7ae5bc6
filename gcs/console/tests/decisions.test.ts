import { QueryClient } from "@tanstack/react-query";
import { describe, expect, test } from "vitest";
import { keys, type ReceivedDrone } from "../src/api/queries";
import { detailOf } from "../src/api/client";
import type { Incident } from "../src/api/types";
import { latestSortie, offersFor } from "../src/fleet/sorties";
import { byUrgency, choicesFor, isOpen } from "../src/incidents/incidents";
import { fillMessage } from "../src/incidents/message";
import { isFresh, linkNow } from "../src/live/age";
import { applyEvent } from "../src/live/apply";
import { SceneHub } from "../src/live/scenes";
import { drone, incident, NOW, sortie } from "./factory";

describe("a link", () => {
  test("is what the service says while it goes on saying it", () => {
    expect(linkNow(drone(), NOW + 300).state).toBe("live");
    expect(linkNow(drone({ link: { state: "stale", age_s: 1.4 } }), NOW).state).toBe("stale");
  });

  test("gets worse by itself when the service falls silent", () => {
    expect(linkNow(drone(), NOW + 2_500).state).toBe("stale");
    expect(linkNow(drone(), NOW + 5_000)).toEqual({ state: "lost", ageS: 5.1 });
  });

  test("that is lost leaves no value fresh", () => {
    expect(isFresh(0.1, drone(), NOW)).toBe(true);
    expect(isFresh(0.1, drone({ link: { state: "lost", age_s: 9 } }), NOW)).toBe(false);
    expect(isFresh(null, drone(), NOW)).toBe(false);
  });
});

describe("a drone's buttons", () => {
  const ground = drone({ landed_state: "ON_GROUND", flight_mode: "Hold" });

  test("on the ground: only a patrol to start", () => {
    expect(offersFor(ground, undefined)).toEqual({
      start: true,
      hold: false,
      resume: false,
      return: false,
    });
  });

  test("on patrol: hold and return; holding: resume and return; returning: hold", () => {
    expect(offersFor(drone(), sortie())).toMatchObject({ hold: true, return: true, start: false });
    expect(offersFor(drone({ flight_mode: "Hold" }), sortie())).toMatchObject({
      hold: false,
      resume: true,
      return: true,
    });
    expect(
      offersFor(drone({ flight_mode: "Return" }), sortie({ state: "returning" })),
    ).toMatchObject({
      hold: true,
      return: false,
    });
  });

  test("while its patrol is being prepared: no second one", () => {
    expect(offersFor(ground, sortie({ state: "checked" })).start).toBe(false);
  });
});

test("an active sortie is shown before a newer ended one", () => {
  const ended = sortie({ id: 9, state: "aborted" });
  expect(latestSortie([ended, sortie()], drone())?.id).toBe(1);
});

describe("incidents", () => {
  test("come undecided first, then urgent, then new", () => {
    const list = [
      incident({ id: 1, state: "warned", severity: "critical" }),
      incident({ id: 2, severity: "info" }),
      incident({ id: 3, severity: "critical" }),
      incident({ id: 4, severity: "critical", first_seen_at: "2026-11-24T08:59:59Z" }),
    ];
    expect(list.sort(byUrgency).map(({ id }) => id)).toEqual([4, 3, 2, 1]);
  });

  test("offer the steps that the service will take", () => {
    const offered = (state: Incident["state"]) =>
      Object.entries(choicesFor(incident({ state })))
        .filter(([, may]) => may)
        .map(([name]) => name);
    expect(offered("new")).toEqual(["acknowledge", "confirm", "dismiss"]);
    expect(offered("acknowledged")).toEqual(["confirm", "dismiss"]);
    expect(offered("warned")).toEqual(["warn", "resolve"]);
    expect(offered("resolved")).toEqual([]);
    expect(isOpen(incident({ state: "dismissed" }))).toBe(false);
  });
});

describe("events", () => {
  test("put a drone in place of its older state, ordered by system id", () => {
    const cache = new QueryClient();
    cache.setQueryData(keys.drones, [drone({ system_id: 2 })]);
    const newer = drone({ system_id: 1, name: "new" });
    applyEvent({ type: "drone", drone: newer }, cache, new SceneHub());
    const names = cache.getQueryData<ReceivedDrone[]>(keys.drones)?.map(({ name }) => name);
    expect(names).toEqual(["new", "D1"]);
  });

  test("put an incident in place of its older self", () => {
    const cache = new QueryClient();
    cache.setQueryData(keys.incidents, [incident({ id: 1 }), incident({ id: 2 })]);
    applyEvent(
      { type: "incident", incident: incident({ id: 2, state: "resolved" }) },
      cache,
      new SceneHub(),
    );
    const states = cache
      .getQueryData<Incident[]>(keys.incidents)
      ?.map(({ id, state }) => [id, state]);
    expect(states).toEqual([
      [2, "resolved"],
      [1, "new"],
    ]);
  });

  test("keep a bounded past of scenes", () => {
    const scenes = new SceneHub();
    for (let at = 0; at < 200; at += 1) scenes.push({ drone: 1, t_capture_us: at, users: [] });
    expect(scenes.of(1)).toHaveLength(60);
    expect(scenes.latest(1)?.t_capture_us).toBe(199);
  });
});

test("a refusal names the field that is wrong", () => {
  const body = { detail: [{ loc: ["body", "plan"], msg: "Field required", type: "missing" }] };
  expect(detailOf(body)).toBe("plan: Field required");
  expect(detailOf({ detail: "drone 3 was not heard" })).toBe("drone 3 was not heard");
});

test("a message keeps a placeholder it does not know", () => {
  expect(fillMessage("{place}: {other}", { place: "K3" })).toBe("K3: {other}");
});
