// What is promised of every component, and which of it a case broke.
import type { SweepCase } from "./cases.ts";
import type { Outcome, Refusal, Siege } from "./outcome.ts";
import { SLICE_MS } from "../../src/isolation/ticker.ts";
import { BUSY } from "./machine.ts";

const MIB = 1_024 * 1_024;

// Past its deadline.
const LATE_MS = 100;
const LOOP_MS = 50;
const PEAK_MB = 1_000;
// Of several rogues at once.
const PEAK_TOGETHER_MB = 1_500;
// From `process.exit()`, while V8 optimises: Node waits for all that was hot.
const EXIT_MS = 5_000;
// Of a thread that runs no guests, and of one that optimises.
const COMPILE_SECONDS = 3;

/** Nothing where all is well. */
export function faultsOf(test: SweepCase, outcome: Outcome): readonly string[] {
  const { error, refusal, siege, exitMs = 0 } = outcome;
  if (error !== undefined) return [error];
  if (exitMs > EXIT_MS) return [`the process ended after ${Math.round(exitMs)} ms`];
  return [
    ...(refusal === undefined ? [] : faultsOfRefusal(test, refusal)),
    ...(siege === undefined ? [] : faultsOfSiege(test, siege)),
  ];
}

function faultsOfRefusal({ cap, feature }: SweepCase, refusal: Refusal): readonly string[] {
  const { code, message, ms, loopMs, bytes } = refusal;
  const most = 50 + (5 * bytes) / MIB;
  const faults: string[] = [];
  if (code === "none") faults.push(`what is too large is not refused: ${message}`);
  const why = feature ?? cap;
  // A package has a limit of its own, which is checked before any cap.
  const ofPackage = code === "package-too-large" && why?.endsWith("Bytes");
  if (why !== undefined && !ofPackage && !message.includes(why)) {
    faults.push(`refused, but not for ${why}: ${code}: ${message}`);
  }
  if (ms > most) faults.push(`refused after ${Math.round(ms)} ms, more than ${Math.round(most)}`);
  if (loopMs > LOOP_MS)
    faults.push(`refusing it held the host's event loop for ${Math.round(loopMs)} ms`);
  return faults;
}

function faultsOfSiege({ group, rogues }: SweepCase, siege: Siege): readonly string[] {
  const faults: string[] = [];
  const { calm, during, endings } = siege;
  const noise = calm.p99 - calm.p50;
  // Each of several rogues on a thread has its slices.
  const most = calm.p99 + (1 + rogues) * SLICE_MS + noise;
  if (siege.failed.length > 0) {
    faults.push(
      `${siege.failed.length} honest calls failed: ${[...new Set(siege.failed)].slice(0, 3).join("; ")}`,
    );
  }
  if (siege.restarts > 0) faults.push(`${siege.restarts} neighbours were started again`);
  if (during.p99 > most)
    faults.push(`neighbours' p99 is ${during.p99.toFixed(1)} ms, ${calm.p99.toFixed(1)} in calm`);
  if (siege.loopMs > Math.max(LOOP_MS, 2 * siege.calmLoopMs)) {
    faults.push(`the host's event loop was held for ${Math.round(siege.loopMs)} ms`);
  }
  if (siege.peakMB > (rogues > 1 ? PEAK_TOGETHER_MB : PEAK_MB))
    faults.push(`${Math.round(siege.peakMB)} MB at its peak`);
  if (siege.startCpu > rogues * COMPILE_SECONDS)
    faults.push(`starting it took ${siege.startCpu.toFixed(1)} s of processor time`);
  if (group !== "sum" && siege.optimiseCpu > rogues * COMPILE_SECONDS) {
    faults.push(`optimising it took ${siege.optimiseCpu.toFixed(1)} s of processor time`);
  }
  for (const { event, ms, deadlineMs, outcome } of endings) {
    if (event !== "poke" && ms > deadlineMs + LATE_MS) {
      faults.push(`${event} was over after ${Math.round(ms)} ms, of ${deadlineMs}: ${outcome}`);
    }
    if (/isolate-failed|isolate-internal|internal-error/.test(outcome))
      faults.push(`${event}: ${outcome}`);
  }
  return faults;
}

/**
 * Faults that other processes' use of the machine can bring about. The others are never repeated.
 */
export function mayBeNoise(fault: string, { siege }: Outcome): boolean {
  if (/p99|event loop|after \d+ ms/.test(fault)) return true;
  const busy = siege !== undefined && siege.others > BUSY;
  return busy && /honest calls failed: (plugin-deadline|isolate-failed)|started again/.test(fault);
}
