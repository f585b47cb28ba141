import { CodedError, UserError, isCodedError } from "@aomori/protocol";

interface KnownFailure {
  readonly code: string;
  readonly errnos: readonly string[];
  readonly why: (errno: string) => string;
}

const knownFailures: readonly KnownFailure[] = [
  {
    code: "DISK_FULL",
    errnos: ["ENOSPC", "EDQUOT"],
    why: () => "the disk is full; free some space",
  },
  {
    code: "PERMISSION_DENIED",
    errnos: ["EACCES", "EPERM", "EROFS"],
    why: (errno) => `not allowed (${errno}); check the owner and mode of the path`,
  },
  {
    code: "TOO_MANY_OPEN_FILES",
    errnos: ["EMFILE", "ENFILE"],
    why: (errno) => `too many open files (${errno}); raise the limit with "ulimit -n"`,
  },
];
const otherCode = "IO_FAILED";
const ioCodes: readonly string[] = [...knownFailures.map(({ code }) => code), otherCode];

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
  const known = knownFailures.find(({ errnos }) => errnos.includes(errno));
  const why = known?.why(errno) ?? (error instanceof Error ? error.message : String(error));
  return new UserError("io", known?.code ?? otherCode, `${doing}: ${why}`, { cause: error });
}
