import { parseRef, resolveCommit } from "@aomori/plugins";
import { expect, test } from "vitest";
import { place, placeOf, sourceWorld } from "./source/loopback-source.ts";

test("HEAD, a branch with a slash, a tag and the beginning of a commit become its whole id", async () => {
  const { context, repository } = await sourceWorld();
  const old = repository.commit({ a: "1" }, "feature/x");
  repository.tag("v1", old);
  const head = repository.commit({ a: "2" });
  expect(await resolveCommit(context, place, parseRef("HEAD"))).toBe(head);
  expect(await resolveCommit(context, place, parseRef("feature/x"))).toBe(old);
  expect(await resolveCommit(context, place, parseRef("v1"))).toBe(old);
  expect(await resolveCommit(context, place, parseRef(head.slice(0, 9)))).toBe(head);
});

test("a whole commit id is taken as it is, and nobody is asked", async () => {
  const { context, github } = await sourceWorld();
  const commit = "a".repeat(40);
  expect(await resolveCommit(context, place, parseRef(commit))).toBe(commit);
  expect(github.requests).toEqual([]);
});

test("what is not there is said with its name and the next step", async () => {
  const { context, repository } = await sourceWorld();
  repository.commit({ a: "1" });
  await expect(resolveCommit(context, place, parseRef("nope"))).rejects.toMatchObject({
    code: "REF_NOT_FOUND",
    category: "not_found",
    message: expect.stringContaining('Octo/hello has no branch, tag or commit "nope"'),
  });
  const nowhere = placeOf("Octo", "nowhere");
  await expect(resolveCommit(context, nowhere, parseRef("HEAD"))).rejects.toMatchObject({
    code: "REPOSITORY_NOT_FOUND",
    category: "not_found",
  });
});

test("an answer that is no commit is not believed", async () => {
  const { context, github, repository } = await sourceWorld();
  repository.commit({ a: "1" });
  github.fault({ origin: "api", fault: { kind: "body", body: Buffer.from("<html>") } });
  await expect(resolveCommit(context, place, parseRef("HEAD"))).rejects.toMatchObject({
    code: "SOURCE_MALFORMED",
  });
});

test("a token that is not accepted, a rate limit and a missing API have errors of their own", async () => {
  const wrong = await sourceWorld({
    endpoints: ({ urls }) => ({ tokens: { [new URL(urls.api).host]: "unknown" } }),
  });
  await expect(resolveCommit(wrong.context, place, parseRef("HEAD"))).rejects.toMatchObject({
    code: "API_BAD_STATUS",
    category: "authn",
    details: { status: 401 },
  });

  const limited = await sourceWorld();
  const resetAtSeconds = Math.ceil(Date.now() / 1000) + 3000;
  limited.github.fault({
    origin: "api",
    fault: { kind: "rate_limit", status: 403, resetAtSeconds },
  });
  await expect(resolveCommit(limited.context, place, parseRef("HEAD"))).rejects.toMatchObject({
    code: "RATE_LIMITED",
    category: "rate_limited",
    retryable: true,
    retryAfterMs: expect.closeTo(3_000_000, -4),
  });
  expect(limited.github.requests.length).toBe(1);

  const mirror = await sourceWorld({ endpoints: () => ({ apiUrl: undefined }) });
  await expect(resolveCommit(mirror.context, place, parseRef("HEAD"))).rejects.toMatchObject({
    code: "API_NOT_CONFIGURED",
  });
});

test("a repository that was renamed or given away is not followed to its new owner", async () => {
  const { context, github } = await sourceWorld();
  const location = `${github.urls.api}/repositories/7/commits/HEAD`;
  github.fault({ origin: "api", fault: { kind: "redirect", status: 301, location } });
  await expect(resolveCommit(context, place, parseRef("HEAD"))).rejects.toMatchObject({
    code: "SOURCE_MOVED",
    category: "conflict",
    details: { location },
  });
  expect(github.requests.length).toBe(1);
});
