import { TenonError } from "../../errors.ts";
import type { Reader } from "./reader.ts";

/** Passes a constant expression, its `end` included. WebAssembly checks it. */
export function skipConstant(reader: Reader): void {
  for (;;) {
    const start = reader.at;
    const opcode = reader.u8();
    switch (opcode) {
      case 0x0b: // end
        return;
      case 0x41: // i32.const
      case 0x23: // global.get
      case 0xd2: // ref.func
        reader.skipLeb(5);
        break;
      case 0x42: // i64.const
        reader.skipLeb(10);
        break;
      case 0x43: // f32.const
        reader.skip(4);
        break;
      case 0x44: // f64.const
        reader.skip(8);
        break;
      case 0xd0: // ref.null
        if (reader.peek() === 0x65) reader.skip(1);
        reader.skipLeb(5);
        break;
      case 0x6a: // i32.add, .sub, .mul
      case 0x6b:
      case 0x6c:
      case 0x7c: // i64.add, .sub, .mul
      case 0x7d:
      case 0x7e:
        break;
      case 0xfb:
        skipAggregate(reader, start);
        break;
      case 0xfd:
        if (reader.u32() !== 12) throw unknown(start); // v128.const
        reader.skip(16);
        break;
      default:
        throw unknown(start);
    }
  }
}

/** The constant instructions of the garbage collection proposal: how many indices each has. */
const aggregates: Readonly<Record<number, number>> = {
  0x00: 1, // struct.new
  0x01: 1, // struct.new_default
  0x06: 1, // array.new
  0x07: 1, // array.new_default
  0x08: 2, // array.new_fixed
  0x1a: 0, // any.convert_extern
  0x1b: 0, // extern.convert_any
  0x1c: 0, // ref.i31
};

function skipAggregate(reader: Reader, start: number): void {
  const immediates = aggregates[reader.u32()];
  if (immediates === undefined) throw unknown(start);
  for (let count = 0; count < immediates; count++) reader.skipLeb(5);
}

function unknown(offset: number): TenonError {
  return new TenonError(
    "component-unsupported",
    `a constant expression has an instruction this engine doesn't know (at byte ${offset})`,
    { data: { offset } },
  );
}
