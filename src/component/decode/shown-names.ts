// Names of functions that a JavaScript engine puts into the stacks of errors.
import { replaceSections } from "./replaced-sections.ts";
import type { Reader } from "./reader.ts";
import { isHarmless } from "../../visible-text.ts";
import { lossyUtf8 } from "../../utf8.ts";

/** Of the custom section `name`: subsections whose names show in stacks. */
const MODULE = 0;
const FUNCTIONS = 1;

/** UTF-16 units. C++ has names of some thousands. */
const LONGEST = 8_192;

/**
 * How many functions' names a module keeps: more than it may have functions. An engine reads all of them in
 * the first trap, and nothing interrupts it: 20 million take 240 ms.
 */
const MOST = 131_072;

/**
 * The module without its names where one of them would act on a terminal, hide there or fill it, or where there
 * are more than it can have functions: engines print them in the stack of each error that passes through the
 * module, whoever made the error. Of names that show as they are nothing changes. `module` is checked to be
 * made of sections.
 */
export function withShownNames(module: Uint8Array): Uint8Array {
  return replaceSections(module, (id, section) =>
    id === 0 && !areShown(section) ? [] : undefined,
  );
}

/** A section that can't be read gives an engine no names; it is removed, too. */
function areShown(section: Reader): boolean {
  try {
    if (text(section) !== "name") return true;
    let names = 0;
    while (!section.done) {
      const id = section.u8();
      const part = section.slice(section.u32());
      if (id === MODULE && !isShown(part)) return false;
      if (id !== FUNCTIONS) continue;
      const count = part.u32();
      names += count;
      if (names > MOST) return false;
      for (let left = count; left > 0; left--) {
        part.u32();
        if (!isShown(part)) return false;
      }
    }
    return true;
  } catch {
    return false;
  }
}

function isShown(part: Reader): boolean {
  const name = text(part);
  return name.length <= LONGEST && isHarmless(name);
}

/** Engines do not agree on what makes a name invalid: one that is not UTF-8 counts as harmful. */
function text(reader: Reader): string {
  const part = reader.slice(reader.u32());
  return lossyUtf8.decode(reader.bytes.subarray(part.at, part.end));
}
