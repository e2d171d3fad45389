// Everything that the hostile plugin can do, done beside honest plugins at work.
import { milliseconds, type Terminal } from "../../src/cli/terminal.ts";
import { type Host, type HostOptions, TenonError } from "../../src/index.ts";
import { brief } from "./words.ts";

/**
 * Each of its misdeeds is to be seen, so that neither the breaker nor quarantine may end them early.
 */
export const patience: NonNullable<HostOptions["limits"]> = {
  commandMs: 2_000,
  crashes: { crashes: 100, withinMs: 60_000 },
  breaker: { failures: 100, firstMs: 1_000, maxMs: 60_000 },
};

// For commands that take an input.
const inputs: ReadonlyMap<string, unknown> = new Map([
  ["hostile.nag", { count: 100 }],
  ["hostile.handle-flood", { kind: "bucket", count: 20_000 }],
  ["hostile.handle-churn", { count: 1_000 }],
  ["hostile.event-flood", { count: 1_000 }],
  ["hostile.log-flood", { count: 1_000, size: 100 }],
]);

// What the others do meanwhile, each time.
const work = [
  ["word-count.count", { text: "and the others go on" }],
  ["json-tools.minify", { text: "[ 1, 2 ]" }],
  ["markdown.render", { text: "# *on*" }],
] as const;

export async function misbehave(host: Host, out: Terminal): Promise<void> {
  const honest = { calls: 0, failed: 0, slowest: 0 };
  const document = host.documents.open("demo:bait", "some text");
  const hostile = host.plugins().find(({ name }) => name === "tenon/hostile");
  for (const { id } of hostile?.commands ?? []) {
    const others = Promise.all(work.map(goOn));
    await act(id);
    await others;
  }
  host.documents.close(document.uri);
  out.line(
    out.style("green", String(honest.calls)),
    " calls of honest plugins meanwhile, ",
    out.style(honest.failed === 0 ? "green" : "red", String(honest.failed)),
    ` of them failed; the slowest took ${milliseconds(honest.slowest)}`,
  );
  if (honest.failed > 0) process.exitCode = 1;

  async function act(command: string): Promise<void> {
    const started = performance.now();
    const what = out.style("bold", command);
    try {
      const value = await host.execute(command, inputs.get(command) ?? null, { document });
      out.line(what, ` answered ${brief(value)}`);
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      const after = milliseconds(performance.now() - started);
      out.line(what, " ", out.style("green", "ended"), ` ${error.code} after ${after}`);
    }
  }

  async function goOn([command, input]: (typeof work)[number]): Promise<void> {
    const started = performance.now();
    honest.calls++;
    await host.execute(command, input).catch(() => honest.failed++);
    honest.slowest = Math.max(honest.slowest, performance.now() - started);
  }
}
