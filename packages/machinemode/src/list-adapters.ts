import type { Adapter } from "./adapter.ts";
import { codeAdapters } from "./code-adapters.ts";
import { adaptersInFiles } from "./declarative/adapter-files.ts";
import { adapterFilesIn } from "./declarative/adapter-folder.ts";
import type { AdapterFolders } from "./resolve-adapter.ts";

export interface ListedAdapter {
  readonly adapter: Adapter;
  /** `code`, or the file it comes from. */
  readonly origin: string;
}

export interface AdapterList {
  readonly adapters: readonly ListedAdapter[];
  /** What is wrong with files of the user. */
  readonly failures: readonly { readonly file: string; readonly error: unknown }[];
}

/** Every adapter there is, in the order they are looked for. A bad file of the user stands among the failures. */
export async function listAdapters(folders: AdapterFolders): Promise<AdapterList> {
  const adapters: ListedAdapter[] = [];
  const failures: { readonly file: string; readonly error: unknown }[] = [];
  const addFolder = (folder: string | undefined): void => {
    for (const file of adapterFilesIn(folder)) {
      try {
        adapters.push(...adaptersInFiles([file]).map((adapter) => ({ adapter, origin: file })));
      } catch (error) {
        failures.push({ file, error });
      }
    }
  };
  addFolder(folders.user);
  for (const load of Object.values(codeAdapters)) {
    adapters.push(...(await load()).map((adapter) => ({ adapter, origin: "code" })));
  }
  addFolder(folders.builtin);
  return { adapters, failures };
}
