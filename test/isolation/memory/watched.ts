import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MIB = 1024 * 1024;

export interface Watched {
  /** What siege.ts said, by tag. */
  readonly said: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /**
   * MiB of resident size: when all was installed, at most from then on, and least within some seconds after
   * the end.
   */
  readonly before: number;
  readonly most: number;
  readonly after: number;
}

/** Runs a siege in a process of its own, and watches from outside what it holds. */
export async function watched(siege: string, level: "caller" | "thread"): Promise<Watched> {
  const entry = fileURLToPath(new URL("./siege.ts", import.meta.url));
  const child = spawn(process.execPath, [entry, siege, level], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const said: Record<string, Readonly<Record<string, unknown>>> = {};
  let [before, most, after] = [0, 0, 0];
  const look = (): number => {
    const now = resident(child.pid!);
    if (before > 0) most = Math.max(most, now);
    return now;
  };
  const timer = setInterval(look, 5);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const { tag, ...what } = JSON.parse(line) as { readonly tag: string };
    said[tag] = what;
    if (tag === "before") before = look();
    if (tag === "after") {
      after = look();
      for (let left = 100; left > 0 && after > before + 50; left--) {
        await new Promise((resolve) => void setTimeout(resolve, 100));
        after = Math.min(after, look());
      }
      child.stdin.end();
    }
  }
  await ended;
  clearInterval(timer);
  return { said, before, most, after };
}

function resident(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return found === null ? 0 : (Number(found[1]) * 1024) / MIB;
}
