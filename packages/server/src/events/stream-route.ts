import type { FastifyReply, FastifyRequest } from "fastify";
import type { OrgId, ParsedInput } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import type { EventFilter } from "../ports.ts";
import type { EventHub } from "./event-hub.ts";
import { EventReader } from "./event-reader.ts";

export interface StreamRouteOptions {
  readonly hub: EventHub;
  readonly bufferLimitBytes: number;
}

function filterOf(input: ParsedInput<"events.stream">): EventFilter {
  const types = input.types
    ?.split(",")
    .map((type) => type.trim())
    .filter((type) => type !== "");
  return {
    ...(input.specId === undefined ? {} : { specId: input.specId }),
    ...(input.taskId === undefined ? {} : { taskId: input.taskId }),
    ...(input.agentId === undefined ? {} : { agentId: input.agentId }),
    ...(types === undefined || types.length === 0 ? {} : { types }),
  };
}

function lastEventId(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const text = String(header);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UserError(
    "validation",
    "VALIDATION_FAILED",
    `Last-Event-ID ${JSON.stringify(text.slice(0, 50))} is not a seq this server gave; send the id of the last event`,
  );
}

/** Answers with the stream; everything that can be refused is refused before the first byte. */
export async function serveStream(
  input: ParsedInput<"events.stream">,
  orgId: OrgId,
  request: FastifyRequest,
  reply: FastifyReply,
  { hub, bufferLimitBytes }: StreamRouteOptions,
): Promise<void> {
  const after = lastEventId(request.headers["last-event-id"]) ?? input.after;
  const filter = filterOf(input);
  const start = (cursor: number): EventReader => {
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value);
    }
    raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    const reader = new EventReader(raw, { orgId, filter, cursor, bufferLimitBytes });
    reader.open();
    return reader;
  };
  if (input.follow === false) await hub.replay(orgId, after ?? 0, start);
  else await hub.follow(orgId, after, start);
}
