import { defineGlobal, typedBytes, typedName } from "./primordials.ts";
import { asInterface } from "./events.ts";
import { bytesOf } from "./bytes.ts";
import { TARGETS } from "./native.ts";

const MOST = 65_536;
const INTEGERS = /^(?:Big)?(?:Int|Uint)(?:8|16|32|64)(?:Clamped)?Array$/;

class Crypto {
  getRandomValues<T extends ArrayBufferView>(view: T): T {
    if (!INTEGERS.test(typedName(view) ?? "")) {
      throw new DOMException("A typed array of integers is wanted.", "TypeMismatchError");
    }
    const length = typedBytes(view);
    if (length > MOST) {
      throw new DOMException(`At most ${MOST} bytes are given at once.`, "QuotaExceededError");
    }
    bytesOf(view).set(native.call(TARGETS.random, [length]) as Uint8Array);
    return view;
  }

  randomUUID(): string {
    const bytes = native.call(TARGETS.random, [16]) as Uint8Array;
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    let text = "";
    for (let at = 0; at < 16; at += 1) {
      if (at === 4 || at === 6 || at === 8 || at === 10) text += "-";
      text += (bytes[at]! + 256).toString(16).slice(1);
    }
    return text;
  }
}

export function defineCrypto(): void {
  asInterface(Crypto);
  defineGlobal("crypto", new Crypto());
}
