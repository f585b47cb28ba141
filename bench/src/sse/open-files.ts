import { readFile } from "node:fs/promises";

const spare = 200;

/** Throws where this process may not hold a socket per client; Node has raised its own limit to the hard one already. */
export async function requireOpenFiles(clients: number): Promise<void> {
  const limits = await readFile("/proc/self/limits", "utf8");
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === "unlimited" || Number(soft) >= clients + spare) return;
  throw new Error(
    `${clients} clients need ${clients + spare} open files and this process may have ${soft}; raise "ulimit -Hn"`,
  );
}
