import { createContext, useContext } from "react";
import type { Client } from "../api/client";
import type { Person, Role } from "../api/types";

export interface Session {
  client: Client;
  person: Person;
}

export const SessionContext = createContext<Session | null>(null);

function useSessionContext(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("used outside a signed-in session");
  return session;
}

export const useClient = (): Client => useSessionContext().client;

export interface Rights {
  fly: boolean;
  dispatch: boolean;
}

/** As the service guards its routes; an administrator keeps users, and flies only with another role beside it. */
const FLIES: readonly Role[] = ["operator", "supervisor"];
const DISPATCHES: readonly Role[] = ["dispatcher", "supervisor"];

export function rightsOf(person: Person): Rights {
  return {
    fly: person.roles.some((role) => FLIES.includes(role)),
    dispatch: person.roles.some((role) => DISPATCHES.includes(role)),
  };
}

export const useRights = (): Rights => rightsOf(useSessionContext().person);
export const usePerson = (): Person => useSessionContext().person;
