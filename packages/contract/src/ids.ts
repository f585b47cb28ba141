import * as z from "zod";

const crockford = "0123456789abcdefghjkmnpqrstvwxyz";

/** Lengths in characters: short ids carry 50 random bits, sortable ones 48 bits of time and 80 random bits. */
const shortLength = 10;
const timeLength = 10;
const sortableRandomLength = 16;

const part = (length: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-z]{${length}}$`));
const numberPart = z.string().regex(/^[0-9]{3,9}$/);

/** What a caller reads who sent something else; `list` is the command that shows the right ones. */
const notAnId =
  (kind: string, example: string, list?: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    `${JSON.stringify(input)} is not the id of ${kind}, which looks like ${example}${list === undefined ? "" : `; list them with "aomori ${list}"`}`;

export const OrgId = z.templateLiteral(["org_", z.string().regex(/^[0-9a-z]+$/)]);
export const KeyId = z.templateLiteral(["key_", part(shortLength)], {
  error: notAnId("a key", "key_7f3a9k2m1p", "key list"),
});
export const ProjectId = z.templateLiteral(["proj_", part(shortLength)], {
  error: notAnId("a project", "proj_7f3a9k2m1p", "project list"),
});
export const SpecId = z.templateLiteral(["spec_", part(shortLength)], {
  error: notAnId("a spec", "spec_7f3a9k2m1p", "spec list"),
});
export const AttemptId = z.templateLiteral(["att_", part(shortLength)]);
export const AgentId = z.templateLiteral(["agent_", part(shortLength)], {
  error: notAnId("an agent", "agent_7f3a9k2m1p", "agent list"),
});
export const SteeringId = z.templateLiteral(["steer_", part(shortLength)]);
export const WorkerId = z.templateLiteral(["worker_", part(shortLength)]);
export const EventId = z.templateLiteral(["evt_", part(timeLength + sortableRandomLength)]);
/** Numbered per organisation, at least three digits. */
export const TicketId = z.templateLiteral(["TKT-", numberPart], {
  error: notAnId("a ticket", "TKT-001", "ticket list"),
});
export const TaskId = z.templateLiteral(["TSK-", numberPart], {
  error: notAnId("a task", "TSK-042", "task list"),
});
export const DiscoveryId = z.templateLiteral(["DSC-", numberPart]);

export type OrgId = `org_${string}`;
export type KeyId = `key_${string}`;
export type ProjectId = `proj_${string}`;
export type SpecId = `spec_${string}`;
export type AttemptId = `att_${string}`;
export type AgentId = `agent_${string}`;
export type SteeringId = `steer_${string}`;
export type WorkerId = `worker_${string}`;
export type EventId = `evt_${string}`;
export type TicketId = `TKT-${string}`;
export type TaskId = `TSK-${string}`;
export type DiscoveryId = `DSC-${string}`;

/** Fills an array with random bytes, as `crypto.getRandomValues` does. */
export type RandomBytes = (length: number) => Uint8Array;

function randomPart(length: number, randomBytes: RandomBytes): string {
  let text = "";
  for (const byte of randomBytes(length)) text += crockford[byte % crockford.length];
  return text;
}

/** A new id: `prefix` and ten random characters. */
export function newId<Prefix extends string>(
  prefix: Prefix,
  randomBytes: RandomBytes,
): `${Prefix}_${string}` {
  return `${prefix}_${randomPart(shortLength, randomBytes)}`;
}

/** A new event id that sorts by its time (milliseconds since 1970). */
export function newEventId(atMs: number, randomBytes: RandomBytes): EventId {
  let time = "";
  for (let rest = atMs, index = 0; index < timeLength; index += 1) {
    time = `${crockford[rest % 32]}${time}`;
    rest = Math.floor(rest / 32);
  }
  return `evt_${time}${randomPart(sortableRandomLength, randomBytes)}`;
}

const padded = (value: number): string => String(value).padStart(3, "0");
export const taskId = (value: number): TaskId => `TSK-${padded(value)}`;
export const ticketId = (value: number): TicketId => `TKT-${padded(value)}`;
export const discoveryId = (value: number): DiscoveryId => `DSC-${padded(value)}`;
