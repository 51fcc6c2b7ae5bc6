import { Notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { Client } from "./api/client";
import { LiveProvider } from "./live/LiveProvider";
import { Login } from "./session/Login";
import { SessionContext } from "./session/session";
import { useSession } from "./session/store";
import { Console } from "./shell/Console";

export function App() {
  const { token, person, signOut } = useSession();
  const cache = useQueryClient();

  const session = useMemo(
    () => (token && person ? { client: new Client(token, () => signOut(true)), person } : null),
    [token, person, signOut],
  );
  useEffect(() => {
    if (!session) cache.clear();
  }, [session, cache]);

  if (!session) return <Login />;
  return (
    <SessionContext value={session}>
      <Notifications position="bottom-left" limit={4} containerWidth={252} />
      <LiveProvider>
        <Console />
      </LiveProvider>
    </SessionContext>
  );
}
