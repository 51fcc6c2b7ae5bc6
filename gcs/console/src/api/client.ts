/** The one place that talks HTTP: typed by the service's OpenAPI, adds the token, turns refusals into ApiError. */
import createClient, { type Client as Typed, type Middleware } from "openapi-fetch";
import type { paths } from "./schema";
import type { Token } from "./types";

const TIMEOUT_MS = 20_000;

export class ApiError extends Error {
  /** HTTP status; 0 when the service could not be reached. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

interface ValidationItem {
  loc?: (string | number)[];
  msg?: string;
}

/** FastAPI's `detail` in one line: a sentence, or each field with what is wrong with it. */
export function detailOf(body: unknown): string {
  const detail: unknown = body && typeof body === "object" && "detail" in body ? body.detail : null;
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) {
    return (detail as ValidationItem[])
      .map((item) => `${item.loc?.slice(1).join(".") ?? ""}: ${item.msg ?? ""}`)
      .join("; ");
  }
  return "";
}

export type Api = Typed<paths>;

function refusals(onSignedOut: () => void): Middleware {
  return {
    async onResponse({ response }) {
      if (response.ok) return;
      if (response.status === 401) onSignedOut();
      const body: unknown = await response.json().catch(() => null);
      throw new ApiError(response.status, detailOf(body));
    },
    onError: ({ error }) =>
      error instanceof ApiError
        ? error
        : new ApiError(0, error instanceof Error ? error.message : ""),
  };
}

export function makeApi(token: string | null, onSignedOut: () => void): Api {
  const api = createClient<paths>({
    baseUrl: window.location.origin,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    fetch: (request) => fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
  });
  api.use(refusals(onSignedOut));
  return api;
}

/** What a call answered; refusals were thrown before. */
export async function answer<T>(call: Promise<{ data?: T | undefined }>): Promise<T> {
  return (await call).data as T;
}

/** OAuth2's password form, which is not JSON. A wrong password is no lost session. */
export function signInWith(username: string, password: string): Promise<Token> {
  const api = makeApi(null, () => undefined);
  return answer(
    api.POST("/api/auth/login", {
      body: { username, password, scope: "" },
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    }),
  );
}

/** A signed-in connection to the service. */
export class Client {
  readonly api: Api;
  private readonly token: string;

  constructor(token: string, onSignedOut: () => void) {
    this.token = token;
    this.api = makeApi(token, onSignedOut);
  }

  /** For what cannot carry a header: pictures and sockets. */
  withToken(path: string): string {
    return `${path}?token=${encodeURIComponent(this.token)}`;
  }

  socketUrl(path: string): string {
    const url = new URL(this.withToken(path), window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }
}
