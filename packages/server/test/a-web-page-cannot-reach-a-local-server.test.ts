import { request } from "node:http";
import { expect, it } from "vitest";
import { key, startTestServer } from "./test-server.ts";

/** `fetch` does not let a caller choose Host and Origin. */
function statusFor(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}/api/specs`, { headers: { authorization: `Bearer ${key}`, ...headers } })
      .on("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .on("error", reject)
      .end();
  });
}

it("refuses a foreign Host or Origin even with a valid key", async () => {
  await using test = await startTestServer();
  const { host, port } = new URL(test.url);
  const cases: [Record<string, string>, number][] = [
    [{}, 200],
    [{ host: `localhost:${port}` }, 200],
    [{ host: `[::1]:${port}` }, 200],
    [{ host: "evil.example" }, 403],
    [{ host: `evil.example:${port}` }, 403],
    [{ host: "127.0.0.1.evil.example" }, 403],
    [{ origin: `http://${host}` }, 200],
    [{ origin: "http://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: `http://localhost:${port}` }, 403],
  ];
  for (const [headers, status] of cases) {
    expect([headers, await statusFor(test.url, headers)]).toEqual([headers, status]);
  }
});
