import { newId } from "@aomori/contract";
import type { IdentityResource } from "@aomori/contract";
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { RememberedIdentities } from "../src/remembered-identities.ts";

const identity: IdentityResource = {
  orgId: "org_local",
  keyId: newId("key", randomBytes),
  name: "ci",
  scopes: ["specs:read"],
};

test("requests at the same time share one question, and one after a change asks again", async () => {
  const answers: ((identity: IdentityResource | undefined) => void)[] = [];
  const identities = new RememberedIdentities(
    () => new Promise((resolve) => answers.push(resolve)),
    () => 1_000,
  );
  const before = [identities.authenticate("one"), identities.authenticate("one")];
  const other = identities.authenticate("two");
  expect(answers).toHaveLength(2);
  identities.forget();
  const after = identities.authenticate("one");
  expect(answers).toHaveLength(3);
  answers[2]?.(undefined);
  answers[1]?.(identity);
  answers[0]?.(identity);
  expect(await Promise.all([...before, other])).toEqual([identity, identity, identity]);
  expect(await after).toBeUndefined();
  const next = identities.authenticate("one");
  expect(answers, "an answer from before the change is not remembered").toHaveLength(4);
  answers[3]?.(undefined);
  expect(await next).toBeUndefined();
});

test("a key is asked for once a second, and again as soon as keys have changed", async () => {
  let nowMs = 1_000;
  let asked = 0;
  let valid = true;
  const identities = new RememberedIdentities(
    () => {
      asked += 1;
      return Promise.resolve(valid ? identity : undefined);
    },
    () => nowMs,
  );
  expect(await identities.authenticate("one")).toEqual(identity);
  expect(await identities.authenticate("one")).toEqual(identity);
  expect(asked).toBe(1);
  nowMs += 1_000;
  await identities.authenticate("one");
  expect(asked).toBe(2);

  valid = false;
  expect(await identities.authenticate("one")).toEqual(identity);
  identities.forget();
  expect(await identities.authenticate("one")).toBeUndefined();
  expect(await identities.authenticate("one")).toBeUndefined();
  expect(asked).toBe(4);
});
