/** Every read the console makes, over TanStack Query. */
import { useQuery, type QueryClient } from "@tanstack/react-query";
import { useClient } from "../session/session";
import { answer, type Client } from "./client";
import type { Command, Drone, Incident, Plan, Roads, Sortie, Speech } from "./types";

export const keys = {
  drones: ["drones"],
  sorties: ["sorties"],
  incidents: ["incidents"],
  plans: ["plans"],
  roads: ["roads"],
  health: ["health"],
  commands: ["commands"],
  messages: ["messages"],
  speeches: (incident: number) => ["speeches", incident],
  video: (drone: number) => ["video", drone],
} as const;

/** A drone's state with the moment it reached this browser, so that its age can go on growing here. */
export type ReceivedDrone = Drone & { receivedAtMs: number };

export const received = (drone: Drone): ReceivedDrone => ({ ...drone, receivedAtMs: Date.now() });

/** Kept fresh by the event socket; refetched as a whole when it reconnects. */
const PUSHED = { staleTime: Infinity };

/** Closed incidents shown; open ones are all pushed. */
const INCIDENTS_SHOWN = 200;

interface Options {
  staleTime?: number;
  refetchInterval?: number;
}

function useRead<T>(
  key: readonly unknown[],
  read: (client: Client) => Promise<T>,
  options: Options,
) {
  const client = useClient();
  return useQuery({ queryKey: key, queryFn: () => read(client), ...options });
}

export const useDrones = () =>
  useRead(
    keys.drones,
    async ({ api }) => (await answer(api.GET("/api/drones"))).map(received),
    PUSHED,
  );

export const useSorties = () =>
  useRead(keys.sorties, ({ api }) => answer(api.GET("/api/sorties")), PUSHED);

export const useIncidents = () =>
  useRead(
    keys.incidents,
    ({ api }) =>
      answer(api.GET("/api/incidents", { params: { query: { limit: INCIDENTS_SHOWN } } })),
    PUSHED,
  );

export const useSpeeches = (incident_id: number) =>
  useRead(
    keys.speeches(incident_id),
    ({ api }) =>
      answer(
        api.GET("/api/incidents/{incident_id}/speeches", { params: { path: { incident_id } } }),
      ),
    PUSHED,
  );

/** openapi-fetch widens tuples to arrays; the service does send pairs and triples. */
export const usePlans = () =>
  useRead(keys.plans, async ({ api }) => (await answer(api.GET("/api/plans"))) as Plan[], {});

export const useMessages = () =>
  useRead(keys.messages, ({ api }) => answer(api.GET("/api/messages")), { staleTime: Infinity });

export const useRoads = () =>
  useRead(
    keys.roads,
    async ({ api }) => (await answer(api.GET("/api/roads"))) as unknown as Roads,
    { staleTime: Infinity },
  );

export const useHealth = () =>
  useRead(keys.health, ({ api }) => answer(api.GET("/api/health")), { refetchInterval: 5_000 });

export const useVideoStatus = (drone_id: number) =>
  useRead(
    keys.video(drone_id),
    ({ api }) =>
      answer(api.GET("/api/drones/{drone_id}/video", { params: { path: { drone_id } } })),
    { refetchInterval: 3_000 },
  );

/** The commands this browser heard of since it was opened; only the event socket fills it. */
export function useCommands(): Command[] {
  return useQuery<Command[]>({ queryKey: keys.commands, enabled: false, initialData: [] }).data;
}

/** Puts a record into a cached list in place of its older self, newest first. */
export function upsert(
  cache: QueryClient,
  key: readonly unknown[],
  record: Command | Incident | Sortie | Speech,
  limit = 500,
): void {
  cache.setQueryData<(typeof record)[]>(key, (old) => {
    if (!old) return old;
    const others = old.filter((each) => each.id !== record.id);
    return [record, ...others].sort((a, b) => b.id - a.id).slice(0, limit);
  });
}
