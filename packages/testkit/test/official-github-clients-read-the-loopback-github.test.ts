import { createHash } from "node:crypto";
import { startGitHub } from "@aomori/testkit";
import type { GitHubFault, LoopbackGitHub } from "@aomori/testkit";
import { request } from "@octokit/request";
import { expect, onTestFinished, test } from "vitest";

const token = "ghp_loopback";

async function loopback(
  tokens?: readonly string[],
): Promise<{ github: LoopbackGitHub; sha: string }> {
  const github = await startGitHub();
  onTestFinished(() => github.close());
  const repository = github.repository({
    owner: "Octo",
    name: "hello",
    ...(tokens === undefined ? {} : { tokens }),
  });
  repository.commit({ "README.md": "old" });
  const sha = repository.commit({ "README.md": "new", "a/b.txt": "deep" });
  repository.release({ tag: "v1.0.0", assets: { "hello.bin": Buffer.from("0123456789") } });
  return { github, sha };
}

function client({ urls }: LoopbackGitHub, authorization?: string): typeof request {
  const headers = authorization === undefined ? {} : { authorization };
  return request.defaults({ baseUrl: urls.api, headers });
}

const place = { owner: "octo", repo: "HELLO" };

test("octokit resolves a branch, a tag and HEAD to a commit, as text and as an object", async () => {
  const { github, sha } = await loopback();
  const octokit = client(github);
  for (const ref of ["HEAD", "main", "heads/main", "v1.0.0", "tags/v1.0.0", sha, sha.slice(0, 8)]) {
    const commit = { ...place, ref };
    const text = await octokit("GET /repos/{owner}/{repo}/commits/{ref}", {
      ...commit,
      mediaType: { format: "sha" },
    });
    expect(text.data).toBe(sha);
    const object = await octokit("GET /repos/{owner}/{repo}/commits/{ref}", commit);
    expect(object.data.sha).toBe(sha);
  }
});

test("octokit is refused as GitHub refuses", async () => {
  const { github } = await loopback();
  const octokit = client(github);
  const noCommit = octokit("GET /repos/{owner}/{repo}/commits/{ref}", { ...place, ref: "nope" });
  await expect(noCommit).rejects.toMatchObject({
    status: 422,
    response: { data: { message: "No commit found for SHA: nope" } },
  });
  const noRepository = octokit("GET /repos/{owner}/{repo}", { owner: "octo", repo: "nope" });
  await expect(noRepository).rejects.toMatchObject({ status: 404 });
  github.fault({ origin: "api", fault: { kind: "rate_limit", status: 429, retryAfterSeconds: 7 } });
  await expect(octokit("GET /repos/{owner}/{repo}", place)).rejects.toMatchObject({
    status: 429,
    response: { headers: { "retry-after": "7", "x-ratelimit-remaining": "0" } },
  });
});

test("octokit reads a release and downloads its asset through the redirect to the store", async () => {
  const { github } = await loopback();
  const octokit = client(github);
  const latest = await octokit("GET /repos/{owner}/{repo}/releases/latest", place);
  const release = await octokit("GET /repos/{owner}/{repo}/releases/tags/{tag}", {
    ...place,
    tag: "v1.0.0",
  });
  expect(latest.data).toEqual(release.data);
  const [asset] = release.data.assets;
  expect(asset).toMatchObject({ name: "hello.bin", size: 10, state: "uploaded" });
  const bytes = await octokit("GET /repos/{owner}/{repo}/releases/assets/{asset_id}", {
    ...place,
    asset_id: asset!.id,
    headers: { accept: "application/octet-stream" },
  });
  expect(Buffer.from(bytes.data as unknown as ArrayBuffer).toString()).toBe("0123456789");
  const page = await fetch(asset!.browser_download_url, { redirect: "manual" });
  expect(page.status).toBe(302);
  expect(new URL(page.headers.get("location")!).origin).toBe(github.urls.assets);
});

test("a private repository is missing without its token, and its assets come by the API only", async () => {
  const { github, sha } = await loopback([token]);
  await expect(client(github)("GET /repos/{owner}/{repo}", place)).rejects.toMatchObject({
    status: 404,
  });
  const stranger = client(github, "token unknown");
  await expect(stranger("GET /repos/{owner}/{repo}", place)).rejects.toMatchObject({ status: 401 });
  const octokit = client(github, `token ${token}`);
  const release = await octokit("GET /repos/{owner}/{repo}/releases/latest", place);
  const [asset] = release.data.assets;
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(asset!.browser_download_url, { headers })).status).toBe(404);
  const bytes = await octokit("GET /repos/{owner}/{repo}/releases/assets/{asset_id}", {
    ...place,
    asset_id: asset!.id,
    headers: { accept: "application/octet-stream" },
  });
  expect(Buffer.from(bytes.data as unknown as ArrayBuffer).toString()).toBe("0123456789");
  const raw = `${github.urls.raw}/octo/hello/${sha}/a/b.txt`;
  expect((await fetch(raw)).status).toBe(404);
  expect(await (await fetch(raw, { headers })).text()).toBe("deep");
  const direct = await fetch(asset!.url, {
    headers: { ...headers, accept: "application/octet-stream" },
    redirect: "manual",
  });
  const store = direct.headers.get("location")!;
  expect((await fetch(store, { headers })).status).toBe(400);
  expect((await fetch(store.replace(/sig=\w+/, "sig=no"))).status).toBe(403);
});

async function assetOf(github: LoopbackGitHub, headers = {}): Promise<Response> {
  return await fetch(`${github.urls.releases}/octo/hello/releases/download/v1.0.0/hello.bin`, {
    headers,
  });
}

test("ranges are served while the content is the one that was begun", async () => {
  const { github } = await loopback();
  const etag = (await assetOf(github)).headers.get("etag")!;
  const rest = await assetOf(github, { range: "bytes=4-", "if-range": etag });
  expect(rest.status).toBe(206);
  expect(rest.headers.get("content-range")).toBe("bytes 4-9/10");
  expect(await rest.text()).toBe("456789");
  const other = await assetOf(github, { range: "bytes=4-", "if-range": '"other"' });
  expect([other.status, await other.text()]).toEqual([200, "0123456789"]);
  expect((await assetOf(github, { range: "bytes=10-" })).status).toBe(416);
});

const broken: readonly (readonly [string, GitHubFault])[] = [
  ["dropped before an answer", { kind: "drop", afterBytes: -1 }],
  ["dropped in the middle", { kind: "drop", afterBytes: 4 }],
  ["truncated", { kind: "truncate", afterBytes: 4 }],
  ["of a wrong length", { kind: "length", sizeBytes: 20 }],
  ["redirected for ever", { kind: "redirect_loop" }],
];

test.each(broken)("an answer %s fails once, for fetch too", async (_what, fault) => {
  const { github } = await loopback();
  const origin = fault.kind === "redirect_loop" ? "releases" : "assets";
  github.fault({ origin, fault, ...(origin === "assets" ? { times: 1 } : {}) });
  const signal = AbortSignal.timeout(2000);
  const url = `${github.urls.releases}/octo/hello/releases/download/v1.0.0/hello.bin`;
  await expect(fetch(url, { signal }).then((answer) => answer.text())).rejects.toThrow();
  if (origin === "assets") expect(await (await assetOf(github)).text()).toBe("0123456789");
});

test("what is late appears after so many requests, and what changes changes between two", async () => {
  const { github } = await loopback();
  const repository = github.repository({ owner: "octo", name: "late" });
  repository.commit({ a: "b" });
  repository.release({ tag: "v2" });
  const contents = [Buffer.from("one"), Buffer.from("two")] as const;
  repository.asset({ tag: "v2", name: "x", contents, late: { afterRequests: 2 } });
  const url = `${github.urls.releases}/octo/late/releases/download/v2/x`;
  const seen: string[] = [];
  for (let index = 0; index < 5; index += 1) seen.push(await (await fetch(url)).text());
  expect(seen).toEqual(["Not Found", "Not Found", "one", "two", "two"]);
});

test("a shortened answer looks whole, a gzipped one is unpacked, a huge one is made as it goes", async () => {
  const { github } = await loopback();
  github.fault({ origin: "assets", times: 1, fault: { kind: "shorten", afterBytes: 4 } });
  expect(await (await assetOf(github)).text()).toBe("0123");
  github.fault({ origin: "assets", times: 1, fault: { kind: "gzip" } });
  expect(await (await assetOf(github)).text()).toBe("0123456789");
  const repository = github.repository({ owner: "octo", name: "hello" });
  repository.commit({});
  const sizeBytes = 64 * 1024 * 1024;
  repository.release({ tag: "v1.0.0", assets: { "hello.bin": { sizeBytes, byte: 65 } } });
  const hash = createHash("sha256");
  for await (const chunk of (await assetOf(github)).body!) hash.update(chunk);
  expect(hash.digest("hex")).toBe(
    createHash("sha256").update(Buffer.alloc(sizeBytes, 65)).digest("hex"),
  );
});

test("requests are kept with their headers, in order", async () => {
  const { github } = await loopback();
  await assetOf(github, { "x-mark": "1" });
  const seen = github.requests.map(({ origin, headers }) => [origin, headers["x-mark"]]);
  expect(seen).toEqual([
    ["releases", "1"],
    ["assets", "1"],
  ]);
});
