/** A text socket that comes back by itself. */

export type SocketState = "connecting" | "open" | "lost";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8_000;

/** Doubling waits with up to a quarter of jitter, so that a restarted service is not met by every browser at once. */
export function retryDelayMs(attempt: number, random: number): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return delay * (0.875 + random / 4);
}

interface Handlers {
  onMessage: (data: unknown) => void;
  /** Called on every (re)connection, before its first message. */
  onOpen: () => void;
  onState: (state: SocketState) => void;
  /** Called when an attempt failed before it was open: perhaps the token is no longer accepted. */
  onRefused: () => void;
}

export class EventSocket {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private readonly url: string;
  private readonly handlers: Handlers;

  constructor(url: string, handlers: Handlers) {
    this.url = url;
    this.handlers = handlers;
  }

  start(): void {
    this.handlers.onState(this.attempt === 0 ? "connecting" : "lost");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.attempt = 0;
      this.handlers.onOpen();
      this.handlers.onState("open");
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "string") this.handlers.onMessage(JSON.parse(data));
    };
    socket.onclose = () => {
      this.handlers.onState("lost");
      if (!opened) this.handlers.onRefused();
      this.timer = setTimeout(
        () => {
          this.start();
        },
        retryDelayMs(this.attempt++, Math.random()),
      );
    };
  }

  stop(): void {
    clearTimeout(this.timer);
    if (!this.socket) return;
    this.socket.onclose = null;
    this.socket.onmessage = null;
    this.socket.close();
  }
}
