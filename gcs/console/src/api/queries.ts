/** Every read and write the console makes, typed, over TanStack Query. */
import {
  useMutation,
  useQuery,
  type QueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import { useClient } from "../session/session";
import type {
  Command,
  Drone,
  Health,
  Incident,
  Language,
  Plan,
  Roads,
  Sortie,
  Speech,
  VideoStatus,
} from "./types";
import { idempotencyKey } from "../lib/format";

export const keys = {
  drones: ["drones"],
  sorties: ["sorties"],
  incidents: ["incidents"],
  plans: ["plans"],
  roads: ["roads"],
  health: ["health"],
  commands: ["commands"],
  speeches: (incident: number) => ["speeches", incident],
  video: (drone: number) => ["video", drone],
} as const;

/** A drone's state with the moment it reached this browser, so that its age can go on growing here. */
export interface ReceivedDrone extends Drone {
  receivedAtMs: number;
}

export const received = (drone: Drone): ReceivedDrone => ({ ...drone, receivedAtMs: Date.now() });

/** Kept fresh by the event socket; refetched as a whole when it reconnects. */
const PUSHED = { staleTime: Infinity };

export function useDrones(): UseQueryResult<ReceivedDrone[]> {
  const client = useClient();
  return useQuery({
    queryKey: keys.drones,
    queryFn: async () => (await client.get<Drone[]>("/api/drones")).map(received),
    ...PUSHED,
  });
}

export function useSorties(): UseQueryResult<Sortie[]> {
  const client = useClient();
  return useQuery({
    queryKey: keys.sorties,
    queryFn: () => client.get<Sortie[]>("/api/sorties"),
    ...PUSHED,
  });
}

export function useIncidents(): UseQueryResult<Incident[]> {
  const client = useClient();
  return useQuery({
    queryKey: keys.incidents,
    queryFn: () => client.get<Incident[]>("/api/incidents?limit=200"),
    ...PUSHED,
  });
}

export function useSpeeches(incident: number): UseQueryResult<Speech[]> {
  const client = useClient();
  return useQuery({
    queryKey: keys.speeches(incident),
    queryFn: () => client.get<Speech[]>(`/api/incidents/${incident}/speeches`),
    ...PUSHED,
  });
}

export function usePlans(): UseQueryResult<Plan[]> {
  const client = useClient();
  return useQuery({ queryKey: keys.plans, queryFn: () => client.get<Plan[]>("/api/plans") });
}

export function useRoads(): UseQueryResult<Roads> {
  const client = useClient();
  return useQuery({
    queryKey: keys.roads,
    queryFn: () => client.get<Roads>("/api/roads"),
    staleTime: Infinity,
  });
}

export function useHealth(): UseQueryResult<Health> {
  const client = useClient();
  return useQuery({
    queryKey: keys.health,
    queryFn: () => client.get<Health>("/api/health"),
    refetchInterval: 5_000,
  });
}

export function useVideoStatus(drone: number): UseQueryResult<VideoStatus> {
  const client = useClient();
  return useQuery({
    queryKey: keys.video(drone),
    queryFn: () => client.get<VideoStatus>(`/api/drones/${drone}/video`),
    refetchInterval: 5_000,
  });
}

/** The commands this browser heard of since it was opened; only the event socket fills it. */
export function useCommands(): Command[] {
  return useQuery<Command[]>({ queryKey: keys.commands, enabled: false, initialData: [] }).data;
}

export function useCommand(drone: number) {
  const client = useClient();
  return useMutation({
    mutationFn: (name: "hold" | "resume" | "return") =>
      client.post<Command>(`/api/drones/${drone}/commands`, {
        name,
        params: {},
        key: idempotencyKey(),
      }),
  });
}

export function useStartSortie() {
  const client = useClient();
  return useMutation({
    mutationFn: (order: { drone: number; plan: string; hold_on_alert: boolean }) =>
      client.post<Sortie>("/api/sorties", order),
  });
}

export function useReturnSortie() {
  const client = useClient();
  return useMutation({
    mutationFn: (sortie: number) => client.post<Sortie>(`/api/sorties/${sortie}/return`),
  });
}

export type IncidentAction =
  | { action: "acknowledge" }
  | { action: "confirm"; language: Language; warn: boolean }
  | { action: "dismiss"; reason: string }
  | { action: "resolve"; note: string };

export function useIncidentAction(incident: number) {
  const client = useClient();
  return useMutation({
    mutationFn: ({ action, ...body }: IncidentAction) =>
      client.post<Incident>(`/api/incidents/${incident}/${action}`, body),
  });
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
