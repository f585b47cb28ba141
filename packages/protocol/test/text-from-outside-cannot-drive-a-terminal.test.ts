import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sanitizeForTerminal } from "@aomori/protocol";

describe("text from outside", () => {
  it.each([
    ["colour", "a\u001b[31mred\u001b[0m", "ared"],
    ["title", "a\u001b]0;owned\u0007b", "ab"],
    ["link", "\u001b]8;;http://evil\u001b\\click\u001b]8;;\u001b\\", "click"],
    ["C1 form", "a\u009b2Jb\u009d0;x\u009cc", "abc"],
    ["overwriting", "safe\rrm -rf\b\b", "saferm -rf"],
    ["reordering", "a\u202egnp.exe", "agnp.exe"],
    ["unterminated", "a\u001b]0;never ends", "a0;never ends"],
    ["lines", "a\r\n\tb\n", "a\n\tb\n"],
    ["lone surrogate", "a\ud800b", "a\ufffdb"],
    ["emoji", "👩‍👩‍👧 ok", "👩‍👩‍👧 ok"],
  ])("%s", (_name, text, shown) => expect(sanitizeForTerminal(text)).toBe(shown));

  it("fits a line and a length on request", () => {
    expect(sanitizeForTerminal("a\nb\tc", { singleLine: true })).toBe("a b c");
    expect(sanitizeForTerminal("abcdef", { maxLength: 4 })).toBe("abc…");
    expect(sanitizeForTerminal("ab😀def", { maxLength: 4 })).toBe("ab…");
  });

  it("holds no control character afterwards, and cleaning twice changes nothing", () => {
    const unit = fc.oneof(
      fc.constantFrom(
        "\u001b",
        "[",
        "]",
        "\u009b",
        "\u009d",
        "\u0007",
        "\\",
        "m",
        ";",
        "1",
        "\r",
        "\n",
      ),
      fc.string({ unit: "binary", maxLength: 2 }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), (units) => {
        const clean = sanitizeForTerminal(units.join(""));
        // oxlint-disable-next-line no-control-regex -- the very thing under test
        expect(clean).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(sanitizeForTerminal(clean)).toBe(clean);
      }),
    );
  });
});
