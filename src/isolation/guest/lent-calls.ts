// The calls of host interfaces that an instance makes without waiting for the host.
import { hostFailure, type LentFunction, type MostTold } from "../../component/engine.ts";
import type { WireFunction, WireHandles } from "../../component/wire/index.ts";
import type { ThreadOwn } from "../../platform/threads.ts";
import { type Outbox, ToHost } from "../wire/frames.ts";
import { AHEAD, BYTES, type LeaseWords, LIMIT, leaseWords, USED } from "../wire/lease-words.ts";
import { type LentData, type LocalData, localAnswersOf } from "../wire/messages.ts";
import {
  type LocalFunction,
  type LocalFunctions,
  moduleAnswers,
  ownAnswers,
} from "./local-answers.ts";

/**
 * A guest that has sent this many bytes of one-way calls waits for the host once: messages of other
 * guests on the thread wait behind its own.
 */
const AHEAD_BYTES = 32 * 1024;
/** What each of these calls counts in addition to its bytes. */
const RECORD_BYTES = 128;

/** Made by GuestThread. */
export interface LentCallsParts {
  readonly instance: number;
  readonly outbox: Outbox;
  readonly own: ThreadOwn;
  /**
   * Called with the arguments that the guest passes, before any cut, and with the number of bytes
   * that are sent.
   */
  readonly hands: (args: readonly unknown[], written: number, isCut?: boolean) => void;
}

type Entry = (...args: unknown[]) => unknown;

interface Known {
  readonly functions: ReadonlyMap<string, LentFunction>;
  readonly words: LeaseWords | undefined;
  readonly local: LocalData | undefined;
  /** Undefined: the host is asked, for example until a module is loaded. */
  answers: LocalFunctions | undefined;
}

export class LentCalls {
  readonly #parts: LentCallsParts;
  readonly #known: Map<string, Known> = new Map();
  /** Bytes of one-way calls since the guest last waited for the host. */
  #ahead = 0;

  constructor({ interfaces, words }: LentData, parts: LentCallsParts) {
    this.#parts = parts;
    for (const [index, { scope, local, functions }] of interfaces.entries()) {
      this.#known.set(scope, {
        functions,
        words: words && leaseWords(words, index),
        local,
        answers: local && local.tag !== "module" ? ownAnswers(local.tag, parts.own) : undefined,
      });
    }
  }

  /**
   * Loads the modules that answer some of the calls, before the instance is made. Undefined: there
   * are none. Rejects with the failure of the interface whose module can't be used.
   */
  loading(): Promise<unknown> | undefined {
    const modules = [...this.#known].flatMap(([scope, known]) =>
      known.local?.tag === "module" ? [{ scope, known, local: known.local }] : [],
    );
    if (modules.length === 0) return undefined;
    return Promise.all(
      modules.map(async ({ scope, known, local }) => {
        try {
          known.answers = await moduleAnswers(local);
        } catch (thrown) {
          throw hostFailure(thrown, localAnswersOf(scope));
        }
      }),
    );
  }

  /**
   * The function that the guest calls in place of `ask`, which asks the host. Undefined where the
   * host is asked each time. `key`: the function's name in JavaScript.
   */
  entry(
    func: WireFunction,
    key: string,
    ask: Entry,
    handles: () => WireHandles,
  ): Entry | undefined {
    const known = func.scope === undefined ? undefined : this.#known.get(func.scope);
    const rule = known?.functions.get(func.name);
    if (known === undefined || rule === undefined) return undefined;
    const { words, local } = known;
    if (rule.tag === "one-way") {
      const { most } = rule;
      return (...all) => {
        const args = most === undefined ? all : all.map((arg) => told(arg, most));
        const written = this.#tell(func, args, words, handles());
        this.#parts.hands(all, written ?? 0, most !== undefined);
        return written === undefined ? ask(...args) : undefined;
      };
    }
    if (words === undefined) return undefined;
    if (local?.tag === "module") {
      return this.#weighed(lentLater(words, () => known.answers?.get(key), ask));
    }
    const found = known.answers?.get(key);
    return found && lent(words, found, ask);
  }

  /** Values that an application's module is passed, and returns, become garbage on this thread. */
  #weighed(entry: Entry): Entry {
    return (...args) => {
      this.#parts.hands(args, 0);
      const value = entry(...args);
      this.#parts.hands([value], 0);
      return value;
    };
  }

  /**
   * Sends a one-way call, and returns how many bytes were written. Undefined where the host must be
   * asked instead, and waited for: it has caught up then.
   */
  #tell(
    func: WireFunction,
    args: readonly unknown[],
    words: LeaseWords | undefined,
    handles: WireHandles,
  ): number | undefined {
    if (this.#ahead >= AHEAD_BYTES || (words && Atomics.load(words, AHEAD) !== 1)) {
      this.#ahead = 0;
      return undefined;
    }
    const { outbox, instance } = this.#parts;
    let written = 0;
    outbox.frame(ToHost.tell, instance, (writer) => {
      const start = writer.at;
      writer.u32(func.index);
      for (const [index, codec] of func.params.entries()) {
        codec.write(writer, args[index], handles);
      }
      written = writer.at - start;
    });
    this.#ahead += written + RECORD_BYTES;
    return written;
  }
}

/** The part of an argument that the host looks at. */
function told(value: unknown, most: MostTold): unknown {
  if (typeof value === "string") {
    return value.length > most.units ? value.slice(0, most.units) : value;
  }
  if (!Array.isArray(value)) return value;
  const items: readonly unknown[] = value.length > most.items ? value.slice(0, most.items) : value;
  return items.map((item) => told(item, most));
}

/** A lent function with at most one parameter. */
function lent(words: LeaseWords, { answer, heard }: LocalFunction, ask: Entry): Entry {
  return (argument) => {
    const used = words[USED]!;
    if (((Atomics.load(words, LIMIT) - used) | 0) <= 0) {
      const told = ask(argument);
      return heard === undefined ? told : heard(told);
    }
    words[USED] = used + 1;
    return counted(words, answer(argument));
  };
}

/** A lent function whose implementation is still being loaded. */
function lentLater(words: LeaseWords, find: () => LocalFunction | undefined, ask: Entry): Entry {
  let found: LocalFunction | undefined;
  return (...args) => {
    const used = words[USED]!;
    found ??= find();
    if (found === undefined || ((Atomics.load(words, LIMIT) - used) | 0) <= 0) return ask(...args);
    words[USED] = used + 1;
    return counted(words, found.answer(...args));
  };
}

function counted(words: LeaseWords, value: unknown): unknown {
  if (value instanceof Uint8Array) words[BYTES] = words[BYTES]! + value.byteLength;
  return value;
}
