import type { DoctorCheck } from "@aomori/command";
import { hasProcessTable } from "../runner/process-table.ts";
import { canUnshare, hasMkfifo, hasScript } from "../runner/what-is-here.ts";

/** What the linter's runs need of a machine; without the optional parts rules are not verified. */
export const doctorChecks: readonly DoctorCheck[] = [
  {
    name: "named-pipes",
    run: async () =>
      (await hasMkfifo())
        ? { ok: true, severity: "info", detail: "mkfifo makes kernel pipes" }
        : {
            ok: false,
            severity: "error",
            detail: "mkfifo is not there, so nothing can be run",
            fix: "install coreutils",
          },
  },
  {
    name: "process-table",
    run: () =>
      hasProcessTable()
        ? { ok: true, severity: "info", detail: "/proc tells when a tool waits for its reader" }
        : {
            ok: false,
            severity: "warn",
            detail:
              "there is no /proc: when a tool waits is guessed by time, and SIG-005 sees no survivors",
          },
  },
  {
    name: "pseudo-terminal",
    run: async () =>
      (await hasScript())
        ? { ok: true, severity: "info", detail: "script of util-linux makes terminals" }
        : {
            ok: false,
            severity: "warn",
            detail: "script of util-linux is not there: nothing is tried on a terminal",
            fix: "install util-linux (Debian: bsdutils)",
          },
  },
  {
    name: "network-namespace",
    run: async () =>
      (await canUnshare())
        ? { ok: true, severity: "info", detail: "unshare -rn takes the network away" }
        : {
            ok: false,
            severity: "warn",
            detail: "unshare -rn is not allowed here: DISC-004 is not verified",
            fix: "allow user namespaces, or run as root",
          },
  },
];
