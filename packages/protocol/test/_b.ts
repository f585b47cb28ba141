import { createEmitter, createRedactor, installProcessHooks } from "@aomori/protocol";
console.error("start", (process.memoryUsage().rss / 1048576) | 0);
const n = Number(process.argv[2]);
const secrets = process.argv[3] === "secrets" ? ["sk_live_abcdef123456", "hunter2hunter2"] : [];
const e = createEmitter<{ type: string } & Record<string, unknown>>({
  identity: {
    tool: "t",
    toolVersion: "1.0.0",
    schemaName: "a.b",
    schemaVersion: "1.0.0",
    command: "c",
  },
  redactor: createRedactor({ secrets }),
});
installProcessHooks({ stream: e });
await e.meta();
const t = performance.now();
for (let i = 0; i < n; i++) {
  const p = e.emit({
    type: "row",
    n: i,
    path: "/usr/share/doc/something/" + i,
    size: i * 7,
    ok: true,
    name: "file name number",
  });
  if ((i & 127) === 0) await p;
}
await e.summary();
const ms = performance.now() - t;
console.error(
  ((n / ms) * 1000) | 0,
  "events/s",
  (process.resourceUsage().maxRSS / 1024) | 0,
  "MB",
  JSON.stringify(process.cpuUsage()),
);
