import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import {
  downloadAsset,
  fetchManifest,
  parseAssetName,
  parseRef,
  parseVersion,
  releaseOf,
  resolveCommit,
} from "@aomori/plugins";
import type { LoopbackGitHub } from "@aomori/testkit";
import { expect, onTestFinished, test } from "vitest";
import { place, sourceWorld } from "./source/loopback-source.ts";
import type { SourceWorld } from "./source/loopback-source.ts";

const token = "ghp_canary";
const version = parseVersion("1.0.0");

function hostsOf({ urls }: LoopbackGitHub, ...origins: ("api" | "raw" | "releases" | "assets")[]) {
  return { tokens: Object.fromEntries(origins.map((one) => [new URL(urls[one]).host, token])) };
}

async function install(world: SourceWorld): Promise<void> {
  world.repository.commit({ "aomori.plugin.json": "{}" });
  world.repository.release({ tag: "v1.0.0", assets: { "hello.bin": Buffer.from("binary") } });
  const commit = await resolveCommit(world.context, place, parseRef("HEAD"));
  await fetchManifest(world.context, place, commit);
  const release = await releaseOf(world.context, place, version, commit);
  await downloadAsset(world.context, {
    ...place,
    tag: "v1.0.0",
    asset: parseAssetName("hello.bin"),
    role: "binary",
    file: world.path("hello.bin"),
    release,
  });
  expect(await readFile(world.path("hello.bin"), "utf8")).toBe("binary");
}

/** The origins that ever saw the token, in whatever header or path. */
function sawToken({ github }: SourceWorld): readonly string[] {
  const told = github.requests.filter((request) => JSON.stringify(request).includes(token));
  return [...new Set(told.map(({ origin }) => origin))].sort();
}

test("a token goes to its own host only, though a redirect leads on", async () => {
  const options = { github: { tokens: [token] } };
  const api = await sourceWorld({ ...options, endpoints: (github) => hostsOf(github, "api") });
  await install(api);
  expect(sawToken(api)).toEqual(["api"]);
  expect(api.github.requests.some(({ origin }) => origin === "assets")).toBe(true);
  const releases = await sourceWorld({
    ...options,
    endpoints: (github) => hostsOf(github, "releases"),
  });
  await install(releases);
  expect(sawToken(releases)).toEqual(["releases"]);
});

test("not even a host that has a token of its own gets one by a redirect", async () => {
  const world = await sourceWorld({
    github: { tokens: [token] },
    endpoints: (github) => hostsOf(github, "api", "releases", "assets"),
  });
  await install(world);
  expect(sawToken(world)).toEqual(["api", "releases"]);
});

test("a redirect of the API to a stranger carries no token", async () => {
  const stranger = await sourceWorld();
  const world = await sourceWorld({
    github: { tokens: [token] },
    endpoints: (github) => hostsOf(github, "api"),
  });
  const location = `${stranger.github.urls.api}/repos/Octo/hello/commits/HEAD`;
  world.github.fault({ origin: "api", fault: { kind: "redirect", location } });
  const sha = stranger.repository.commit({ a: "1" });
  expect(await resolveCommit(world.context, place, parseRef("HEAD"))).toBe(sha);
  expect(stranger.github.requests.length).toBe(1);
  expect(stranger.github.requests[0]?.headers.authorization).toBeUndefined();
  expect(world.github.requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
});

test("a private repository is installed by the API, and is missing without its token", async () => {
  const world = await sourceWorld({
    tokens: [token],
    endpoints: (github) => hostsOf(github, "api", "raw"),
  });
  await install(world);
  expect(sawToken(world)).toEqual(["api", "raw"]);
  const stranger = await sourceWorld({ tokens: [token] });
  await expect(install(stranger)).rejects.toMatchObject({ code: "REPOSITORY_NOT_FOUND" });
});

test("everything goes through the configured proxy", async () => {
  const asked: string[] = [];
  const proxy = createServer((_request, response) => response.writeHead(405).end());
  proxy.on("connect", (request, client, head) => {
    asked.push(`${request.url} ${request.headers["proxy-authorization"]}`);
    const target = new URL(`http://${request.url}`);
    const server = connect(Number(target.port), target.hostname, () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      server.write(head);
      server.pipe(client).pipe(server);
    });
    client.on("error", () => server.destroy());
    server.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => void proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const world = await sourceWorld({
    endpoints: () => ({ proxyUrl: `http://user:secret@127.0.0.1:${port}` }),
  });
  await install(world);
  const credentials = `Basic ${Buffer.from("user:secret").toString("base64")}`;
  const hosts = (["api", "raw", "releases", "assets"] as const).map(
    (origin) => `${new URL(world.github.urls[origin]).host} ${credentials}`,
  );
  expect(new Set(asked)).toEqual(new Set(hosts));
  expect(world.github.requests.some(({ headers }) => "proxy-authorization" in headers)).toBe(false);
});

test.each([
  ["no url", "is no URL"],
  ["socks5://user:secret@127.0.0.1:9", "begins with socks5:"],
])("a proxy that is none is refused, without its password: %s", async (proxyUrl, problem) => {
  const making = sourceWorld({ endpoints: () => ({ proxyUrl }) });
  await expect(making).rejects.toMatchObject({ code: "PLUGIN_ENDPOINT_INVALID" });
  await expect(making).rejects.toThrow(problem);
  await expect(making).rejects.not.toThrow("secret");
});

test("a proxy that is not there is an error with the host that was wanted", async () => {
  const world = await sourceWorld({ endpoints: () => ({ proxyUrl: "http://127.0.0.1:9" }) });
  await expect(resolveCommit(world.context, place, parseRef("HEAD"))).rejects.toMatchObject({
    code: "SOURCE_UNREACHABLE",
    message: expect.stringContaining("proxy"),
  });
});
