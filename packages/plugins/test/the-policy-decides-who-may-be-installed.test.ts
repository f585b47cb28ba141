import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  addPolicyRow,
  decide,
  notWhitelisted,
  parseCommit,
  parseCoordinates,
  parseVersion,
  readPolicy,
  removePolicyRow,
} from "@aomori/plugins";
import type { PolicyFile, PolicyRow, PolicySubject } from "@aomori/plugins";
import { temporaryDirectory } from "./temporary-directory.ts";
import { thrown } from "./thrown.ts";

const any = { owner: ".*", repository: ".*", commit_sha: ".*", version: ".*" };
const commit = parseCommit("0123456789abcdef0123456789abcdef01234567");

function subjectOf(coordinates: string, version = "1.0.0"): PolicySubject {
  return { ...parseCoordinates(coordinates), commit, version: parseVersion(version) };
}

async function fileWith(
  content: unknown,
  scope: PolicyFile["scope"] = "user",
): Promise<PolicyFile> {
  const path = join(await temporaryDirectory(), "policy.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return { scope, path };
}

async function isAllowed(row: Partial<PolicyRow>, subject: PolicySubject): Promise<boolean> {
  const file = await fileWith({ schema: 1, allow: [{ ...any, ...row }] });
  return decide(await readPolicy([file]), subject).allowed;
}

test("without a file the house's own account is allowed, in any case, and nobody else", async () => {
  const policy = await readPolicy([{ scope: "user", path: "/nowhere/policy.json" }]);
  expect(decide(policy, subjectOf("AOMORI/wavefront")).allowed).toBe(true);
  expect(decide(policy, subjectOf("aomori/wavefront@main")).allowed).toBe(true);
  expect(decide(policy, subjectOf("aomori-tools/wavefront")).allowed).toBe(false);
  expect(decide(policy, subjectOf("naomori/wavefront")).allowed).toBe(false);
});

test("a pattern is matched against the whole value, alternatives too", async () => {
  expect(await isAllowed({ owner: "alice|bob" }, subjectOf("bob/x"))).toBe(true);
  expect(await isAllowed({ owner: "alice|bob" }, subjectOf("bobby/x"))).toBe(false);
  expect(await isAllowed({ owner: "alice|bob" }, subjectOf("malice/x"))).toBe(false);
  expect(await isAllowed({ owner: "^alice$" }, subjectOf("alice/x"))).toBe(true);
});

test("case counts unless the pattern says that it does not", async () => {
  expect(await isAllowed({ owner: "alice" }, subjectOf("Alice/x"))).toBe(false);
  expect(await isAllowed({ owner: "(?i)alice" }, subjectOf("Alice/x"))).toBe(true);
  expect(await isAllowed({ owner: "(?i:al)ice" }, subjectOf("ALice/x"))).toBe(true);
  expect(await isAllowed({ owner: "(?i:al)ice" }, subjectOf("ALICE/x"))).toBe(false);
});

test("a commit_sha pattern may match what was asked for or what it is", async () => {
  expect(await isAllowed({ commit_sha: "HEAD" }, subjectOf("a/x"))).toBe(true);
  expect(await isAllowed({ commit_sha: "HEAD" }, subjectOf("a/x@main"))).toBe(false);
  expect(await isAllowed({ commit_sha: "[0-9a-f]{40}" }, subjectOf("a/x@main"))).toBe(true);
  const { commit: _, ...unresolved } = subjectOf("a/x@main");
  expect(await isAllowed({ commit_sha: "[0-9a-f]{40}" }, unresolved)).toBe(false);
  expect(await isAllowed({ version: String.raw`1\..*` }, subjectOf("a/x", "2.0"))).toBe(false);
});

test("one row that denies beats all that allow, wherever it stands", async () => {
  const allow = { schema: 1, allow: [any] };
  const deny = { schema: 1, deny: [{ ...any, repository: "bad", reason: "it was taken over" }] };
  const [allowing, denying] = [await fileWith(allow), await fileWith(deny, "project")];
  for (const files of [
    [allowing, denying],
    [denying, allowing],
  ]) {
    const decision = decide(await readPolicy(files), subjectOf("aomori/bad"));
    expect(decision.allowed).toBe(false);
    expect(decision.decidedBy?.place).toEqual({
      scope: "project",
      path: denying.path,
      list: "deny",
      index: 0,
    });
  }
  expect(decide(await readPolicy([denying, allowing]), subjectOf("b/good")).allowed).toBe(true);
});

test("every row says how it met the subject, and which one decided", async () => {
  const file = await fileWith({
    schema: 1,
    allow: [
      { ...any, owner: "bob", version: "2.*" },
      { ...any, owner: "alice" },
    ],
  });
  const decision = decide(await readPolicy([file]), subjectOf("alice/x"));
  expect(
    decision.outcomes.map(({ place, differs }) => [place.scope, place.index, differs]),
  ).toEqual([
    ["builtin", 0, ["owner"]],
    ["user", 0, ["owner", "version"]],
    ["user", 1, []],
  ]);
  expect(decision.decidedBy).toMatchObject({ row: { owner: "alice" }, place: { index: 1 } });
});

test("a refusal names the tuple, the row and the way out", async () => {
  const nobody = notWhitelisted(decide(await readPolicy([]), subjectOf("alice/x@main")));
  expect(nobody.code).toBe("PLUGIN_NOT_WHITELISTED");
  expect(nobody.category).toBe("authz");
  expect(nobody.message).toContain(`commit ${commit} (asked for as main), version 1.0.0`);
  expect(nobody.message).toContain("--allow-untrusted");
  const file = await fileWith({ schema: 1, deny: [{ ...any, reason: "it was\u001b taken over" }] });
  const denied = notWhitelisted(decide(await readPolicy([file]), subjectOf("alice/x")));
  expect(denied.message).toContain(`deny[0] of ${file.path} denies it`);
  expect(denied.message).toContain(String.raw`it was\u001b taken over`);
  expect(denied.message).not.toContain("--allow-untrusted");
});

test.each([
  ["a look-ahead", { owner: "(?=a).*" }, "owner"],
  ["a back reference", { version: String.raw`(a)\1` }, "version"],
  ["an open group", { commit_sha: "(a" }, "commit_sha"],
  ["a repetition of repetitions", { repository: "(a{1000}){1000}" }, "repository"],
  ["a program too large", { repository: "(((a?b?c?d?e?){10}){10}){10}" }, "repository"],
])("%s anywhere is found when the policy is read", async (_title, spoilt, field) => {
  const good = await fileWith({ schema: 1, allow: [any] });
  const bad = await fileWith({ schema: 1, allow: [any], deny: [any, { ...any, ...spoilt }] });
  const error = await thrown(() => readPolicy([good, bad]));
  expect(error.code).toBe("POLICY_INVALID");
  expect(error.category).toBe("config");
  expect(error.message).toContain(`${bad.path} is not valid: deny[1].${field}: `);
  expect(error.details).toMatchObject({ path: bad.path, list: "deny", index: 1, field });
});

test.each([
  ["{", /not JSON/],
  ['{"schema":1,"allow":[],"allow":[]}', /it says allow twice/],
  [{ schema: 2 }, /schema: /],
  [{ schema: 1, alow: [] }, /alow: there is no such field\. Did you mean "allow"\?/],
  [{ schema: 1, deny: [{ ...any, comit_sha: "x" }] }, /deny\[0\]\.comit_sha: .*"commit_sha"/],
  [{ schema: 1, deny: [{ owner: "x" }] }, /deny\[0\]\.repository: it is missing/],
  [{ schema: 1, allow: [{ ...any, owner: "a".repeat(513) }] }, /512 characters/],
  [{ schema: 1, allow: Array.from({ length: 1001 }, () => any) }, /1000 rows/],
])("a policy that could be misread is refused: %j", async (content, says) => {
  const file = await fileWith(content);
  const error = await thrown(() => readPolicy([file]));
  expect(error.code).toBe("POLICY_INVALID");
  expect(error.message).toMatch(says);
});

test("a pattern that would make a backtracking matcher think for ever is answered", async () => {
  const long = { ...subjectOf("alice/x"), version: parseVersion("a".repeat(63)) };
  expect(await isAllowed({ version: "(a|aa|a*)*(a|aa)*b" }, long)).toBe(false);
});

test("rows are added and removed, and the others stay as they are", async () => {
  const kept = { ...any, owner: "kept", reason: "ours" };
  const file = await fileWith({ schema: 1, allow: [kept], deny: [kept] });
  const row = { ...any, owner: "alice", reason: "looked at" };
  expect(await addPolicyRow(file, "allow", row)).toEqual({
    place: { ...file, list: "allow", index: 1 },
    added: true,
  });
  expect(await addPolicyRow(file, "allow", { ...row, reason: "again" })).toMatchObject({
    added: false,
  });
  const content: unknown = JSON.parse(await readFile(file.path, "utf8"));
  expect(content).toEqual({ schema: 1, allow: [kept, row], deny: [kept] });
  expect(decide(await readPolicy([file]), subjectOf("alice/x")).allowed).toBe(true);
  expect(await removePolicyRow(file, "allow", 0)).toEqual(kept);
  expect(JSON.parse(await readFile(file.path, "utf8"))).toEqual({
    schema: 1,
    allow: [row],
    deny: [kept],
  });
  const error = await thrown(() => removePolicyRow(file, "allow", 1));
  expect(error.code).toBe("POLICY_ROW_NOT_FOUND");
});

test("the first row makes the file, and a bad one makes none", async () => {
  const directory = join(await temporaryDirectory(), "new");
  const file = { scope: "project", path: join(directory, "policy.json") } as const;
  const error = await thrown(() => addPolicyRow(file, "deny", { ...any, owner: "(" }));
  expect(error.code).toBe("POLICY_INVALID");
  expect(await readdir(directory)).toEqual([]);
  await addPolicyRow(file, "deny", any);
  expect(await readdir(directory)).toEqual(["policy.json"]);
  expect(decide(await readPolicy([file]), subjectOf("aomori/x")).allowed).toBe(false);
});

test("of many that add at once, each row that was added is there", async () => {
  const file = await fileWith({ schema: 1 });
  const owners = Array.from({ length: 12 }, (_, index) => `owner${index}`);
  const results = await Promise.allSettled(
    owners.map((owner) => addPolicyRow(file, "allow", { ...any, owner })),
  );
  const added = owners.filter((_, index) => results[index]?.status === "fulfilled");
  const content: { readonly allow: readonly PolicyRow[] } = JSON.parse(
    await readFile(file.path, "utf8"),
  );
  expect(content.allow.map((row) => row.owner).toSorted()).toEqual(added.toSorted());
  expect(added.length).toBeGreaterThan(0);
});
