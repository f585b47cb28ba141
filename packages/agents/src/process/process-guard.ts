import { spawnChild, type Child } from "@aomori/system";

const markName = "AOMORI_AGENT_ID";
/** The longest a timer can be set for. */
const foreverMs = 2 ** 31 - 1;

/**
 * Waits for the end of its input, which comes when the run is over or when this process is gone, whatever killed it.
 * Then it kills every process that carries the run's mark, again and again until there is none. /proc on Linux, ps -E on
 * macOS, show the environment a process was started with.
 */
const guardScript = `trap '' HUP INT TERM QUIT
read -r line
tries=0
while [ "$tries" -lt 100 ]; do
  if [ -d /proc/self ]; then
    found=$(grep -ls "$1" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3)
  else
    found=$(ps -Awwo pid=,command= -E | grep -F "$1" | grep -v "guard-of-agent" | awk '{print $1}')
  fi
  [ -n "$found" ] || exit 0
  kill -KILL $found 2>/dev/null
  tries=$((tries + 1))
  sleep 0.05
done
exit 1
`;

/**
 * Ends every process of one agent run, also those that left its process group (a detached shell, a daemon), on `close`
 * and when this process dies. A process that drops its inherited environment and its group is out of reach.
 */
export class ProcessGuard implements AsyncDisposable {
  /** What every process of the run must be started with. */
  readonly env: Readonly<Record<string, string>>;
  readonly #child: Child;

  private constructor(child: Child, agentId: string) {
    this.#child = child;
    this.env = { [markName]: agentId };
  }

  static async open(agentId: string): Promise<ProcessGuard> {
    const argv = ["/bin/sh", "-c", guardScript, "guard-of-agent", `${markName}=${agentId}`];
    const child = await spawnChild(argv, {
      cwd: "/",
      env: { [markName]: undefined },
      stdin: "open",
      deadlineMs: foreverMs,
      // It must outlive this process to do its work.
      tether: "untethered",
    });
    return new ProcessGuard(child, agentId);
  }

  /** Resolves when no process of the run is left. */
  async close(): Promise<void> {
    this.#child.endStdin();
    await this.#child.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
