import type { CommandRequest } from "@aomori/command";
import { didYouMean } from "@aomori/command";
import { UserError, errorBody } from "@aomori/protocol";
import { homeLayout } from "@aomori/system";
import { join } from "node:path";
import type { RegistryKit } from "./registry-kit.ts";

type Listed = Awaited<ReturnType<RegistryKit["listEntries"]>>["entries"][number];

/** What every registry command begins with. */
export interface OpenedRegistry {
  readonly kit: RegistryKit;
  /** Entries pulled and submitted here. */
  readonly ownDirectory: string;
  readonly signingKeyFile: string;
  /** By name. */
  readonly entries: readonly Listed[];
  /** What is wrong with the files that are no entries, one text each. */
  readonly faults: readonly string[];
  /** Throws ENTRY_NOT_FOUND with the nearest name. */
  readonly find: (name: string) => Listed;
}

/** The entries that came with the program and those of this home; a broken file is told of on stderr. */
export async function openRegistry({ context, prose }: CommandRequest): Promise<OpenedRegistry> {
  const { loadRegistryKit } = await import("./registry-kit.ts");
  const kit = await loadRegistryKit();
  const home = join(homeLayout(context.env).home, "registry");
  const ownDirectory = join(home, "entries");
  const { shippedDirectory } = kit;
  const listing = await kit.listEntries({ shippedDirectory, ownDirectory });
  const { entries } = listing;
  const faults = listing.faults.map((fault) => errorBody(fault).message);
  for (const fault of faults) prose.warning(fault);
  const find = (name: string): Listed => {
    const found = entries.find(({ entry }) => entry.name === name);
    if (found !== undefined) return found;
    const names = entries.map(({ entry }) => entry.name);
    throw new UserError(
      "not_found",
      "ENTRY_NOT_FOUND",
      `the registry knows no tool "${name}".${didYouMean(name, names)} "aomori registry search" lists them`,
    );
  };
  const signingKeyFile = join(home, "signing-key.pem");
  return { kit, ownDirectory, signingKeyFile, entries, faults, find };
}
