import { errnoOf } from "@aomori/system";
import type { CodedError, ErrorCategory } from "@aomori/protocol";
import type { ByteString } from "../byte-text.ts";
import { shownText } from "../byte-text.ts";
import type { ErrorItem } from "../record.ts";
import { toolError } from "../running/classify.ts";

const kinds: Readonly<Record<string, readonly [ErrorCategory, string, string]>> = {
  ENOENT: ["not_found", "NOT_FOUND", "there is no such file or directory"],
  ENOTDIR: ["validation", "NOT_A_DIRECTORY", "a part of the path is no directory"],
  EISDIR: ["validation", "IS_A_DIRECTORY", "it is a directory"],
  EACCES: ["authz", "PERMISSION_DENIED", "permission denied"],
  EPERM: ["authz", "PERMISSION_DENIED", "operation not permitted"],
  EEXIST: ["conflict", "ALREADY_EXISTS", "it exists already"],
  ENOTEMPTY: ["conflict", "NOT_EMPTY", "the directory is not empty"],
  ELOOP: ["validation", "LINK_LOOP", "too many symbolic links"],
  ENAMETOOLONG: ["validation", "NAME_TOO_LONG", "the name is too long"],
  ENOSPC: ["io", "DISK_FULL", "the disk is full"],
  EROFS: ["io", "READ_ONLY", "the file system is read-only"],
  EMFILE: ["io", "TOO_MANY_OPEN_FILES", "too many open files"],
  EBUSY: ["conflict", "BUSY", "it is in use"],
  EXDEV: ["validation", "OTHER_FILE_SYSTEM", "it lies on another file system"],
};

/** A failed system call on a path, in AOI's words. What is no system error is thrown on. */
function pathError(error: unknown, doing: string, path: ByteString): CodedError {
  const errno = errnoOf(error);
  if (errno === undefined) throw error;
  const text = shownText(path);
  const [category, code, why] = kinds[errno] ?? ["io", "IO_FAILED", errno];
  return toolError({ category, code }, `cannot ${doing} ${text}: ${why}`, { path: text, errno });
}

export function pathErrorItem(error: unknown, doing: string, path: ByteString): ErrorItem {
  return { type: "aoi:error", error: pathError(error, doing, path) };
}
