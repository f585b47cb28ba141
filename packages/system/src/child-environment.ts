/** Variables by name; undefined means unset. */
export type EnvironmentRecord = Readonly<Record<string, string | undefined>>;

const allowedNames: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "LANG",
  "TERM",
  "TZ",
  "TMPDIR",
  "USER",
  "SHELL",
]);

/**
 * The environment of a child: the allow-listed names of `parent` (PATH HOME LANG LC_* TERM TZ TMPDIR USER SHELL)
 * under the ones given explicitly. An explicit undefined removes a name.
 */
export function childEnvironment(
  parent: EnvironmentRecord,
  explicit: EnvironmentRecord = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(parent)) {
    if (value !== undefined && (allowedNames.has(name) || name.startsWith("LC_"))) {
      environment[name] = value;
    }
  }
  for (const [name, value] of Object.entries(explicit)) {
    if (value === undefined) delete environment[name];
    else environment[name] = value;
  }
  return environment;
}
