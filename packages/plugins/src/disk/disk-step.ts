import { UserError } from "@aomori/protocol";
import { ioError, isIoError } from "@aomori/system";

/** The steps of an installation that write to the disk. One that fails is an error of this name, as the documented contract has it. */
export type DiskStep =
  | "PLUGIN_DIR_CREATE"
  | "BINARY_WRITE"
  | "CHMOD"
  | "VIEWER_ZIP_EXTRACT"
  | "MANIFEST_PERSIST";

/**
 * Runs a step. A failed system call in it is thrown under the step's name, with the more precise code as `reason` in the
 * details; a step inside this one has named its own failure, and what is no failure of the disk travels up as it is.
 */
export async function diskStep<Result>(
  step: DiskStep,
  doing: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const failure = ioError(error, doing);
    if (!isIoError(failure)) throw failure;
    const path = pathOf(failure.cause);
    // What came as a typed error says which path it was about, and not yet what was being done.
    const what = failure === error ? `${doing}: ${failure.message}` : failure.message;
    throw new UserError("io", step, `${what}; put that right, then install it again`, {
      cause: failure,
      details: { reason: failure.code, ...(path === undefined ? {} : { path }) },
    });
  }
}

/** Where the system call failed, if it says so. */
function pathOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("path" in cause)) return undefined;
  return typeof cause.path === "string" ? cause.path : undefined;
}
