import { setTimeout as delay } from "node:timers/promises";
import { UserError, isCodedError } from "@aomori/protocol";
import { acquireLock, malformedFile, readJsonFile, writeFileAtomic } from "@aomori/system";
import type { LockFile } from "@aomori/system";
import * as z from "zod";
import type { RepositoryPlace } from "../source/source-url.ts";
import type { Signer } from "./trust-level.ts";
import { lastingSubject } from "./workflow-identity.ts";

const bookSchema = z.object({
  schema: z.literal(1),
  /** By `owner/repository` in lower case. */
  signers: z.record(
    z.string(),
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("minisign"), key_id: z.string(), public_key: z.string() }),
      z.object({ kind: z.literal("sigstore"), subject: z.string(), issuer: z.string() }),
    ]),
  ),
});

type Book = z.infer<typeof bookSchema>;

const lockWaitMs = 10_000;
const lockPollMs = 25;

function keyOf({ owner, repository }: RepositoryPlace): string {
  return `${owner}/${repository}`.toLowerCase();
}

async function readBook(file: string): Promise<Book> {
  const json = await readJsonFile(file);
  if (json === undefined) return { schema: 1, signers: {} };
  const book = bookSchema.safeParse(json);
  if (book.success) return book.data;
  throw malformedFile(file, z.prettifyError(book.error), book.error);
}

/** The signer that was seen first, undefined when none ever was. */
export async function knownSigner(
  file: string,
  place: RepositoryPlace,
): Promise<Signer | undefined> {
  return (await readBook(file)).signers[keyOf(place)];
}

/** One signer by another run: the same key, or the same workflow, whatever branch or tag it ran on. */
function isSameSigner(a: Signer, b: Signer | undefined): boolean {
  if (a.kind === "minisign") return b?.kind === "minisign" && a.public_key === b.public_key;
  return (
    b?.kind === "sigstore" &&
    a.issuer === b.issuer &&
    lastingSubject(a.subject) === lastingSubject(b.subject)
  );
}

export function describeSigner(signer: Signer | undefined): string {
  if (signer === undefined) return "nobody";
  return signer.kind === "minisign"
    ? `the minisign key ${signer.key_id} (${signer.public_key})`
    : `${signer.subject} (${signer.issuer})`;
}

/**
 * Throws SIGNER_CHANGED when a repository that was signed by one is now signed by another, or by nobody. A first signer passes; it is
 * remembered by `rememberSigner`, once what it signed is installed.
 */
export async function checkSigner(
  file: string,
  place: RepositoryPlace,
  found: Signer | undefined,
  acceptCommand: string,
): Promise<void> {
  const known = await knownSigner(file, place);
  if (known === undefined || isSameSigner(known, found)) return;
  throw new UserError(
    "authz",
    "SIGNER_CHANGED",
    `${place.owner}/${place.repository} was signed by ${describeSigner(known)} and is now signed by ${describeSigner(found)}; if its author says that this is right, accept it with "${acceptCommand}"`,
    { details: { known, found: found ?? null, accept_command: acceptCommand } },
  );
}

/** Writes down who signs for a repository from now on, over whoever did before. */
export async function rememberSigner(
  file: string,
  place: RepositoryPlace,
  signer: Signer,
  signal?: AbortSignal,
): Promise<void> {
  await using _lock = await waitForLock(`${file}.lock`, signal);
  const book = await readBook(file);
  const signers = { ...book.signers, [keyOf(place)]: signer };
  await writeFileAtomic(file, `${JSON.stringify({ ...book, signers }, undefined, 2)}\n`, {
    mode: 0o600,
  });
}

/** The book is held for a moment only, so whoever finds it held waits. */
async function waitForLock(path: string, signal: AbortSignal | undefined): Promise<LockFile> {
  const untilMs = performance.now() + lockWaitMs;
  for (;;) {
    try {
      return await acquireLock(path);
    } catch (error) {
      const isHeld = isCodedError(error) && error.code === "LOCK_HELD";
      if (!isHeld || performance.now() > untilMs) throw error;
    }
    await delay(lockPollMs, undefined, signal === undefined ? {} : { signal });
  }
}
