import type { SweepCase } from "./cases.ts";
import type { Outcome } from "./outcome.ts";

const WIDTHS = [52, 10, 10, 8, 8, 14, 8, 16, 8, 12, 8] as const;

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, index) =>
      index === 0 ? cell.padEnd(WIDTHS[0]) : cell.padStart(WIDTHS[index] ?? 0),
    )
    .join(" ");

export const heading: string = line([
  "case",
  "n",
  "bytes",
  "refused",
  "install",
  "start (cpu)",
  "peak MB",
  "p99 calm/during",
  "loop ms",
  "optimise s",
  "others",
]);

const ms = (value: number | undefined): string =>
  value === undefined ? "-" : `${Math.round(value)}`;

/** All that was measured, and below it what is wrong with it. */
export function rowOf(
  { name }: SweepCase,
  n: number | undefined,
  { refusal, siege, exitMs }: Outcome,
  faults: readonly string[],
): string {
  const poke = siege?.endings.find(({ event }) => event === "poke");
  const cells = [
    name,
    `${n ?? "-"}`,
    `${siege?.bytes ?? refusal?.bytes ?? "-"}`,
    ms(refusal?.ms),
    ms(siege?.installMs),
    siege === undefined ? "-" : `${ms(poke?.ms)} (${siege.startCpu.toFixed(2)})`,
    ms(siege?.peakMB),
    siege === undefined ? "-" : `${siege.calm.p99.toFixed(1)}/${siege.during.p99.toFixed(1)}`,
    ms(siege === undefined ? refusal?.loopMs : siege.loopMs),
    siege === undefined ? "-" : siege.optimiseCpu.toFixed(2),
    siege === undefined ? "-" : siege.others.toFixed(1),
  ];
  const endings = siege?.endings.map(
    ({ event, ms, outcome }) => `${event} ${Math.round(ms)} ms ${outcome.slice(0, 60)}`,
  );
  return [
    `${line(cells)}  ${faults.length === 0 ? "ok" : "FAILED"}`,
    `    ${endings?.join(", ") ?? ""}${exitMs === undefined ? "" : `ended in ${Math.round(exitMs)} ms`}${refusal === undefined ? "" : `; too large: ${refusal.message.slice(0, 100)}`}`,
    ...faults.map((fault) => `    ! ${fault.slice(0, 1_500)}`),
  ].join("\n");
}
