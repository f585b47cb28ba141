import { Client } from "@aomori/sdk";
import type { AomoriEvent, SpecResource } from "@aomori/contract";
import { startServer } from "@aomori/server";
import { homeLayout, readCredentials } from "@aomori/system";
import { startModelServer } from "@aomori/testkit";
import type { ModelServer, Scenario } from "@aomori/testkit";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as z from "zod";

/** A whole installation in a folder of its own: model server, local server, client. */
export interface Workshop extends AsyncDisposable {
  readonly directory: string;
  readonly client: Client;
  readonly models: ModelServer;
  /** What the server logged as errors; a test may assert that it is empty. */
  readonly errors: readonly string[];
}

export async function openWorkshop(scenario: z.output<typeof Scenario>): Promise<Workshop> {
  const directory = await mkdtemp(join(tmpdir(), "aomori-"));
  const layout = homeLayout({ AOMORI_HOME: join(directory, "home") });
  const errors: string[] = [];
  const models = await startModelServer({ scenario });
  const server = await startServer({
    layout,
    port: 0,
    version: "0.1.0",
    log: ({ level, message, error }) => {
      if (level !== "error") return;
      errors.push(error instanceof Error ? `${message}: ${error.message}` : message);
    },
  });
  const { local: apiKey = "" } = await readCredentials(layout.credentialsFile);
  return {
    directory,
    models,
    errors,
    client: new Client({ baseUrl: server.url, apiKey }),
    async [Symbol.asyncDispose]() {
      await server.drain();
      await models.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Follows a spec to its end; throws what it failed with. */
export async function followSpec(
  client: Client,
  spec: SpecResource,
): Promise<{ spec: SpecResource; events: AomoriEvent[] }> {
  const events: AomoriEvent[] = [];
  for await (const event of client.events.stream({ specId: spec.id, after: 0 })) {
    events.push(event);
    if (event.type === "spec.completed") break;
    if (event.type === "spec.failed") throw new Error(`${spec.id} failed: ${event.summary}`);
  }
  return { spec: await client.specs.get(spec.id), events };
}
