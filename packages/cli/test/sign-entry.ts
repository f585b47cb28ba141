import { makeEntry, openSigningKey } from "@aomori/aoi-lint";
import type { RegistryEntry } from "@aomori/aoi-lint";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A tool with one answer. What the linter says of it is not the business of who uses this. */
const script = `#!/bin/sh
echo '{"tool":"sun-table","tool_version":"1.0.0","schemas":[{"name":"org.example.sun","versions":["1.0.0"]}],"commands":[{"name":"rise","summary":"Tell when the sun rises"}]}'
`;

/** The entry of a tool that lies in `home`, signed with that home's key. */
export async function signEntry(home: string, summary: string): Promise<RegistryEntry> {
  const tool = join(home, "sun-table");
  mkdirSync(home, { recursive: true });
  writeFileSync(tool, script, { mode: 0o755 });
  return await makeEntry(
    [tool, "rise"],
    {
      name: "sun-table",
      summary,
      homepage: "https://sun.example.org/",
      licence: "MIT",
      get: [{ kind: "source", text: "make install" }],
    },
    {
      profile: "strict",
      lint: async () => ({
        linterVersion: "0.1.0",
        conforms: true,
        verdicts: { "STR-001": "passed", "SIG-002": "not_verified" },
        failures: [],
      }),
      privateKey: () => openSigningKey(join(home, "registry", "signing-key.pem")),
      now: new Date(),
      cwd: "/",
      env: { PATH: process.env["PATH"] },
      signal: new AbortController().signal,
    },
  );
}
