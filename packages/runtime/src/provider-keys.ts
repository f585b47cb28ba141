import { providerNames } from "@aomori/contract";
import type { ProviderKeysResource, SpecId } from "@aomori/contract";
import type { KeyRing } from "@aomori/engine";
import { readCredentials } from "@aomori/system";

/**
 * Keys by spec: those that travelled with a request about it, over those of the credentials file. The former are
 * kept in memory only, so after a restart a spec without a stored key fails with PROVIDER_KEY_MISSING until it is retried.
 */
export class ProviderKeyRing implements KeyRing {
  readonly #credentialsFile: string;
  readonly #travelled = new Map<SpecId, ProviderKeysResource>();
  #stored: ProviderKeysResource = {};

  constructor(credentialsFile: string) {
    this.#credentialsFile = credentialsFile;
  }

  /** Reads the credentials file again; called before a spec is created or set going. */
  async refresh(): Promise<void> {
    const credentials = await readCredentials(this.#credentialsFile);
    this.#stored = Object.fromEntries(
      providerNames.flatMap((name) => {
        const key = credentials[name];
        return key === undefined ? [] : [[name, key]];
      }),
    );
  }

  with(keys: ProviderKeysResource | undefined): ProviderKeysResource {
    return { ...this.#stored, ...keys };
  }

  keysFor(specId: SpecId): ProviderKeysResource {
    return this.with(this.#travelled.get(specId));
  }

  remember(specId: SpecId, keys: ProviderKeysResource): void {
    this.#travelled.set(specId, { ...this.#travelled.get(specId), ...keys });
  }

  forget(specId: SpecId): void {
    this.#travelled.delete(specId);
  }
}
