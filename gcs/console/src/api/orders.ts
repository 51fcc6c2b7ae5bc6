/** Everything the console asks the service to do. */
import { useMutation } from "@tanstack/react-query";
import { idempotencyKey } from "../lib/format";
import { useClient } from "../session/session";
import { answer } from "./client";
import type { Language } from "./types";

export type PlainCommand = "hold" | "resume" | "return";

export function useCommand(system_id: number) {
  const { api } = useClient();
  return useMutation({
    mutationFn: (name: PlainCommand) =>
      answer(
        api.POST("/api/drones/{system_id}/commands", {
          params: { path: { system_id } },
          body: { name, params: {}, key: idempotencyKey() },
        }),
      ),
  });
}

export function useStartSortie() {
  const { api } = useClient();
  return useMutation({
    mutationFn: (order: { drone: number; plan: string; hold_on_alert: boolean }) =>
      answer(api.POST("/api/sorties", { body: order })),
  });
}

export function useReturnSortie() {
  const { api } = useClient();
  return useMutation({
    mutationFn: (sortie_id: number) =>
      answer(api.POST("/api/sorties/{sortie_id}/return", { params: { path: { sortie_id } } })),
  });
}

export function useCamera(drone_id: number) {
  const { api } = useClient();
  return useMutation({
    mutationFn: (on: boolean) =>
      answer(
        api.POST("/api/drones/{drone_id}/camera", { params: { path: { drone_id } }, body: { on } }),
      ),
  });
}

export type IncidentAction =
  | { action: "acknowledge" }
  | { action: "confirm"; language: Language; warn: boolean }
  | { action: "dismiss"; reason: string }
  | { action: "resolve"; note: string }
  | { action: "warn"; language: Language };

export function useIncidentAction(incident_id: number) {
  const { api } = useClient();
  const params = { path: { incident_id } };
  return useMutation<unknown, Error, IncidentAction>({
    mutationFn: (order) => {
      switch (order.action) {
        case "acknowledge":
          return answer(api.POST("/api/incidents/{incident_id}/acknowledge", { params }));
        case "confirm": {
          const { language, warn } = order;
          const body = { language, warn };
          return answer(api.POST("/api/incidents/{incident_id}/confirm", { params, body }));
        }
        case "dismiss": {
          const body = { reason: order.reason };
          return answer(api.POST("/api/incidents/{incident_id}/dismiss", { params, body }));
        }
        case "resolve": {
          const body = { note: order.note };
          return answer(api.POST("/api/incidents/{incident_id}/resolve", { params, body }));
        }
        case "warn": {
          const body = { language: order.language };
          return answer(api.POST("/api/incidents/{incident_id}/speeches", { params, body }));
        }
      }
    },
  });
}

export function useStopSpeech() {
  const { api } = useClient();
  return useMutation({
    mutationFn: (speech_id: number) =>
      answer(api.POST("/api/speeches/{speech_id}/stop", { params: { path: { speech_id } } })),
  });
}
