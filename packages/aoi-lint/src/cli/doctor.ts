import type { DoctorCheck } from "@aomori/command";
import { hasProcessTable } from "../runner/process-table.ts";
import { places } from "../probes/locale-probes.ts";
import { canUnshare, hasMkfifo, hasScript, locales } from "../runner/what-is-here.ts";

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
  {
    name: "locales",
    run: async () => {
      const wanted = places.map(([locale]) => locale);
      const here = await locales(wanted);
      const absent = wanted.filter((locale) => !here.includes(locale));
      return absent.length === 0
        ? { ok: true, severity: "info", detail: `the C library has ${here.join(", ")}` }
        : {
            ok: false,
            severity: "warn",
            detail: `the C library has no ${absent.join(", ")}: L10N-001 says nothing about them for tools that ask it`,
            fix: "make them with locale-gen, or install all locales (Debian: locales-all)",
          };
    },
  },
];
