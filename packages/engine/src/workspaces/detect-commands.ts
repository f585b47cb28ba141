import { isRecord, readTextFile } from "@aomori/system";
import { join } from "node:path";

const parsed = (text: string | undefined): Record<string, unknown> => {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
};

const hasEntries = (value: unknown): boolean => isRecord(value) && Object.keys(value).length > 0;

/** npm's placeholder, which always fails. */
const npmPlaceholder = 'echo "Error: no test specified" && exit 1';

/** How this checkout's own tests are run, by the first build file that says so; `undefined` where none does. */
export async function detectTestCommand(directory: string): Promise<readonly string[] | undefined> {
  const read = (name: string): Promise<string | undefined> => readTextFile(join(directory, name));
  const { scripts } = parsed(await read("package.json"));
  if (
    isRecord(scripts) &&
    typeof scripts["test"] === "string" &&
    scripts["test"] !== npmPlaceholder
  ) {
    return ["npm", "test", "--silent"];
  }
  if ((await read("Cargo.toml")) !== undefined) return ["cargo", "test"];
  if ((await read("go.mod")) !== undefined) return ["go", "test", "./..."];
  const python = `${(await read("pyproject.toml")) ?? ""}${(await read("setup.cfg")) ?? ""}`;
  if (python.includes("pytest") || (await read("pytest.ini")) !== undefined) {
    return ["python3", "-m", "pytest", "-q"];
  }
  if (/^test:/m.test((await read("Makefile")) ?? "")) return ["make", "test"];
  return undefined;
}

/** What makes a fresh checkout runnable; `undefined` where nothing needs installing. */
export async function detectSetupCommand(
  directory: string,
): Promise<readonly string[] | undefined> {
  const manifest = parsed(await readTextFile(join(directory, "package.json")));
  const installs = hasEntries(manifest["dependencies"]) || hasEntries(manifest["devDependencies"]);
  const locked = (await readTextFile(join(directory, "package-lock.json"))) !== undefined;
  return installs && locked ? ["npm", "ci", "--no-audit", "--no-fund"] : undefined;
}
