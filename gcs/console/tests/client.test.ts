import { afterEach, expect, test, vi } from "vitest";
import { answer, ApiError, Client, signInWith } from "../src/api/client";

/** The service, answering one thing; gives back what it was asked. */
function service(status: number, body: unknown): { asked: () => Request } {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    requests.push(request);
    return Promise.resolve(Response.json(body, { status }));
  });
  return {
    asked: () => {
      const [request] = requests;
      if (!request) throw new Error("nothing was asked");
      return request;
    },
  };
}

afterEach(() => vi.unstubAllGlobals());

test("signing in sends a form", async () => {
  const { asked } = service(200, { access_token: "t" });
  await signInWith("wang", "a b&c");
  expect(asked().headers.get("Content-Type")).toBe("application/x-www-form-urlencoded");
  const form = new URLSearchParams(await asked().text());
  expect([form.get("username"), form.get("password")]).toEqual(["wang", "a b&c"]);
});

test("a call carries the token and its answer", async () => {
  const { asked } = service(200, []);
  const client = new Client("secret", () => undefined);
  expect(await answer(client.api.GET("/api/drones"))).toEqual([]);
  expect(asked().headers.get("Authorization")).toBe("Bearer secret");
});

test("a refusal is thrown with its words", async () => {
  service(409, { detail: "incident 3 was already dismissed" });
  const client = new Client("secret", () => undefined);
  const params = { path: { incident_id: 3 } };
  const call = answer(client.api.POST("/api/incidents/{incident_id}/acknowledge", { params }));
  await expect(call).rejects.toEqual(new ApiError(409, "incident 3 was already dismissed"));
});

test("a token no longer accepted ends the session", async () => {
  service(401, { detail: "expired" });
  const ended = vi.fn();
  await expect(answer(new Client("old", ended).api.GET("/api/auth/me"))).rejects.toThrow("expired");
  expect(ended).toHaveBeenCalledOnce();
});

test("an unreachable service is told apart from a refusing one", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
  await expect(signInWith("a", "b")).rejects.toMatchObject({ status: 0 });
});
