import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export { installPlugin } from "@aomori/testkit";

export const newFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), "aomori-plugins-")));
