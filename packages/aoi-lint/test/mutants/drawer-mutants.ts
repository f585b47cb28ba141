import type { Row } from "./mutant.ts";

const planned = 'return emit("aoi:plan", action="put", path=path)';
const written = "    write(path, text)\n";
const confirmed = "    if not args.yes:\n";
const known = "if record is not None and os.path.exists(record):";
const differs = 'if known["asked"] != asked:';

/** Python: confirmation, plans, idempotency keys and secrets of a tool that changes things. */
export const drawerRows: readonly Row[] = [
  ["no-wait", "ERR-004", "does not say when to try again", ", retry_after_ms=1000)", ")"],
  [
    "wait-as-text",
    "ERR-004",
    "says in words when to try again",
    "retry_after_ms=1000",
    'retry_after_ms="soon"',
  ],
  [
    "put-in-dry-run",
    "SAFE-001",
    "puts things in a dry run",
    planned,
    planned.replace("return ", ""),
  ],
  [
    "destroys-at-once",
    "SAFE-002",
    "destroys without being told --yes",
    confirmed,
    "    if False:\n",
  ],
  [
    "moves-before-it-asks",
    "SAFE-002",
    "moves a thing away before it refuses to destroy it",
    confirmed,
    `    os.rename(path, f"{path}.bak")\n${confirmed}`,
  ],
  [
    "refusal-is-internal",
    "SAFE-002",
    "calls a missing --yes an internal error",
    'raise Fault("usage", "CONFIRMATION_NEEDED"',
    'raise Fault("internal", "CONFIRMATION_NEEDED"',
  ],
  [
    "plans-another-file",
    "SAFE-003",
    "plans one file and writes another",
    planned,
    planned.replace("path=path", 'path=f"{path}.txt"'),
  ],
  [
    "writes-unplanned",
    "SAFE-003",
    "writes a copy that was not planned",
    written,
    `${written}    write(f"{path}.bak", text)\n`,
  ],
  ["forgets-key", "IDEM-001", "forgets an idempotency key", known, "if False:"],
  [
    "replay-unsaid",
    "IDEM-001",
    "does not say that it only repeats itself",
    ", replayed=True)",
    ")",
  ],
  ["replay-refused", "IDEM-001", "refuses the same request with the same key", differs, "if True:"],
  [
    "replays-anything",
    "IDEM-002",
    "answers another request with the first result",
    differs,
    "if False:",
  ],
  [
    "reuse-is-validation",
    "IDEM-002",
    "calls a reused key a validation error",
    'Fault("conflict", "KEY_REUSED"',
    'Fault("validation", "KEY_REUSED"',
  ],
  [
    "reuse-overwrites",
    "IDEM-002",
    "carries another request out under the same key",
    known,
    known.replace("record is not None", "False"),
  ],
  [
    "argument-unwarned",
    "RED-003",
    "takes a password from its arguments without a word",
    "if args.password is not None:",
    "if False:",
  ],
  [
    "argument-repeated",
    "RED-001",
    "repeats the password it warns about",
    'message="others can',
    'message=f"not {args.password}! others can',
  ],
];
