import type { More } from "./command-recipes.ts";
import type { World } from "./walk-world.ts";

/** How the commands about plugins are tried: none of them needs the server, and none of these a network. */
export function pluginRecipes({ plugin }: World): Readonly<Record<string, More>> {
  const dry = (...argv: string[]): string[] => [...argv, "--dry-run"];
  const about = (verb: string, ...more: string[]): More => ({
    argv: ["plugins", verb, "walker", ...more],
    missing: ["plugins", verb, "nobody", ...more],
  });
  const link = (directory: string): string[] =>
    dry("plugins", "install", "--path", directory, "--as", "another");
  return {
    "plugins install": { argv: link(plugin.directory), missing: link("/nowhere/at/all") },
    "plugins upgrade": {
      argv: ["plugins", "upgrade", "--all"],
      missing: ["plugins", "upgrade", "nobody"],
    },
    "plugins rollback": about("rollback", "--dry-run"),
    "plugins uninstall": about("uninstall", "--dry-run"),
    "plugins pin": about("pin", "--dry-run"),
    "plugins enable": about("enable", "--dry-run"),
    "plugins disable": about("disable", "--dry-run"),
    "plugins list": { argv: ["plugins", "list"] },
    "plugins get": { argv: ["plugins", "get", "walker"] },
    "plugins info": about("info"),
    "plugins outdated": about("outdated"),
    "plugins verify": about("verify"),
    "plugins doctor": { argv: ["plugins", "doctor"] },
    "plugins search": {
      argv: ["plugins", "search", "walk", "--index", plugin.index],
      missing: ["plugins", "search", "walk", "--index", "/nowhere/at/all.json"],
    },
    "plugins schema": { argv: ["plugins", "schema"] },
    "plugins lock": {
      argv: dry("plugins", "lock"),
      missing: ["plugins", "lock", "--check", "--lockfile", "/nowhere/at/all.lock"],
    },
    "plugins new": { argv: dry("plugins", "new", "fresh") },
    "plugins pack": {
      argv: dry("plugins", "pack", plugin.directory),
      missing: dry("plugins", "pack", "/nowhere/at/all"),
    },
    "plugins publish-check": { argv: ["plugins", "publish-check", plugin.directory] },
    "plugins policy list": { argv: ["plugins", "policy", "list"] },
    "plugins policy add": { argv: dry("plugins", "policy", "add", "--owner", "acme") },
    "plugins policy remove": {
      argv: dry("plugins", "policy", "remove", "user:allow:0"),
      missing: ["plugins", "policy", "remove", "user:allow:9"],
    },
    "plugins policy test": { argv: ["plugins", "policy", "test", "acme/hello@v1.0.0"] },
    "plugins run": {
      argv: ["plugins", "run", "walker", "round"],
      missing: ["plugins", "run", "nobody"],
      // The linter adds --limit behind the plugin's name, where it is the plugin's.
      skip: ["BND"],
    },
    "plugins runs list": { argv: ["plugins", "runs", "list"] },
    "plugins runs show": {
      argv: ["plugins", "runs", "show", plugin.run],
      missing: ["plugins", "runs", "show", "run_0"],
    },
    "plugins runs replay": {
      argv: ["plugins", "runs", "replay", plugin.run],
      missing: ["plugins", "runs", "replay", "run_0"],
    },
  };
}
