import { CodedError, UserError, isCodedError } from "@aomori/protocol";

const ioCodes: readonly string[] = [
  "DISK_FULL",
  "PERMISSION_DENIED",
  "TOO_MANY_OPEN_FILES",
  "IO_FAILED",
];

/** What `ioError` makes of a failed system call. */
export function isIoError(error: unknown): error is CodedError {
  return isCodedError(error) && ioCodes.includes(error.code);
}

/** The errno name of a failed system call (`ENOENT`), or undefined for any other thrown value. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A failed system call as a typed error that says what was being done; what is no system error comes back as it was. */
export function ioError(error: unknown, doing: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof CodedError) return error;
  const text = error instanceof Error ? error.message : String(error);
  switch (errno) {
    case "ENOSPC":
    case "EDQUOT":
      return new UserError("io", "DISK_FULL", `${doing}: the disk is full; free some space`, {
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new UserError(
        "io",
        "PERMISSION_DENIED",
        `${doing}: not allowed (${errno}); check the owner and mode of the path`,
        { cause: error },
      );
    case "EMFILE":
    case "ENFILE":
      return new UserError(
        "io",
        "TOO_MANY_OPEN_FILES",
        `${doing}: too many open files (${errno}); raise the limit with "ulimit -n"`,
        { cause: error },
      );
    default:
      return new UserError("io", "IO_FAILED", `${doing}: ${text}`, { cause: error });
  }
}
