import {
  bareDiscovery,
  capabilities,
  declaredFlags,
  offlineDiscovery,
  schema,
} from "./discovery-probes.ts";
import type { Probe, ProbeName } from "./probe.ts";
import { notRun } from "./probe.ts";
import { interrupt, interruptTwice, kill, terminate } from "./signal-probes.ts";
import {
  again,
  badFlag,
  base,
  earlyClose,
  failures,
  file,
  forcedColour,
  narrowPipe,
  stdin,
  terminal,
  version,
} from "./stream-probes.ts";

/** Every probe by its name. */
export const probes: Readonly<Partial<Record<ProbeName, Probe>>> = {
  base,
  again,
  file,
  terminal,
  "forced-colour": forcedColour,
  "bad-flag": badFlag,
  failures,
  "early-close": earlyClose,
  "narrow-pipe": narrowPipe,
  interrupt,
  terminate,
  "interrupt-twice": interruptTwice,
  kill,
  stdin,
  version,
  capabilities,
  schema,
  "bare-discovery": bareDiscovery,
  "offline-discovery": offlineDiscovery,
  "declared-flags": declaredFlags,
};

export function probeOf(name: ProbeName): Probe {
  return probes[name] ?? (async () => Promise.resolve(notRun("this probe is not built yet")));
}
