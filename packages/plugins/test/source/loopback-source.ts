import { join } from "node:path";
import { SourceClient, defaultTransferLimits, parseOwner, parseRepository } from "@aomori/plugins";
import type {
  Endpoints,
  RepositoryPlace,
  SourceContext,
  SourceProgress,
  TransferLimits,
} from "@aomori/plugins";
import { startGitHub } from "@aomori/testkit";
import type { GitHubOptions, HostedRepository, LoopbackGitHub } from "@aomori/testkit";
import { onTestFinished } from "vitest";
import { temporaryDirectory } from "../temporary-directory.ts";

/** Short enough for a test to see each of them run out. */
export const quickLimits: TransferLimits = {
  ...defaultTransferLimits,
  connectTimeoutMs: 2000,
  headersTimeoutMs: 1000,
  idleTimeoutMs: 400,
  totalTimeoutMs: 20_000,
  maxAttempts: 4,
  retryDelayMs: 5,
  maxRetryDelayMs: 20,
  maxRetryAfterMs: 2000,
  releaseWaitMs: 400,
  releasePollMs: 20,
};

export const place: RepositoryPlace = placeOf("Octo", "hello");

export function placeOf(owner: string, repository: string): RepositoryPlace {
  return { owner: parseOwner(owner), repository: parseRepository(repository) };
}

export interface SourceWorld {
  readonly github: LoopbackGitHub;
  readonly repository: HostedRepository;
  readonly endpoints: Endpoints;
  readonly progress: SourceProgress[];
  readonly staging: string;
  readonly context: SourceContext;
  /** A path in the staging directory. */
  readonly path: (name: string) => string;
}

export interface WorldOptions {
  readonly tokens?: readonly string[];
  readonly github?: GitHubOptions;
  readonly limits?: Partial<TransferLimits>;
  readonly endpoints?: (github: LoopbackGitHub) => Partial<Endpoints>;
  readonly signal?: AbortSignal;
}

/** A GitHub with one repository, `Octo/hello`, and a client of it. */
export async function sourceWorld(options: WorldOptions = {}): Promise<SourceWorld> {
  const github = await startGitHub(options.github);
  onTestFinished(() => github.close());
  const repository = github.repository({
    owner: "Octo",
    name: "hello",
    ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
  });
  const endpoints: Endpoints = {
    rawUrl: github.urls.raw,
    releasesUrl: github.urls.releases,
    apiUrl: github.urls.api,
    tokens: {},
    ...options.endpoints?.(github),
  };
  const client = new SourceClient(endpoints, { ...quickLimits, ...options.limits });
  onTestFinished(() => client.close());
  const progress: SourceProgress[] = [];
  const onProgress = (told: SourceProgress) => void progress.push(told);
  const staging = await temporaryDirectory();
  return {
    github,
    repository,
    endpoints,
    progress,
    staging,
    context: { client, onProgress, signal: options.signal },
    path: (name) => join(staging, name),
  };
}
