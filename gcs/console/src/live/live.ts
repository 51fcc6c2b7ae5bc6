import { createContext, useContext } from "react";
import type { SocketState } from "./socket";
import { SceneHub } from "./scenes";

export interface Live {
  state: SocketState;
  /** When the service was last heard, in milliseconds of this computer's clock; null before the first message. */
  lastHeardMs: () => number | null;
  scenes: SceneHub;
}

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("used outside LiveProvider");
  return live;
}
