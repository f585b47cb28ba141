import { describe, expect, it } from "vitest";
import type { ExternalCommands, UnknownWords } from "@aomori/command";
import { program } from "./fixtures/program.ts";
import { inProcess } from "./run-shelf.ts";

/** Knows `gadget`, at the top and behind the noun `item`, and remembers what it was asked to run. */
class Gadgets implements ExternalCommands {
  readonly asked: UnknownWords[] = [];

  readonly run: ExternalCommands["run"] = async (words) => {
    this.asked.push(words);
    return words.words[0] === "gadget" ? 7 : undefined;
  };

  readonly names: ExternalCommands["names"] = async () => ["gadget"];
}

async function ask(...argv: string[]) {
  const external = new Gadgets();
  const ran = await inProcess({ ...program, external }, argv);
  return { ...ran, asked: external.asked };
}

describe("words that name no command of the program", () => {
  it("are run by whoever knows them, as they stand, and its status is the program's", async () => {
    const { status, asked } = await ask("--json", "gadget", "--json", "-x", "--", "a b");
    expect(status).toBe(7);
    expect(asked).toEqual([
      {
        kind: "unknown",
        path: "",
        words: ["gadget", "--json", "-x", "--", "a b"],
        flags: ["--json"],
      },
    ]);
  });

  it("are told with the noun they stand behind", async () => {
    const { status, asked } = await ask("item", "gadget");
    expect([status, asked[0]?.path]).toEqual([7, "item"]);
  });

  it("are an unknown command when nobody knows them, and near names of others are guessed too", async () => {
    const { status, stdout } = await ask("gadgte", "--format", "jsonl");
    expect(status).toBe(64);
    expect(stdout).toContain("UNKNOWN_COMMAND");
    expect(stdout).toContain('Did you mean \\"gadget\\"');
  });

  it("are never asked for where the program has the command, or only help is wanted", async () => {
    expect((await ask("item", "list")).asked).toEqual([]);
    const { status, asked } = await ask("help", "gadget");
    expect([status, asked]).toEqual([64, []]);
  });
});
