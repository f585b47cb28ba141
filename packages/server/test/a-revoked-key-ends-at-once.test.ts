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
