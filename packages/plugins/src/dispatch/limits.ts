/** What a run may take; every one can be set for a run. */
export interface DispatchLimits {
  /** Of a line as it leaves; a longer one is cut and said to be. */
  readonly maxLineBytes: number;
  /** Commands asked for by a plugin and by the plugins it runs, together. */
  readonly commands: number;
  readonly concurrentCommands: number;
  /** Commands that wait; the plugin is not read while there are as many. */
  readonly queuedCommands: number;
  /** Plugins inside plugins. */
  readonly depth: number;
  /** From TERM to KILL. */
  readonly killGraceMs: number;
  /** How long a plugin of protocol 2 may take to say hello, or to stop after it was told to. */
  readonly helloMs: number;
  readonly cancelMs: number;
  /** How long something that outlives the plugin may go on writing to its standard output. */
  readonly heldOpenMs: number;
  /** Of the lines kept of a run. */
  readonly recordBytes: number;
  /** Runs kept of all plugins. */
  readonly recordedRuns: number;
}

export const defaultLimits: DispatchLimits = {
  // A reader of an AOI stream takes 8 MiB a line, what we put around a value included.
  maxLineBytes: 8 * 1024 * 1024 - 1024,
  commands: 256,
  concurrentCommands: 4,
  queuedCommands: 64,
  depth: 4,
  killGraceMs: 2000,
  helloMs: 10_000,
  cancelMs: 500,
  heldOpenMs: 5000,
  recordBytes: 4 * 1024 * 1024,
  recordedRuns: 200,
};
