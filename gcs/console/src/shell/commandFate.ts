import type { Command } from "../api/types";

export type Tone = "waiting" | "good" | "bad";

const BAD: readonly Command["state"][] = ["denied", "timed_out", "failed", "unknown"];

export function toneOf(command: Command): Tone {
  if (BAD.includes(command.state)) return "bad";
  return command.state === "accepted" ? "good" : "waiting";
}

/** An accepted command whose effect was seen in telemetry has a better word than "accepted". */
export function wordOf(command: Command): Command["state"] | "effect" {
  return command.state === "accepted" && command.effect_seen ? "effect" : command.state;
}
