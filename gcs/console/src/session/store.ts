import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import type { Person, Token } from "../api/types";

interface SessionState {
  token: string | null;
  person: Person | null;
  /** The last session ended because the service no longer accepted its token. */
  expired: boolean;
  signIn: (token: Token) => void;
  signOut: (expired?: boolean) => void;
}

/** Who is signed in. Lives as long as the tab, so a shared computer forgets. */
export const useSession = create<SessionState>()(
  persist(
    (set) => ({
      token: null,
      person: null,
      expired: false,
      signIn: (token) => set({ token: token.access_token, person: token.user, expired: false }),
      signOut: (expired = false) => set({ token: null, person: null, expired }),
    }),
    { name: "patrol-session", storage: createJSONStorage(() => sessionStorage) },
  ),
);
