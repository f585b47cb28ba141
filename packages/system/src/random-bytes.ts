import { randomFillSync } from "node:crypto";

const poolLength = 4096;
let pool = new Uint8Array(0);
let used = 0;

/**
 * Random bytes fit for keys, each given out once. Ids take ten at a time, and asking the system for a few costs as much
 * as asking for thousands.
 */
export function randomBytes(length: number): Uint8Array {
  if (length > poolLength) return randomFillSync(new Uint8Array(length));
  if (used + length > pool.length) {
    pool = randomFillSync(new Uint8Array(poolLength));
    used = 0;
  }
  used += length;
  return pool.subarray(used - length, used);
}
