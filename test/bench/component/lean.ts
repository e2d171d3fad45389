// What a careful person would write by hand for this guest and no other: the canonical ABI with the
// checks that memory safety and valid values ask for, and no poisoning, budgets, re-entrance or
// argument checks.
import { type Api, type Counter, type Entry, HOST, type Sample, type Shape } from "./guest.ts";

type Core = (...args: readonly unknown[]) => number;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function instantiateCore(module: WebAssembly.Module): Record<string, Core> {
  const handles: number[] = [];
  const { exports } = new WebAssembly.Instance(module, {
    "bench:guest/host": HOST,
    "[export]bench:guest/api": {
      "[resource-new]counter": (rep: number) => handles.push(rep),
    },
  });
  const api: Record<string, unknown> = { handles };
  for (const [name, value] of Object.entries(exports)) {
    api[name.replace("bench:guest/api#", "")] = value;
  }
  return api as Record<string, Core>;
}

export function leanApi(module: WebAssembly.Module): Api {
  const core = instantiateCore(module);
  const memory = core["memory"] as unknown as WebAssembly.Memory;
  const handles = core["handles"] as unknown as number[];
  const realloc = core["cabi_realloc"]!;
  let u8 = new Uint8Array(memory.buffer);
  let u32 = new Uint32Array(memory.buffer);
  let f64 = new Float64Array(memory.buffer);
  const fresh = () => {
    if (u8.length !== 0) return;
    u8 = new Uint8Array(memory.buffer);
    u32 = new Uint32Array(memory.buffer);
    f64 = new Float64Array(memory.buffer);
  };
  const allocate = (align: number, size: number): number => {
    const pointer = realloc(0, 0, align, size) >>> 0;
    fresh();
    if (pointer + size > u8.length || (pointer & (align - 1)) !== 0) throw new Error("realloc");
    return pointer;
  };
  const bounds = (pointer: number, size: number, align: number) => {
    if (pointer + size > u8.length || (pointer & (align - 1)) !== 0) throw new Error("bounds");
  };
  let length = 0;
  const storeText = (text: string): number => {
    const units = text.length;
    let pointer = allocate(1, units);
    let at = 0;
    if (units <= 24) {
      for (; at < units; at++) {
        const unit = text.charCodeAt(at);
        if (unit > 0x7f) break;
        u8[pointer + at] = unit;
      }
    }
    length = units;
    if (at === units) return pointer;
    const { read, written } = encoder.encodeInto(text, u8.subarray(pointer, pointer + units));
    if (read === units) return pointer;
    pointer = realloc(pointer, units, 1, 3 * units) >>> 0;
    fresh();
    bounds(pointer, 3 * units, 1);
    const rest = u8.subarray(pointer + written, pointer + 3 * units);
    length = written + encoder.encodeInto(text.slice(read), rest).written;
    return pointer;
  };
  const loadText = (pointer: number, size: number): string => {
    bounds(pointer, size, 1);
    if (size <= 12) {
      let text = "";
      let at = pointer;
      for (; at < pointer + size; at++) {
        const byte = u8[at]!;
        if (byte > 0x7f) break;
        text += String.fromCharCode(byte);
      }
      if (at === pointer + size) return text;
    }
    return decoder.decode(u8.subarray(pointer, pointer + size));
  };

  const echoString = core["echo-string"]!;
  const postString = core["cabi_post_echo-string"]!;
  const echoSamples = core["echo-samples"]!;
  const echoEntries = core["echo-entries"]!;
  const echoBytes = core["echo-bytes"]!;
  const echoSample = core["echo-sample"]!;
  const check = core["check"]!;
  const echoShape = core["echo-shape"]!;
  const echoOption = core["echo-option"]!;
  const add = core["add"]!;
  const askHost = core["ask-host"]!;
  const make = core["[constructor]counter"]!;
  const next = core["[method]counter.next"]!;
  const destroy = core["[dtor]counter"]!;

  const readSample = (p: number): Sample => ({
    id: u32[p >>> 2]!,
    x: f64[(p + 8) >>> 3]!,
    y: f64[(p + 16) >>> 3]!,
    on: u8[p + 24] !== 0,
    kind: u8[p + 25]!,
  });

  const forgotten = new FinalizationRegistry((rep: number) => void destroy(rep));
  class LeanCounter implements Counter {
    #rep: number;
    constructor(start: number) {
      this.#rep = handles[make(start) - 1]!;
      handles.pop();
      forgotten.register(this, this.#rep, this);
    }
    next(): number {
      if (this.#rep === 0) throw new Error("disposed");
      return next(this.#rep) >>> 0;
    }
    [Symbol.dispose](): void {
      if (this.#rep === 0) return;
      forgotten.unregister(this);
      destroy(this.#rep);
      this.#rep = 0;
    }
  }

  return {
    add: (a, b) => add(a, b) >>> 0,
    askHost: (times) => askHost(times) >>> 0,
    echoString(text) {
      fresh();
      const pointer = storeText(text);
      const area = echoString(pointer, length) >>> 0;
      fresh();
      bounds(area, 8, 4);
      const result = loadText(u32[area >>> 2]!, u32[(area + 4) >>> 2]!);
      postString(area);
      return result;
    },
    echoSamples(list) {
      fresh();
      const pointer = allocate(8, list.length * 32);
      let p = pointer;
      for (let index = 0; index < list.length; index++, p += 32) {
        const sample = list[index]!;
        u32[p >>> 2] = sample.id;
        f64[(p + 8) >>> 3] = sample.x;
        f64[(p + 16) >>> 3] = sample.y;
        u8[p + 24] = sample.on ? 1 : 0;
        u8[p + 25] = sample.kind;
      }
      const area = echoSamples(pointer, list.length) >>> 0;
      fresh();
      bounds(area, 8, 4);
      let at = u32[area >>> 2]!;
      const count = u32[(area + 4) >>> 2]!;
      bounds(at, count * 32, 8);
      const result: Sample[] = [];
      for (let index = 0; index < count; index++, at += 32) result.push(readSample(at));
      postString(area);
      return result;
    },
    echoEntries(list) {
      fresh();
      const pointer = allocate(8, list.length * 24);
      let p = pointer;
      for (let index = 0; index < list.length; index++, p += 24) {
        const entry = list[index]!;
        u32[p >>> 2] = entry.id;
        const text = storeText(entry.name);
        u32[(p + 4) >>> 2] = text;
        u32[(p + 8) >>> 2] = length;
        f64[(p + 16) >>> 3] = entry.score;
      }
      const area = echoEntries(pointer, list.length) >>> 0;
      fresh();
      bounds(area, 8, 4);
      let at = u32[area >>> 2]!;
      const count = u32[(area + 4) >>> 2]!;
      bounds(at, count * 24, 8);
      const result: Entry[] = [];
      for (let index = 0; index < count; index++, at += 24) {
        result.push({
          id: u32[at >>> 2]!,
          name: loadText(u32[(at + 4) >>> 2]!, u32[(at + 8) >>> 2]!),
          score: f64[(at + 16) >>> 3]!,
        });
      }
      postString(area);
      return result;
    },
    echoBytes(list) {
      fresh();
      const pointer = allocate(1, list.length);
      u8.set(list, pointer);
      const area = echoBytes(pointer, list.length) >>> 0;
      fresh();
      bounds(area, 8, 4);
      const start = u32[area >>> 2]!;
      const count = u32[(area + 4) >>> 2]!;
      bounds(start, count, 1);
      const result = u8.slice(start, start + count);
      postString(area);
      return result;
    },
    echoSample({ id, x, y, on, kind }) {
      const area = echoSample(id, x, y, on ? 1 : 0, kind) >>> 0;
      fresh();
      bounds(area, 32, 8);
      return readSample(area);
    },
    check(n) {
      const area = check(n) >>> 0;
      fresh();
      bounds(area, 12, 4);
      const tag = u8[area];
      if (tag === 0) return u32[(area + 4) >>> 2]!;
      if (tag !== 1) throw new Error("discriminant");
      throw Object.assign(new Error("err"), {
        payload: loadText(u32[(area + 4) >>> 2]!, u32[(area + 8) >>> 2]!),
      });
    },
    echoShape(shape) {
      let area: number;
      switch (shape.tag) {
        case "none":
          area = echoShape(0, 0n);
          break;
        case "dot":
          area = echoShape(1, BigInt(shape.val));
          break;
        case "circle":
          bits.setFloat64(0, shape.val);
          area = echoShape(2, bits.getBigInt64(0));
      }
      area >>>= 0;
      fresh();
      bounds(area, 16, 8);
      return readShape(u8[area]!, u32[(area + 8) >>> 2]!, f64[(area + 8) >>> 3]!);
    },
    echoOption(text) {
      fresh();
      let area: number;
      if (text === undefined) area = echoOption(0, 0, 0);
      else {
        const pointer = storeText(text);
        area = echoOption(1, pointer, length);
      }
      area >>>= 0;
      fresh();
      bounds(area, 12, 4);
      let result: string | undefined;
      const tag = u8[area];
      if (tag === 1) result = loadText(u32[(area + 4) >>> 2]!, u32[(area + 8) >>> 2]!);
      else if (tag !== 0) throw new Error("discriminant");
      postString(area);
      return result;
    },
    Counter: LeanCounter,
  };
}

const bits = new DataView(new ArrayBuffer(8));

function readShape(tag: number, dot: number, circle: number): Shape {
  if (tag === 0) return { tag: "none" };
  if (tag === 1) return { tag: "dot", val: dot };
  if (tag === 2) return { tag: "circle", val: circle };
  throw new Error("discriminant");
}
