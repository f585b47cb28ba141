import type { PluginName } from "../names/names.ts";
import type { PluginLayout } from "./plugin-layout.ts";
import type { PluginRecord } from "./plugin-record.ts";

export interface SoundPlugin {
  readonly name: PluginName;
  readonly status: "enabled" | "disabled";
  /** `by_hand`: in the older layout, made by no installation; read and run, never changed. */
  readonly kind: "installed" | "linked" | "by_hand";
  readonly pinned: boolean;
  readonly record: PluginRecord;
  /** The version's folder; for one put there by hand its record. */
  readonly path: string;
  /** Of the version that a rollback goes back to. */
  readonly previous?: string;
}

export interface BrokenPlugin {
  readonly name: PluginName;
  readonly status: "broken";
  /** One clause, for people. */
  readonly reason: string;
  readonly path: string;
}

export type PluginState = SoundPlugin | BrokenPlugin;

export const broken = (layout: PluginLayout, reason: string, path: string): BrokenPlugin => ({
  name: layout.name,
  status: "broken",
  reason,
  path,
});
