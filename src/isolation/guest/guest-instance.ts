/// One instance on a guest's thread.
import { TenonError, WitError } from "../../errors.ts";
import type { EngineInstance, EngineSnapshot } from "../../component/engine.ts";
import { camelCase, pascalCase } from "../../component/js-names.ts";
import type { WireReader, WireWriter } from "../wire/bytes.ts";
import { type Outbox, Outcome, ToHost } from "../wire/frames.ts";
import { errorData } from "../wire/error-data.ts";
import type { WireFunction, WireSurface } from "../wire/surface.ts";
import type { AnswerReader } from "../wire/answer-page.ts";
import { GuestHandles } from "./guest-handles.ts";
import { type GivenIndices, hostImports } from "./host-imports.ts";
import type { Inside } from "./inside.ts";
import { LEAVE_MS, type Turn } from "./turn.ts";

export interface GuestInstanceParts {
  readonly number: number;
  readonly imports: WireSurface;
  readonly exports: WireSurface;
  readonly outbox: Outbox;
  readonly turn: Turn;
  /// Undefined where nothing can be waited for: then all host functions answer later.
  readonly answers: AnswerReader | undefined;
  readonly inside: Inside;
  /// Titles of the host functions that answer later.
  readonly later: ReadonlySet<string>;
}

export class GuestInstance {
  readonly #parts: GuestInstanceParts;
  readonly #handles: GuestHandles;
  readonly #waiting: Map<number, (reader: WireReader) => void> = new Map();
  readonly imports: Readonly<Record<string, unknown>>;
  #engine: EngineInstance | undefined;
  /// By the function's place.
  #entries: ((args: readonly unknown[]) => unknown)[] = [];
  #snapshot: EngineSnapshot | undefined;
  /// A call has left it otherwise than its snapshot: none is entered any more.
  #spoilt = false;
  #nextCall = 1;
  #busy = false;
  /// Resources that the host dropped in the middle of a call, to be dropped after it.
  #due: number[] = [];
  /// Calls that wait for the one under way.
  readonly #queue: (() => void)[] = [];
  /// Whether calls of the queue are being started.
  #draining = false;
  /// Whether the call under way waits, for the host or for its next slice.
  #isAside = false;
  /// Whether answers are kept back for those of the calls that wait: while the guest runs, for nobody
  /// else on the thread can say anything then.
  #holds = false;
  #memory = 0;

  constructor(parts: GuestInstanceParts, given: GivenIndices) {
    this.#parts = parts;
    parts.turn.aside = (isAside) => this.#setAside(isAside);
    const { imports, classes } = hostImports(
      parts.imports,
      given,
      (func, args) => this.#callHost(func, args),
      (func, ask) => parts.inside.entry(func, ask, () => this.#handles),
    );
    this.imports = imports;
    this.#handles = new GuestHandles(classes, (number) =>
      this.#frame(ToHost.drop, (writer) => writer.u32(number)),
    );
  }

  started(engine: EngineInstance): void {
    this.#engine = engine;
    this.#tellMemory();
  }

  snapshot(): void {
    this.#snapshot = this.#engine?.snapshot?.();
  }

  /// A call of the host's; `reader` has its arguments. `until`: it waits for the one under way, their
  /// answers go together, and it is not entered once the guest ran for so long in all.
  call(call: number, func: WireFunction, ms: number, reader: WireReader, until?: number): void {
    const args: unknown[] = [];
    try {
      for (const codec of func.params) args.push(codec.read(reader, this.#handles));
    } catch (thrown) {
      return this.#refused(call, thrown);
    }
    if (!this.#busy) this.#run(call, func, ms, args, until);
    else if (until === undefined) this.#refused(call, suspended());
    else {
      if (!this.#holds && !this.#isAside) this.#hold();
      this.#queue.push(() => this.#run(call, func, ms, args, until));
    }
  }

  #run(call: number, func: WireFunction, ms: number, args: unknown[], until = Infinity): void {
    const refused = this.#refusal(until);
    if (refused !== undefined) {
      this.#refused(call, refused);
      return this.#next();
    }
    this.#busy = true;
    this.#parts.turn.start(ms, until);
    let answer: unknown;
    try {
      answer = this.#enter(func, args);
    } catch (thrown) {
      return this.#threw(call, func, thrown);
    }
    if (!(answer instanceof Promise)) return this.#returned(call, func, answer);
    answer.then(
      (value) => this.#returned(call, func, value),
      (thrown: unknown) => this.#threw(call, func, thrown),
    );
  }

  /// Why a call may not be entered.
  #refusal(until: number): TenonError | undefined {
    if (this.#spoilt) return spoilt();
    return this.#parts.turn.ran >= until ? usedUp() : undefined;
  }

  #returned(call: number, func: WireFunction, value: unknown): void {
    this.#parts.turn.stop();
    try {
      this.#done(call, func, Outcome.ok, value);
    } catch (unsent) {
      this.#failed(call, unsent);
    }
    this.#next();
  }

  #threw(call: number, func: WireFunction, thrown: unknown): void {
    this.#parts.turn.stop();
    const payload = func.outcome && payloadOf(thrown);
    try {
      if (payload === undefined) this.#failed(call, thrown);
      else this.#done(call, func, Outcome.err, payload.value);
    } catch (unsent) {
      this.#failed(call, unsent);
    }
    this.#next();
  }

  #next(): void {
    this.#busy = false;
    if (this.#due.length > 0) for (const number of this.#due.splice(0)) this.drop(number);
    this.#tellMemory();
    // Each from here, not from the end of the one before: they are to have the same stack.
    if (this.#draining) return;
    this.#draining = true;
    while (!this.#busy && this.#queue.length > 0) this.#queue.shift()!();
    this.#draining = false;
    if (!this.#busy) this.#letGo();
  }

  #setAside(isAside: boolean): void {
    this.#isAside = isAside;
    if (!isAside) {
      if (this.#queue.length > 0) this.#hold();
    } else if (this.#holds) {
      this.#letGo();
      this.#parts.outbox.flush();
    }
  }

  /// What the call under way asks the host for may lie there still, and it waits for that.
  #hold(): void {
    this.#parts.outbox.flush();
    this.#parts.outbox.hold();
    this.#holds = true;
  }

  #letGo(): void {
    if (this.#holds) this.#parts.outbox.release();
    this.#holds = false;
  }

  #enter(func: WireFunction, args: unknown[]): unknown {
    let entry = this.#entries[func.index];
    if (entry === undefined)
      this.#entries[func.index] = entry = entryOf(func, this.#engine!.exports);
    return entry(args);
  }

  #done(call: number, func: WireFunction, outcome: number, value: unknown): void {
    const codec = func.outcome === undefined ? func.result : func.outcome[outcomeKey(outcome)];
    const restored = this.#restored() ? 1 : 0;
    this.#frame(ToHost.done, (writer) => {
      writer.u32(call);
      writer.f64(this.#parts.turn.ran);
      writer.u8(restored);
      writer.u8(outcome);
      codec?.write(writer, value, this.#handles);
    });
  }

  #restored(): boolean {
    if (this.#snapshot === undefined) return false;
    try {
      this.#spoilt = !this.#snapshot.restore();
    } catch {
      this.#spoilt = true;
    }
    return !this.#spoilt;
  }

  #failed(call: number, thrown: unknown): void {
    if (this.#snapshot !== undefined) this.#spoilt = true;
    this.#refused(call, thrown);
  }

  /// It was not entered.
  #refused(call: number, thrown: unknown): void {
    this.#frame(ToHost.done, (writer) => {
      writer.u32(call);
      writer.f64(this.#parts.turn.ran);
      writer.u8(0);
      writer.u8(Outcome.failed);
      writer.string(JSON.stringify(errorData(thrown)));
    });
  }

  #callHost(func: WireFunction, args: readonly unknown[]): unknown {
    const { answers, later, turn, outbox } = this.#parts;
    const release = this.#handles.lending();
    turn.stop();
    if (answers === undefined || later.has(func.title)) {
      const id = this.#nextCall++;
      this.#frame(ToHost.callLater, (writer) => {
        writer.u32(id);
        this.#arguments(writer, func, args);
      });
      this.#setAside(true);
      return new Promise((resolve, reject) => {
        this.#waiting.set(id, (reader) => {
          release();
          this.#setAside(false);
          turn.go();
          try {
            resolve(this.#answer(func, reader));
          } catch (thrown) {
            reject(thrown);
          }
        });
      });
    }
    let reader: WireReader;
    try {
      answers.expect();
      this.#frame(ToHost.callNow, (writer) => this.#arguments(writer, func, args));
      outbox.flush();
      reader = answers.wait();
    } finally {
      // Also where nothing could be sent: a guest that catches that is to run in its time still.
      release();
      turn.go();
    }
    return this.#answer(func, reader);
  }

  #arguments(writer: WireWriter, func: WireFunction, args: readonly unknown[]): void {
    writer.u32(func.index);
    for (const [index, codec] of func.params.entries()) {
      codec.write(writer, args[index], this.#handles);
    }
  }

  #answer(func: WireFunction, reader: WireReader): unknown {
    const outcome = reader.u8();
    if (outcome === Outcome.failed) throw new HostFailed(reader.string());
    if (func.outcome === undefined) return func.result?.read(reader, this.#handles);
    const value = func.outcome[outcomeKey(outcome)]?.read(reader, this.#handles);
    if (outcome === Outcome.err) throw new WitError(value);
    return value;
  }

  answered(call: number, reader: WireReader): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    waiting?.(reader);
  }

  drop(number: number): void {
    if (this.#busy) {
      this.#due.push(number);
      return;
    }
    const resource = this.#handles.drop(number);
    if (resource === undefined) return;
    this.#parts.turn.start(LEAVE_MS);
    try {
      resource[Symbol.dispose]();
    } catch {
      // The trap has poisoned the instance: its next call says so.
    }
    this.#parts.turn.stop();
  }

  end(): void {
    this.#waiting.clear();
    const { turn } = this.#parts;
    turn.stop();
    turn.start(LEAVE_MS);
    turn.aside = undefined;
    this.#queue.length = 0;
    this.#letGo();
    this.#entries = [];
    try {
      this.#engine?.[Symbol.dispose]();
    } catch {
      // A destructor trapped; nobody is left to hear of it.
    }
    turn.end();
    this.#engine = undefined;
  }

  #frame(kind: number, write: (writer: WireWriter) => void): void {
    this.#parts.outbox.frame(kind, this.#parts.number, write);
  }

  #tellMemory(): void {
    const bytes = this.#engine?.memoryBytes ?? 0;
    if (bytes === this.#memory) return;
    this.#memory = bytes;
    this.#frame(ToHost.memory, (writer) => writer.f64(bytes));
  }
}

/// The host function failed in a way that the guest is told nothing of; the host knows by number.
class HostFailed extends Error {
  constructor(number: string) {
    super(number);
    this.name = "HostFailed";
  }
}

function suspended(): TenonError {
  return new TenonError(
    "component-suspended",
    "the instance is in the middle of another call: await that one first",
  );
}

function spoilt(): TenonError {
  return new TenonError(
    "component-poisoned",
    "the instance could not be brought back to its snapshot: instantiate the component again",
  );
}

function usedUp(): TenonError {
  return new TenonError("component-suspended", "the instance may not run any more for now");
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

/// What a call of an exported function enters.
function entryOf(
  { scope, parsed, name }: WireFunction,
  exports: Readonly<Record<string, unknown>>,
): (args: readonly unknown[]) => unknown {
  const items = (scope === undefined ? exports : exports[scope]) as Record<string, unknown>;
  const key = camelCase(parsed.label);
  if (parsed.resource === undefined) {
    const func = items[scope === undefined ? name : key] as AnyFunction;
    return (args) => func(...args);
  }
  const Class = items[pascalCase(parsed.resource)] as new (...args: readonly unknown[]) => object;
  if (parsed.call === "constructor") return (args) => new Class(...args);
  if (parsed.call === "static") {
    const func = Reflect.get(Class, key) as AnyFunction;
    return (args) => func(...args);
  }
  const method = Reflect.get(Class.prototype as object, key) as AnyFunction;
  return ([self, ...rest]) => Reflect.apply(method, self, rest);
}

function payloadOf(thrown: unknown): { readonly value: unknown } | undefined {
  return thrown instanceof Error && Object.hasOwn(thrown, "payload")
    ? { value: (thrown as Error & { readonly payload: unknown }).payload }
    : undefined;
}

function outcomeKey(outcome: number): "ok" | "err" {
  return outcome === Outcome.ok ? "ok" : "err";
}
