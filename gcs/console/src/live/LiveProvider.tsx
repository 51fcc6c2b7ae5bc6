import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { keys } from "../api/queries";
import type { ServiceEvent } from "../api/types";
import { useClient } from "../session/session";
import { applyEvent } from "./apply";
import { LiveContext } from "./live";
import { SceneHub } from "./scenes";
import { EventSocket, type SocketState } from "./socket";

/** Drone states come up to five times a second each; the screens are redrawn at most this often. */
const DRONES_EVERY_MS = 200;

/** Keeps the cache true: joins the event socket, and refetches everything each time it comes back. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useClient();
  const cache = useQueryClient();
  const [state, setState] = useState<SocketState>("connecting");
  const [scenes] = useState(() => new SceneHub());
  const lastHeard = useRef<number | null>(null);

  useEffect(() => {
    const waiting = new Map<number, ServiceEvent>();
    const flush = setInterval(() => {
      waiting.forEach((event) => applyEvent(event, cache, scenes));
      waiting.clear();
    }, DRONES_EVERY_MS);

    const socket = new EventSocket(client.socketUrl("/api/events"), {
      onState: setState,
      onOpen: () => {
        void cache.invalidateQueries({
          predicate: ({ queryKey }) => queryKey[0] !== keys.commands[0],
        });
      },
      onRefused: () => {
        // A socket hides why it was refused; this answers 401 when the sign-in has run out.
        client.api.GET("/api/auth/me").catch(() => undefined);
      },
      onMessage: (data) => {
        lastHeard.current = Date.now();
        const event = data as ServiceEvent;
        if (event.type === "drone") waiting.set(event.drone.system_id, event);
        else applyEvent(event, cache, scenes);
      },
    });
    socket.start();
    return () => {
      clearInterval(flush);
      socket.stop();
    };
  }, [cache, client, scenes]);

  const live = useMemo(
    () => ({ state, scenes, lastHeardMs: () => lastHeard.current }),
    [state, scenes],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}
