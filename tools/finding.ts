/** What a gate of ours found wrong, and how many files it read to find it. */
export interface Finding {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly message: string;
}

export interface Findings {
  readonly findings: readonly Finding[];
  readonly fileCount: number;
}

/** Prints the findings and the count `check` reads; nothing read is as red as something found. */
export function report(gate: string, { findings, fileCount }: Findings): void {
  for (const { file, message } of findings) console.error(`${file}: ${message}`);
  if (fileCount === 0) console.error(`${gate}: no file was read, so nothing was checked`);
  console.log(`${gate}: ${fileCount} files, ${findings.length} findings`);
  if (fileCount === 0 || findings.length > 0) process.exitCode = 1;
}
