/** Which package may import which; the pictures in README.md and docs/architecture.md are drawn from it. */
export interface Floor {
  /** `beside` the house: for tests, the demo and benchmarks, never for a package above. */
  readonly floor: number | "beside";
  readonly mayImport: readonly string[];
  /** Packages reachable only by `await import()`, so that start-up never pays for them. */
  readonly mayLoadLate?: readonly string[];
  /** Published without any dependency that is not ours. */
  readonly isBare?: boolean;
}

export type FloorTable = Readonly<Record<string, Floor>>;

export const floors: FloorTable = {
  protocol: { floor: 0, mayImport: [], isBare: true },
  system: { floor: 1, mayImport: ["protocol"] },
  operation: { floor: 1, mayImport: ["protocol"], isBare: true },
  contract: { floor: 2, mayImport: ["protocol", "operation"] },
  command: { floor: 2, mayImport: ["protocol", "operation", "system"] },
  git: { floor: 2, mayImport: ["protocol", "system"] },
  store: { floor: 3, mayImport: ["protocol", "contract", "system"] },
  agents: { floor: 3, mayImport: ["protocol", "contract", "system"] },
  plugins: { floor: 3, mayImport: ["protocol", "contract", "system"] },
  sdk: { floor: 3, mayImport: ["protocol", "operation", "contract"] },
  "aoi-lint": { floor: 3, mayImport: ["protocol", "operation", "command", "system"] },
  machinemode: { floor: 3, mayImport: ["protocol", "operation", "command", "system"] },
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
    mayImport: ["protocol", "system", "operation", "contract", "command", "sdk", "plugins"],
    mayLoadLate: ["server", "runtime", "store", "testkit", "aoi-lint"],
  },
  testkit: { floor: "beside", mayImport: ["protocol", "system"] },
};
