import { operations } from "@aomori/contract";
import type {
  ApiKeyResource,
  CreatedApiKeyResource,
  HealthResource,
  IdentityResource,
  KeyId,
  OperationInput,
  OperationOutput,
  ProjectId,
  ProjectResource,
} from "@aomori/contract";
import type { Answer, CallOptions, Calls, EffectOptions } from "../calls.ts";
import { atCursor, listing } from "../page.ts";
import type { Listing } from "../page.ts";

export class Projects {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  get(id: ProjectId, options?: CallOptions): Promise<ProjectResource> {
    return this.#calls.read(operations["projects.get"], { id }, options);
  }

  list(
    filters: OperationInput<"projects.list"> = {},
    options?: CallOptions,
  ): Listing<ProjectResource> {
    return listing((cursor) =>
      this.#calls.read(operations["projects.list"], { ...filters, ...atCursor(cursor) }, options),
    );
  }
}

export class Keys {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** The answer holds the secret, which is shown this once. */
  create<Options extends EffectOptions = CallOptions>(
    input: OperationInput<"keys.create">,
    options?: Options,
  ): Promise<Answer<CreatedApiKeyResource, Options>> {
    return this.#calls.effect(operations["keys.create"], input, options);
  }

  list(filters: OperationInput<"keys.list"> = {}, options?: CallOptions): Listing<ApiKeyResource> {
    return listing((cursor) =>
      this.#calls.read(operations["keys.list"], { ...filters, ...atCursor(cursor) }, options),
    );
  }

  revoke<Options extends EffectOptions = CallOptions>(
    id: KeyId,
    options?: Options,
  ): Promise<Answer<ApiKeyResource, Options>> {
    return this.#calls.effect(operations["keys.revoke"], { id }, options);
  }
}

export class Account {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Whose key this is and what it may do. */
  whoami(options?: CallOptions): Promise<IdentityResource> {
    return this.#calls.read(operations["account.whoami"], {}, options);
  }
}

export class SystemCalls {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Needs no key. */
  health(options?: CallOptions): Promise<HealthResource> {
    return this.#calls.read(operations["system.health"], {}, options);
  }

  /** Lets running requests finish, leaves work where a restart picks it up, and stops the server. */
  drain(options?: CallOptions): Promise<OperationOutput<"system.drain">> {
    return this.#calls.effect(operations["system.drain"], {}, options);
  }
}
