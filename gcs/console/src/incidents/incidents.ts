import type { Incident } from "../api/types";

const CLOSED: readonly Incident["state"][] = ["dismissed", "resolved"];

export const isOpen = (incident: Incident): boolean => !CLOSED.includes(incident.state);

const URGENCY = { critical: 0, warning: 1, info: 2 } as const;

/** What must be looked at first comes first: undecided before decided, urgent before mild, newest before oldest. */
export function byUrgency(a: Incident, b: Incident): number {
  return (
    Number(a.state !== "new") - Number(b.state !== "new") ||
    URGENCY[a.severity] - URGENCY[b.severity] ||
    Date.parse(b.first_seen_at) - Date.parse(a.first_seen_at)
  );
}

export interface Choices {
  acknowledge: boolean;
  confirm: boolean;
  dismiss: boolean;
  warn: boolean;
  resolve: boolean;
}

export function choicesFor(incident: Incident): Choices {
  const undecided = incident.state === "new" || incident.state === "acknowledged";
  const real = incident.state === "confirmed" || incident.state === "warned";
  return {
    acknowledge: incident.state === "new",
    confirm: undecided,
    dismiss: undecided,
    warn: real,
    resolve: real,
  };
}
