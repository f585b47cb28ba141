import { DriverName, PlanningPhase, SpecSettingsChanges, fromWire } from "@aomori/contract";
import type { DriverId, SpecSettingsChangesResource } from "@aomori/contract";
import type { Limits } from "@aomori/engine";
import { UserError } from "@aomori/protocol";
import { configValue, isRecord, readConfig } from "@aomori/system";
import { join } from "node:path";
import * as z from "zod";

/** A project's part of the config. */
const ProjectSettings = SpecSettingsChanges.extend({
  agent: DriverName.optional(),
  model: z.string().min(1).optional(),
  base_url: z.url().optional(),
  gates: z.array(PlanningPhase).optional(),
});

/**
 * A repository's `.aomori.toml`. It comes from whoever wrote the repository, so it cannot name the server that the
 * user's provider key is sent to.
 */
const RepositorySettings = ProjectSettings.omit({ base_url: true });

const LimitSettings = z.object({
  global: z.int().min(1).max(1_000).default(10),
  per_project: z.int().min(1).max(1_000).default(5),
  drivers: z.partialRecord(DriverName, z.int().min(1).max(1_000)).default({}),
  confine_commands: z.boolean().default(true),
});

export interface ResolvedSettings {
  readonly agent: DriverId | undefined;
  readonly model: string | undefined;
  readonly baseUrl: string | undefined;
  readonly gates: readonly PlanningPhase[] | undefined;
  readonly settings: SpecSettingsChangesResource;
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    "config",
    "CONFIG_INVALID",
    `${[where, ...(issue?.path ?? [])].join(": ")}: ${issue?.message ?? "invalid"}; mend it and try again`,
  );
}

/** What the config says about all projects, about this one, and what the repository says itself; the later ones win. */
export async function projectSettings(
  configFile: string,
  project: { readonly name: string; readonly directory: string | undefined },
): Promise<ResolvedSettings> {
  const config = await readConfig(configFile);
  const own =
    project.directory === undefined
      ? {}
      : await readConfig(join(project.directory, ".aomori.toml"));
  const general = Object.fromEntries(
    ["agent", "model", "base_url"].flatMap((key) => (key in config ? [[key, config[key]]] : [])),
  );
  const named = configValue(config, ["projects", project.name]);
  const {
    agent,
    model,
    base_url: baseUrl,
    gates,
    ...settings
  } = {
    ...parse(ProjectSettings, general, configFile),
    ...parse(
      ProjectSettings,
      isRecord(named) ? named : {},
      `${configFile} [projects.${project.name}]`,
    ),
    ...parse(RepositorySettings, own, ".aomori.toml"),
  };
  return { agent, model, baseUrl, gates, settings: fromWire(SpecSettingsChanges, settings) };
}

export async function readLimits(
  configFile: string,
): Promise<Limits & { readonly confinesCommands: boolean }> {
  const config = await readConfig(configFile);
  const {
    global,
    per_project: perProject,
    drivers,
    confine_commands: confinesCommands,
  } = parse(LimitSettings, config["limits"] ?? {}, `${configFile} [limits]`);
  return { global, perProject, perDriver: drivers, confinesCommands };
}
