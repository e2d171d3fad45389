import { TenonError } from "../errors.ts";
import type { JournalEntry } from "../javascript/realm/journal.ts";
import { RUNTIME_DIGEST } from "../javascript/runtime/runtime-component.ts";
import { decodeValue } from "../javascript/values/decode.ts";
import { encodeValue } from "../javascript/values/encode.ts";
import type { WrittenOutcome } from "../javascript/values/outcomes.ts";
import { isUint8Array } from "../realms.ts";

/** A call that a saved program waits for. */
export interface WaitingCall {
  /** Its number, by which `answers` of `resume` names it. */
  readonly call: number;
  /** The tool's name; undefined for a timer. */
  readonly tool: string | undefined;
  /** What the program called it with. */
  readonly arguments: readonly unknown[];
}

/** A program with all that it was told until it was saved. */
export interface SavedProgram {
  /** The run's name. */
  readonly name: string;
  /** JavaScript. */
  readonly source: string;
  /** The names of its tools, in the order of their numbers. */
  readonly tools: readonly string[];
  /** The names of its globals. */
  readonly globals: readonly string[];
  readonly eval: boolean;
  readonly waiting: readonly WaitingCall[];
  readonly entries: readonly JournalEntry[];
}

/** The first thing in the bytes: what they are, and the version of this form. */
const MARK = "tenon saved program 1";

const SHA256_BYTES = 32;

/** More than a journal and a source together may have. */
const MOST_BYTES = 256 * 1024 * 1024;

type Sha256 = (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;

/** A digest of what follows, against damage. Whoever can write the bytes can write another digest. */
export async function writeSaved(saved: SavedProgram, sha256: Sha256): Promise<Uint8Array> {
  const { name, source, tools, globals, eval: mayEval, waiting, entries } = saved;
  const listed = waiting.map((one) => [one.call, one.tool, one.arguments]);
  const told = entries.map(listOf);
  const value = [MARK, RUNTIME_DIGEST, name, source, tools, globals, mayEval, listed, told];
  const body = encodeValue(value, "the saved program", { maxBytes: MOST_BYTES });
  const bytes = new Uint8Array(SHA256_BYTES + body.length);
  bytes.set(await sha256(body));
  bytes.set(body, SHA256_BYTES);
  return bytes;
}

/** Rejects with `code-saved-wrong`: the bytes are damaged, something else, or of another runtime. */
export async function readSaved(bytes: Uint8Array, sha256: Sha256): Promise<SavedProgram> {
  if (!isUint8Array(bytes)) throw wrong("they are no bytes");
  const own = bytes.slice();
  const body = own.subarray(SHA256_BYTES);
  const digest = await sha256(body);
  if (!own.subarray(0, SHA256_BYTES).every((byte, at) => byte === digest[at])) {
    throw wrong("they are damaged, or something else");
  }
  let found: unknown;
  try {
    found = decodeValue(body, "the saved program", { maxValues: body.length });
  } catch (cause) {
    throw wrong("they are something else", cause);
  }
  const [mark, runtime, ...rest] = Array.isArray(found) ? (found as readonly unknown[]) : [];
  if (mark !== MARK) throw wrong("they are something else");
  if (runtime !== RUNTIME_DIGEST) throw wrong("another version of the runtime saved it");
  const saved = programOf(rest);
  if (saved === undefined) throw wrong("they are something else");
  return saved;
}

function programOf([name, source, tools, globals, mayEval, waiting, told]: readonly unknown[]):
  | SavedProgram
  | undefined {
  if (typeof name !== "string" || typeof source !== "string" || typeof mayEval !== "boolean") {
    return undefined;
  }
  if (!areTexts(tools) || !areTexts(globals) || !Array.isArray(waiting) || !Array.isArray(told)) {
    return undefined;
  }
  const calls = waiting.map(waitingOf);
  const entries = told.map(entryOf);
  if (calls.includes(undefined) || entries.includes(undefined)) return undefined;
  return {
    name,
    source,
    tools,
    globals,
    eval: mayEval,
    waiting: calls as WaitingCall[],
    entries: entries as JournalEntry[],
  };
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function waitingOf(given: unknown): WaitingCall | undefined {
  const [call, tool, args] = Array.isArray(given) ? (given as readonly unknown[]) : [];
  if (!isNumber(call) || !Array.isArray(args)) return undefined;
  if (tool !== undefined && typeof tool !== "string") return undefined;
  return { call, tool, arguments: args };
}

const NOW = 0;
const CALL = 1;
const START = 2;
const CANCEL = 3;
const RESUME = 4;

function listOf(entry: JournalEntry): readonly unknown[] {
  switch (entry.tag) {
    case "now":
      return [NOW, entry.value];
    case "call":
      return [CALL, entry.asked, entry.outcome];
    case "start":
      return [START, entry.call, entry.asked];
    case "cancel":
      return [CANCEL, entry.call];
    case "resume":
      return [RESUME, ...entry.outcomes.flatMap(({ call, outcome }) => [call, outcome])];
  }
}

function entryOf(given: unknown): JournalEntry | undefined {
  const [kind, one, two, ...more] = Array.isArray(given) ? (given as readonly unknown[]) : [];
  if (kind === RESUME) return resumeOf((given as readonly unknown[]).slice(1));
  if (more.length > 0 || !isNumber(one)) return undefined;
  if (kind === NOW) return { tag: "now", value: one };
  if (kind === CANCEL) return { tag: "cancel", call: one };
  if (kind === START && isNumber(two)) return { tag: "start", call: one, asked: two };
  if (kind === CALL && isUint8Array(two)) return { tag: "call", asked: one, outcome: two };
  return undefined;
}

function resumeOf(given: readonly unknown[]): JournalEntry | undefined {
  const outcomes: WrittenOutcome[] = [];
  for (let at = 0; at < given.length; at += 2) {
    const [call, outcome] = [given[at], given[at + 1]];
    if (!isNumber(call) || !isUint8Array(outcome) || outcome.length === 0) return undefined;
    outcomes.push({ call, outcome });
  }
  return { tag: "resume", outcomes };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function wrong(why: string, cause?: unknown): TenonError {
  const message = `these bytes are no saved program that can go on here: ${why}`;
  return new TenonError("code-saved-wrong", message, { cause });
}
