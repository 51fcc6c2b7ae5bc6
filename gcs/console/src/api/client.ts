/** The one place that talks HTTP: adds the token, turns refusals into ApiError. */

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

type Body = Record<string, unknown> | URLSearchParams;

export class Client {
  readonly token: string;
  private readonly onSignedOut: () => void;

  constructor(token: string, onSignedOut: () => void) {
    this.token = token;
    this.onSignedOut = onSignedOut;
  }

  get = <T>(path: string): Promise<T> => this.send<T>("GET", path);
  post = <T>(path: string, body?: Body): Promise<T> => this.send<T>("POST", path, body);

  /** For what cannot carry a header: pictures and sockets. */
  withToken(path: string): string {
    const joint = path.includes("?") ? "&" : "?";
    return `${path}${joint}token=${encodeURIComponent(this.token)}`;
  }

  socketUrl(path: string): string {
    const url = new URL(this.withToken(path), window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }

  private async send<T>(method: string, path: string, body?: Body): Promise<T> {
    try {
      return await request<T>(method, path, this.token, body);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.onSignedOut();
      throw error;
    }
  }
}

export async function request<T>(
  method: string,
  path: string,
  token: string | null,
  body?: Body,
): Promise<T> {
  const headers = new Headers();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  const form = body instanceof URLSearchParams;
  if (body && !form) headers.set("Content-Type", "application/json");
  const init: RequestInit = { method, headers, signal: AbortSignal.timeout(20_000) };
  if (body) init.body = form ? body : JSON.stringify(body);

  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    throw new ApiError(0, error instanceof Error ? error.message : "");
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, detailOf(answer));
  return answer as T;
}
