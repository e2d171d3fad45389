// The pieces of work that a call can be, each as an expression over a route's functions.
import type { Entry, Sample } from "./guest.ts";

export interface Work {
  readonly bench: string;
  /** Over `api` and the names of `values`. */
  readonly expression: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly expected: unknown;
  /** Times the hand-written glue's time. */
  readonly atMost: number;
  /** The closure route has no goal here. */
  readonly bigList?: true;
}

const samples: readonly Sample[] = Array.from({ length: 1000 }, (_, id) => ({
  id,
  x: id / 3,
  y: -id,
  on: id % 2 === 0,
  kind: id & 255,
}));

const entries: readonly Entry[] = Array.from({ length: 1000 }, (_, id) => ({
  id,
  name: `entry number ${id}`,
  score: id / 7,
}));

const sample = samples[7]!;
const text = (length: number) => "All work and no play makes ASCII. ".repeat(3200).slice(0, length);
const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => at * 31);

export const CALLS: readonly Work[] = [
  echoText("string echo, 10 B", text(10)),
  echoText("string echo, 1 KB", text(1000)),
  echoText("string echo, 100 KB", text(100_000)),
  echoText("string echo, 1 KB, not ASCII", "Fußgänger übten Öl. ".repeat(42)),
  {
    bench: "list of 1000 records of scalars",
    expression: "api.echoSamples(list)",
    values: { list: samples },
    expected: samples,
    atMost: 1.2,
    bigList: true,
  },
  {
    bench: "list of 1000 records with a string",
    expression: "api.echoEntries(list)",
    values: { list: entries },
    expected: entries,
    atMost: 1.2,
    bigList: true,
  },
  echoBytes("list<u8>, 1 KB", bytes(1000)),
  echoBytes("list<u8>, 1 MB", bytes(1_000_000)),
  {
    bench: "record of 5 fields",
    expression: "api.echoSample(value)",
    values: { value: sample },
    expected: sample,
    atMost: 1.3,
  },
  { bench: "result", expression: "api.check(8)", expected: 4, atMost: 1.3 },
  {
    bench: "variant",
    expression: "api.echoShape(value)",
    values: { value: { tag: "dot", val: 7 } },
    expected: { tag: "dot", val: 7 },
    atMost: 1.3,
  },
  {
    bench: "option<string>, 10 B",
    expression: "api.echoOption(value)",
    values: { value: text(10) },
    expected: text(10),
    atMost: 1.3,
  },
  {
    bench: "resource method",
    expression: "(counter??=new api.Counter(0)).next()",
    values: { counter: undefined },
    expected: 1,
    atMost: 1.3,
  },
  {
    bench: "resource, new and dispose",
    expression: "(counter=new api.Counter(5),next=counter.next(),counter[Symbol.dispose](),next)",
    values: { counter: undefined, next: undefined },
    expected: 6,
    atMost: 1.3,
  },
];

function echoText(bench: string, value: string): Work {
  return {
    bench,
    expression: "api.echoString(value)",
    values: { value },
    expected: value,
    atMost: 1.2,
  };
}

function echoBytes(bench: string, value: Uint8Array): Work {
  return {
    bench,
    expression: "api.echoBytes(value)",
    values: { value },
    expected: value,
    atMost: 1.2,
  };
}
