import { randomBytes } from "@aomori/system";
import { expect, test } from "vitest";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("every piece has its length and is never given out or changed again", () => {
  const pieces = Array.from({ length: 2_000 }, (_, index) => randomBytes(8 + (index % 5)));
  const before = pieces.map(hex);
  expect(before.map((text) => text.length / 2)).toEqual(pieces.map((_, index) => 8 + (index % 5)));
  expect(new Set(before).size).toBe(pieces.length);
  expect(hex(randomBytes(10_000))).not.toMatch(/^(?:00){100}/);
  randomBytes(4_096);
  expect(pieces.map(hex)).toEqual(before);
});

test("every value of a byte occurs about as often as any other", () => {
  const counts = Array.from({ length: 256 }, () => 0);
  for (let taken = 0; taken < 40_000; taken += 10) {
    for (const byte of randomBytes(10)) counts[byte] = (counts[byte] ?? 0) + 1;
  }
  // 156 each on average, and twelve standard deviations of room.
  expect(Math.min(...counts)).toBeGreaterThan(10);
  expect(Math.max(...counts)).toBeLessThan(310);
});
