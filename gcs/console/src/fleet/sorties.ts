import type { Drone, Sortie } from "../api/types";

const ACTIVE: readonly Sortie["state"][] = [
  "planned",
  "checked",
  "authorised",
  "flying",
  "holding",
  "returning",
  "lost",
];

export const isActive = (sortie: Sortie): boolean => ACTIVE.includes(sortie.state);

/** A finished sortie stays on the card for a while, so that its end is not missed. */
export function latestSortie(sorties: readonly Sortie[], drone: Drone): Sortie | undefined {
  const own = sorties.filter((sortie) => sortie.drone === drone.system_id);
  return own.find(isActive) ?? own[0];
}

/** Which of the flying commands make sense now. */
export interface Offers {
  start: boolean;
  hold: boolean;
  resume: boolean;
  return: boolean;
}

/** The flight mode as the dictionary knows it. */
export const modeKey = (drone: Drone): string =>
  (drone.flight_mode ?? "unknown").toLowerCase().replaceAll(" ", "_");

const HOLDING_MODES = ["hold", "ready"];
const RETURNING_MODES = ["return", "land"];

export function offersFor(drone: Drone, sortie: Sortie | undefined): Offers {
  const active = sortie !== undefined && isActive(sortie);
  const airborne = drone.landed_state !== null && drone.landed_state !== "ON_GROUND";
  const mode = modeKey(drone);
  const returning = sortie?.state === "returning" || RETURNING_MODES.includes(mode);
  const holding = HOLDING_MODES.includes(mode) || (active && sortie.state === "holding");
  return {
    start: !active && !airborne,
    hold: airborne && !holding,
    resume: airborne && holding && active,
    return: airborne && !returning,
  };
}
