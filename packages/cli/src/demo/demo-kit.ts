/** What the demo needs of a scenario. */
export interface DemoScenario {
  readonly name: string;
  readonly spec?: { readonly title: string; readonly description: string } | undefined;
  readonly steering: readonly DemoSteering[];
  readonly models?: readonly string[] | undefined;
  readonly keys?: readonly string[] | undefined;
}

export interface DemoSteering {
  readonly task_title: string;
  readonly action: string;
  readonly instruction: string;
}

export interface DemoKit {
  readonly scenario: DemoScenario;
  /** Makes the sample repository in a directory; gives its path. */
  createSample(directory: string, signal: AbortSignal): Promise<string>;
  /** Starts the server that answers from the scenario, in this process. */
  startModel(): Promise<AsyncDisposable & { readonly url: string }>;
}

/** The only door to the sample, the scenario and the model server. Without a file, the scenario is the sample's. */
export async function loadDemoKit(
  scenarioFile: string | undefined,
  signal: AbortSignal,
): Promise<DemoKit> {
  const { createSampleRepository, demoScenarioUrl, loadScenario, startModelServer } =
    await import("@aomori/testkit");
  const scenario = await loadScenario(scenarioFile ?? demoScenarioUrl, { signal });
  return {
    scenario,
    createSample: async (directory) => (await createSampleRepository(directory, { signal })).path,
    startModel: () => startModelServer({ scenario }),
  };
}
