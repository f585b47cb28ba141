/** The floor table of docs/architecture.md: which package may import which. Read by check-floors. */
export interface Floor {
  readonly floor: number;
  readonly mayImport: readonly string[];
  /** Packages reachable only by `await import()`, so that start-up never pays for them. */
  readonly mayLoadLate?: readonly string[];
}

export const floors: Readonly<Record<string, Floor>> = {
  protocol: { floor: 0, mayImport: [] },
  system: { floor: 1, mayImport: ["protocol"] },
  operation: { floor: 1, mayImport: ["protocol"] },
  contract: { floor: 2, mayImport: ["protocol", "operation"] },
  command: { floor: 2, mayImport: ["protocol", "operation", "system"] },
  git: { floor: 2, mayImport: ["protocol", "system"] },
  store: { floor: 3, mayImport: ["protocol", "contract", "system"] },
  agents: { floor: 3, mayImport: ["protocol", "contract", "system"] },
  sdk: { floor: 3, mayImport: ["protocol", "operation", "contract"] },
  engine: { floor: 4, mayImport: ["protocol", "contract", "system", "store", "git"] },
  runtime: {
    floor: 5,
    mayImport: ["protocol", "contract", "system", "git", "store", "agents", "engine"],
  },
  server: {
    floor: 6,
    mayImport: [
      "protocol",
      "operation",
      "contract",
      "system",
      "git",
      "store",
      "agents",
      "engine",
      "runtime",
    ],
  },
  cli: {
    floor: 7,
    mayImport: ["protocol", "system", "operation", "contract", "command", "sdk"],
    mayLoadLate: ["server", "runtime", "testkit"],
  },
  testkit: { floor: 1, mayImport: ["protocol", "system"] },
};
