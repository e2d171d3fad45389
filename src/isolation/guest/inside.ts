/// What an instance does of the host's interfaces without waiting for the host.
import type { MostTold } from "../../component/inside.ts";
import type { ThreadOwn } from "../../platform/threads.ts";
import type { WireHandles } from "../wire/codec.ts";
import { type Outbox, ToHost } from "../wire/frames.ts";
import { AHEAD, BYTES, type LeaseWords, LIMIT, leaseWords, USED } from "../wire/lease-words.ts";
import type { InsideData } from "../wire/messages.ts";
import type { WireFunction } from "../wire/surface.ts";
import { type LocalFunction, localFunctions } from "./local-forms.ts";

/**
 * Bytes that a guest tells the host before it waits for it once, and what each record counts beside its
 * own: neighbours on its thread say nothing before the host has read them.
 */
const AHEAD_BYTES = 32 * 1024;
const RECORD_BYTES = 128;

export interface InsideParts {
  readonly instance: number;
  readonly outbox: Outbox;
  readonly own: ThreadOwn;
  /** Told what the guest hands over, whole, and how many bytes of it are sent. */
  readonly hands: (args: readonly unknown[], written: number) => void;
}

type Entry = (...args: unknown[]) => unknown;

interface Known {
  readonly words: LeaseWords | undefined;
  readonly local: ReadonlyMap<string, LocalFunction> | undefined;
  readonly oneWay: ReadonlySet<string>;
  readonly mostTold: MostTold | undefined;
}

export class Inside {
  readonly #parts: InsideParts;
  readonly #known: Map<string, Known> = new Map();
  /** Bytes told since the host was waited for. */
  #ahead = 0;

  constructor({ interfaces, words }: InsideData, parts: InsideParts) {
    this.#parts = parts;
    for (const [index, { scope, local, oneWay, mostTold }] of interfaces.entries()) {
      this.#known.set(scope, {
        words: words && leaseWords(words, index),
        local: local && localFunctions(local, parts.own),
        oneWay: new Set(oneWay),
        mostTold,
      });
    }
  }

  /**
   * What the guest calls in place of `ask`, which asks the host; undefined where that is to be asked
   * each time.
   */
  entry(func: WireFunction, ask: Entry, handles: () => WireHandles): Entry | undefined {
    const known = func.scope === undefined ? undefined : this.#known.get(func.scope);
    if (known === undefined) return undefined;
    const { words, local, oneWay, mostTold } = known;
    if (oneWay.has(func.name)) {
      return (...all) => {
        const args = mostTold === undefined ? all : all.map((arg) => told(arg, mostTold));
        const written = this.#tell(func, args, words, handles());
        this.#parts.hands(all, written ?? 0);
        return written === undefined ? ask(...args) : undefined;
      };
    }
    const found = local?.get(func.name);
    return found && words && lent(words, found, ask);
  }

  /** How many bytes were written; undefined where the host is to be asked: it has caught up then. */
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

/** What the host looks at of an argument. */
function told(value: unknown, most: MostTold): unknown {
  if (typeof value === "string") {
    return value.length > most.units ? value.slice(0, most.units) : value;
  }
  if (!Array.isArray(value)) return value;
  const items: readonly unknown[] = value.length > most.items ? value.slice(0, most.items) : value;
  return items.map((item) => told(item, most));
}

function lent(words: LeaseWords, { answer, heard }: LocalFunction, ask: Entry): Entry {
  return (argument) => {
    const used = words[USED]!;
    if (((Atomics.load(words, LIMIT) - used) | 0) <= 0) {
      const told = ask(argument);
      return heard === undefined ? told : heard(told);
    }
    words[USED] = used + 1;
    const value = answer(argument);
    if (value instanceof Uint8Array) words[BYTES] = words[BYTES]! + value.byteLength;
    return value;
  };
}
