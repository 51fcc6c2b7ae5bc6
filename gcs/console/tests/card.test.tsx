import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { ReceivedDrone } from "../src/api/queries";
import { Client } from "../src/api/client";
import type { Role } from "../src/api/types";
import { DroneCard } from "../src/fleet/DroneCard";
import "../src/i18n/i18n";
import { setLanguage } from "../src/i18n/i18n";
import { SessionContext } from "../src/session/session";
import { drone, NOW, sortie } from "./factory";

beforeAll(() => {
  // Mantine asks for it; jsdom has none.
  window.matchMedia = vi.fn().mockReturnValue({
    matches: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  });
  setLanguage("en");
});
afterEach(cleanup);

function show(state: ReceivedDrone, role: Role, nowMs = NOW): void {
  const person = { username: "u", name: "U", roles: [role], language: "en" as const };
  const client = new Client("token", () => undefined);
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <SessionContext value={{ client, person }}>
          <DroneCard drone={state} sortie={sortie()} nowMs={nowMs} />
        </SessionContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test("a live drone shows its values without an age", () => {
  show(drone(), "operator");
  expect(screen.getByTestId("link-state").textContent).toContain("Live");
  expect(screen.getByText("80").parentElement?.className).toBe("");
  expect(screen.queryByText(/s old$/)).toBeNull();
});

test("a value is marked stale with its age once nothing more is heard", () => {
  show(drone(), "operator", NOW + 12_000);
  expect(screen.getByTestId("link-state").textContent).toContain("Lost");
  expect(screen.getByText("80").parentElement?.className).toContain("stale");
  expect(screen.getAllByText("12s old")).toHaveLength(3);
});

test("an operator may hold and return; a dispatcher finds no such buttons", () => {
  show(drone(), "operator");
  expect(screen.getByTestId("return-1")).toBeTruthy();
  cleanup();
  show(drone(), "dispatcher");
  expect(screen.queryByTestId("return-1")).toBeNull();
  expect(screen.queryByTestId("hold-1")).toBeNull();
});

test("the language changes at once", async () => {
  show(drone(), "operator");
  setLanguage("zh");
  expect((await screen.findByTestId("return-1")).textContent).toBe("返航");
  setLanguage("en");
});
