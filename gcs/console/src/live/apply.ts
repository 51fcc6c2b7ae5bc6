import type { QueryClient } from "@tanstack/react-query";
import { keys, received, upsert, type ReceivedDrone } from "../api/queries";
import type { ServiceEvent } from "../api/types";
import type { SceneHub } from "./scenes";

/** Puts one message of the event socket where the screens read it. Unknown kinds are let pass: newer services may send more. */
export function applyEvent(event: ServiceEvent, cache: QueryClient, scenes: SceneHub): void {
  switch (event.type) {
    case "drone": {
      const drone = received(event.drone);
      cache.setQueryData<ReceivedDrone[]>(keys.drones, (old = []) =>
        [...old.filter((each) => each.system_id !== drone.system_id), drone].sort(
          (a, b) => a.system_id - b.system_id,
        ),
      );
      return;
    }
    case "scene":
      scenes.push(event);
      return;
    case "incident":
      upsert(cache, keys.incidents, event.incident);
      return;
    case "sortie":
      upsert(cache, keys.sorties, event.sortie);
      return;
    case "command":
      upsert(cache, keys.commands, event.command, 50);
      return;
    case "speech":
      upsert(cache, keys.speeches(event.speech.incident_id), event.speech);
      return;
  }
}
