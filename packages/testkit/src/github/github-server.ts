import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import { FaultRules } from "./fault.ts";
import type { FaultRule, GitHubOrigin } from "./fault.ts";
import { HostedRepository } from "./hosted-repository.ts";
import { answerRequest } from "./routes.ts";
import type { GitHubState } from "./github-state.ts";
import { faultAnswer, sendAnswer } from "./send-answer.ts";

const origins = ["raw", "releases", "api", "assets"] as const;

/** One request as it came, with its headers, so that a test can tell which token went where. */
export interface GitHubRequest {
  readonly origin: GitHubOrigin;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface RepositoryInput {
  readonly owner: string;
  readonly name: string;
  /** Tokens that may see it; absent for a public one. */
  readonly tokens?: readonly string[];
}

export interface GitHubOptions {
  /** Valid tokens beside those that repositories name; the API refuses any other. */
  readonly tokens?: readonly string[];
}

export interface LoopbackGitHub {
  /** `http://127.0.0.1:PORT` of each origin. */
  readonly urls: Readonly<Record<GitHubOrigin, string>>;
  /** Oldest first. */
  readonly requests: readonly GitHubRequest[];
  repository(input: RepositoryInput): HostedRepository;
  /** Lets something go wrong from now on; the oldest rule that fits a request strikes. */
  fault(rule: FaultRule): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Running {
  readonly state: GitHubState;
  readonly faults: FaultRules;
  readonly requests: GitHubRequest[];
}

/**
 * GitHub's raw files, releases, REST API and store of assets on four loopback ports. Answers have the shapes of GitHub's documentation:
 * assets are reached by a redirect to the store, private repositories are missing without a token, and their assets come by the API only.
 */
export async function startGitHub(options: GitHubOptions = {}): Promise<LoopbackGitHub> {
  const repositories = new Map<string, HostedRepository>();
  const urls = { raw: "", releases: "", api: "", assets: "" };
  const state: GitHubState = {
    urls,
    find: (owner, name) => repositories.get(keyOf(owner, name)),
    knowsToken: (token) =>
      options.tokens?.includes(token) === true ||
      repositories.values().some(({ tokens }) => tokens?.has(token) === true),
    assetById: (id) => {
      for (const repository of repositories.values()) {
        const asset = repository.assetById(id);
        if (asset !== undefined) return asset;
      }
      return undefined;
    },
  };
  const running: Running = { state, faults: new FaultRules(), requests: [] };
  const servers: Server[] = [];
  for (const origin of origins) {
    const server = createServer((request, response) => {
      handle(origin, running, request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined);
      });
    });
    urls[origin] = await listening(server);
    servers.push(server);
  }
  const close = async () => {
    await Promise.all(servers.map(closed));
  };
  return {
    urls,
    requests: running.requests,
    repository: ({ owner, name, tokens }) => {
      const repository = new HostedRepository(owner, name, tokens);
      repositories.set(keyOf(owner, name), repository);
      return repository;
    },
    fault: (rule) => running.faults.add(rule),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Accounts and repositories have one name in any case. */
function keyOf(owner: string, name: string): string {
  return `${owner}/${name}`.toLowerCase();
}

async function handle(
  origin: GitHubOrigin,
  { state, faults, requests }: Running,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? "/";
  const url = new URL(target, state.urls[origin]);
  requests.push({
    origin,
    method: request.method ?? "GET",
    path: target,
    headers: { ...request.headers },
  });
  const fault = faults.take(origin, url.pathname);
  const answer =
    faultAnswer(fault, request) ??
    answerRequest(origin, state, {
      segments: url.pathname.slice(1).split("/").map(decodeURIComponent),
      query: url.searchParams,
      accept: request.headers.accept ?? "",
      authorization: request.headers.authorization,
    });
  await sendAnswer(answer, fault, request, response);
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address !== "object" || address === null) {
        reject(new Error("a loopback server has no port"));
        return;
      }
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
