import { invalid } from "../faults.ts";
import type { CapName, Caps } from "./cap-row.ts";
import { CAP_NAMES, CATALOGUE } from "./catalogue.ts";
import { overCap, unknownCode } from "./faults.ts";
import type { WasmFeature } from "./features.ts";
import { ModuleCursor } from "./module-cursor.ts";
import { AGGREGATES, LEB, PLAIN, TWO_LEBS, UNKNOWN } from "./opcodes.ts";

/** The heap types of exceptions: `exn` and `noexn`. */
const EXN = 0x69;
const NO_EXN = 0x74;

/** The index spaces of a module, as far as the cost of code depends on them. */
export class ModuleSpaces {
  /**
   * For each type: the number of parameters, or of a struct's fields; and the number of results.
   */
  readonly params: number[] = [];
  readonly results: number[] = [];
  /** For each function, imported ones first: its type. */
  readonly functions: number[] = [];
  /** For each tag: its type. */
  readonly tags: number[] = [];
}

/**
 * A cursor over the sections of a core module: reads what several kinds of sections contain, and
 * compares what it counts with the caps of modules.
 */
export class SectionCursor extends ModuleCursor {
  readonly #caps: Caps;
  /** What was counted so far, by the caps of modules. */
  protected readonly sizes: Map<CapName, number>;
  /** What the sections so far define. */
  protected readonly spaces: ModuleSpaces = new ModuleSpaces();

  constructor(bytes: Uint8Array, caps: Caps, allowed: ReadonlySet<WasmFeature>) {
    super(bytes, allowed);
    this.#caps = caps;
    const own = CAP_NAMES.filter((name) => CATALOGUE[name].scope === "module");
    this.sizes = new Map(own.map((name) => [name, 0]));
  }

  /**
   * Reads a vector. Adds the announced count before anything is read, so that a count over a cap is refused at
   * once.
   */
  protected each(name: CapName, read: () => void): void {
    const count = this.count();
    this.add(name, count);
    for (let left = count; left > 0; left--) read();
  }

  /** Adds to a size that is the sum over the module. */
  protected add(name: CapName, count: number): void {
    this.raise(name, this.sizes.get(name)! + count);
  }

  /** Raises a size that is the largest of its kind. */
  protected raise(name: CapName, value: number): void {
    const most = this.#caps[name];
    if (value > most) throw overCap(name, value, most, this.at);
    if (value > this.sizes.get(name)!) this.sizes.set(name, value);
  }

  protected name(): void {
    const length = this.u32();
    this.raise("moduleNameBytes", length);
    this.skip(length);
  }

  /**
   * The type of something that outlives a call. Exceptions, and the values that they carry, are in
   * V8's heap; the stack bounds how many a call can hold, but tables and globals do not.
   */
  protected kept(what: string): void {
    const start = this.at;
    const first = this.bytes[start];
    const heap = first === 0x63 || first === 0x64 ? this.bytes[start + 1] : first;
    this.valueType();
    if (heap === EXN || heap === NO_EXN) this.need("stored-exceptions", what, start);
  }

  /** The index of a type. */
  protected type(): number {
    const start = this.at;
    const type = this.u32();
    if (type >= this.spaces.params.length) throw invalid(start, `unknown type ${type}`);
    return type;
  }

  /** A constant expression, including its `end`. */
  protected constant(): void {
    for (;;) {
      const start = this.at;
      const opcode = this.byte();
      if (opcode === 0x0b) return;
      this.add("moduleConstants", 1);
      switch (opcode) {
        case 0x41: // i32.const
        case 0x42: // i64.const
        case 0x23: // global.get
          this.leb();
          break;
        case 0xd2: // ref.func
          this.need("reference-types", "ref.func", start);
          this.leb();
          break;
        case 0x43: // f32.const
          this.skip(4);
          break;
        case 0x44: // f64.const
          this.skip(8);
          break;
        case 0xd0: // ref.null
          this.need("reference-types", "ref.null", start);
          this.heapType();
          break;
        case 0x6a: // add, sub, mul
        case 0x6b:
        case 0x6c:
        case 0x7c:
        case 0x7d:
        case 0x7e:
          this.need("extended-const", "arithmetic in a constant expression", start);
          break;
        case 0xfb:
          this.need("gc", "an instruction with the prefix 0xfb", start);
          this.#aggregate(start);
          break;
        case 0xfd:
          this.need("simd", "v128.const", start);
          if (this.u32() !== 12) throw unknownCode("this vector instruction as a constant", start);
          this.skip(16);
          break;
        default:
          throw unknownCode(`the constant instruction 0x${opcode.toString(16)}`, start);
      }
    }
  }

  #aggregate(start: number): void {
    const code = this.u32();
    const kind = AGGREGATES.kinds[code] ?? UNKNOWN;
    if (kind !== PLAIN && kind !== LEB && kind !== TWO_LEBS) {
      throw unknownCode(`the constant instruction 0xfb ${code}`, start);
    }
    if (kind !== PLAIN) {
      const type = this.u32();
      // Each of these stores as many values as the type has fields.
      if (code <= 1) this.add("moduleConstants", this.spaces.params[type] ?? 0);
    }
    if (kind === TWO_LEBS) this.leb();
  }
}
