import * as z from "zod";
import { checked, limitsOf, named, unparsedName } from "../json/fields.ts";
import { parseName } from "../names/name-rule.ts";
import { shown } from "../names/shown.ts";
import { assetNameRule, sha256Rule, versionRule } from "../names/release-names.ts";
import { ownNameProblem, pluginNameRule } from "../names/repository-names.ts";
import { routeMethods, runtimes } from "./manifest.ts";
import type { platformKeys } from "./platform.ts";
import {
  commandPattern,
  commandProblem,
  homepageProblem,
  hostPattern,
  hostProblem,
  routePathPattern,
  routePathProblem,
  secretPattern,
  secretProblem,
  textProblem,
} from "./text-rules.ts";

let built: ReturnType<typeof buildSchema> | undefined;

/** Of `aomori.plugin.json`, schema 1; what it does not know it leaves out. Built when it is first asked for. */
export function manifestSchema(): ReturnType<typeof buildSchema> {
  built ??= buildSchema();
  return built;
}

function buildSchema() {
  return z.object({
    schema: z.literal(1).describe("The number of this shape."),
    name: pluginName().exactOptional().describe("What the plugin calls itself."),
    version: named(versionRule).describe("Without the v of the release's tag."),
    description: line(500).describe("One line, for lists."),
    author: line(200).exactOptional(),
    homepage: checked(homepageProblem, { maxLength: 500, pattern: "^https?://" }).exactOptional(),
    license: line(100).exactOptional().describe("An SPDX expression, as a rule."),
    protocol: z.literal([1, 2]).default(1).describe("What its program speaks on standard output."),
    binaries: binaries().default({}),
    run: scriptEntry().exactOptional(),
    viewer_zip: named(assetNameRule).exactOptional(),
    viewer_routes: z.array(viewerRoute()).max(64).default([]),
    commands: list(
      checked(commandProblem, { maxLength: 100, pattern: commandPattern.source }),
    ).exactOptional(),
    secrets: list(checked(secretProblem, { maxLength: 64, pattern: secretPattern.source })).default(
      [],
    ),
    hosts: list(checked(hostProblem, { maxLength: 253, pattern: hostPattern.source })).default([]),
    sha256: hashes().default({}).describe("Of the release's assets, by file name."),
  });
}

/** The shape in words that other programs check by: JSON Schema, draft 2020-12. */
export function manifestJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(manifestSchema(), { target: "draft-2020-12", io: "input" });
  const isThere = [
    {
      type: "object",
      properties: { binaries: { type: "object", minProperties: 1 } },
      required: ["binaries"],
    },
    { type: "object", required: ["run"] },
    { type: "object", required: ["viewer_zip"] },
  ];
  return { ...schema, title: "aomori.plugin.json", anyOf: isThere };
}

function binaries() {
  const asset = named(assetNameRule).exactOptional();
  return z.object({
    linux_x86_64: asset,
    linux_aarch64: asset,
    windows_x86_64: asset,
    windows_aarch64: asset,
    macos_x86_64: asset,
    macos_aarch64: asset,
  } satisfies Record<(typeof platformKeys)[number], unknown>);
}

function scriptEntry() {
  return z.object({
    runtime: z.enum(runtimes).describe("What the script is run with."),
    file: named(assetNameRule).describe("The script, or an archive that holds it."),
  });
}

function viewerRoute() {
  return z.object({
    path: checked(routePathProblem, { maxLength: 256, pattern: routePathPattern.source }),
    method: z.enum(routeMethods),
    type: line(128),
  });
}

function hashes() {
  const name = unparsedName(assetNameRule);
  return z
    .record(name, named(sha256Rule))
    .refine((hashed) => Object.keys(hashed).length <= 64, "it has more than 64 entries");
}

function pluginName() {
  const problem = (text: string): string | undefined => {
    const why = ownNameProblem(text);
    return why === undefined ? undefined : `${shown(text)} is not a plugin's name: ${why}`;
  };
  return checked(problem, limitsOf(pluginNameRule)).transform((text) =>
    parseName(pluginNameRule, text),
  );
}

function line(maxLength: number) {
  return checked(textProblem, { maxLength });
}

function list<Item extends z.ZodType>(item: Item) {
  return z.array(item).max(64, "it has more than 64 items");
}
