// A runtime whose programs are functions of the test's: what the host does is seen without QuickJS.
import type {
  CallOptions,
  EngineComponent,
  EngineExports,
  EngineInstance,
} from "../../../src/component/engine.ts";
import { decodeSettled, decodeValue } from "../../../src/javascript/values/decode.ts";
import { encodeValue } from "../../../src/javascript/values/encode.ts";

/** What a scripted program can do. */
export interface Script {
  /** Throws what the host throws. */
  call(
    target: number,
    ...args: readonly unknown[]
  ): { readonly ok: boolean; readonly value: unknown };
  /** Returns the number of the call. */
  start(
    target: number,
    args: readonly unknown[],
    then: (ok: boolean, value: unknown) => void,
  ): number;
  cancel(call: number): void;
  settle(ok: boolean, value: unknown): void;
  reject(error: unknown): void;
}

type Program = (script: Script, ...args: readonly unknown[]) => void;

interface Imports {
  call(target: number, args: Uint8Array): Uint8Array;
  start(call: number, target: number, args: Uint8Array): void;
  cancel(call: number): void;
}

export interface ScriptedRuntime extends EngineComponent {
  /** What was called, in order. */
  readonly entries: string[];
  /** The options of each call. */
  readonly options: CallOptions[];
  readonly disposed: number;
}

/** `later`: calls answer with promises, as those of a thread do. */
export function scriptedRuntime(
  programs: Readonly<Record<string, Program>>,
  later: boolean,
): ScriptedRuntime {
  const entries: string[] = [];
  const options: CallOptions[] = [];
  let disposed = 0;
  const instantiate: EngineComponent["instantiate"] = async (given) => {
    const host = given["tenon:javascript/host@0.1.0"] as Imports;
    const waiting = new Map<number, (ok: boolean, value: unknown) => void>();
    let settled: unknown[] = [];
    let last = 0;
    const scriptOf = (run: number): Script => ({
      call: (target, ...args) => {
        const outcome = host.call(target, encodeValue(args, "args"));
        const value = decodeValue(outcome.subarray(1), "outcome");
        return { ok: outcome[0] === 0, value };
      },
      start: (target, args, then) => {
        last++;
        waiting.set(last, then);
        host.start(last, target, encodeValue(args, "args"));
        return last;
      },
      cancel: (call) => host.cancel(call),
      settle: (ok, value) => settled.push([run, ok, value]),
      reject: (error) => settled.push([0, false, error]),
    });
    const answered = (): Uint8Array => {
      const bytes = encodeValue(settled, "settled");
      settled = [];
      return bytes;
    };
    const realm = {
      open: () => void entries.push("open"),
      evaluate: (run: number, _: string, source: string) => {
        entries.push(source);
        programs[source]!(scriptOf(run));
        return answered();
      },
      enter: (run: number, [name]: readonly string[], args: Uint8Array) => {
        entries.push(name!);
        programs[name!]!(scriptOf(run), ...(decodeValue(args, "args") as unknown[]));
        return answered();
      },
      resume: (outcomes: Uint8Array) => {
        const all = decodeSettled(outcomes);
        entries.push(`resume ${all.length}`);
        for (const { run: call, ok, value } of all) waiting.get(call)!(ok, value);
        return answered();
      },
    };
    let isIn = false;
    const exports: EngineExports = { "tenon:javascript/realm@0.1.0": realm };
    const instance: EngineInstance = {
      exports,
      state: "live",
      memoryBytes: 0,
      call(enter, how) {
        if (isIn) throw new Error("two entries at once");
        options.push(how);
        isIn = true;
        try {
          how.account?.ran(1, false);
          const answer = enter(exports);
          if (!later) return answer;
          isIn = true;
          const left = new Promise((resolve) => setImmediate(resolve)).then(() => {
            isIn = false;
            return answer;
          });
          return left as typeof answer;
        } finally {
          if (!later) isIn = false;
        }
      },
      [Symbol.dispose]: () => void disposed++,
    };
    return instance;
  };
  return {
    entries,
    options,
    instantiate,
    get disposed() {
      return disposed;
    },
    [Symbol.dispose]: () => undefined,
  };
}
