import { TenonError } from "../../src/errors.ts";
import type { ByteReader } from "./bytes.ts";

const IMPORTS = 2;
const EXPORTS = 7;
const MAX_NAME = 4096;

/**
 * Checks the names in one section of a core module. They are free-form strings from the binary that
 * the transpiler writes into the glue; what could be more than a name there (quotes, backslashes,
 * control characters) is `component-unsupported`, as is a name over 4 KiB. Toolchains make neither.
 */
export function checkModuleSection(id: number, section: ByteReader): void {
  if (id === IMPORTS) {
    for (let left = section.unsigned(); left > 0; left--) {
      checkName(section);
      checkName(section);
      skipImportType(section);
    }
  } else if (id === EXPORTS) {
    for (let left = section.unsigned(); left > 0; left--) {
      checkName(section);
      section.byte();
      section.unsigned();
    }
  }
}

/** Reads over one name. */
export function checkName(section: ByteReader): void {
  const at = section.offset;
  const length = section.unsigned();
  if (length > MAX_NAME) throw refusedName(at);
  const name = section.take(length);
  // `*` alone has a meaning of its own in the transpiler's member expressions.
  if (length === 1 && name[0] === 0x2a) throw refusedName(at);
  if (!name.every(isPlain)) throw refusedName(at);
}

// Neither a control character nor a quote, a backslash or a backtick.
function isPlain(byte: number): boolean {
  return (
    byte >= 0x20 &&
    byte !== 0x7f &&
    byte !== 0x22 &&
    byte !== 0x27 &&
    byte !== 0x5c &&
    byte !== 0x60
  );
}

function refusedName(offset: number): TenonError {
  return new TenonError(
    "component-unsupported",
    `An import or export name has characters that this engine does not take, at byte ${offset}.`,
    { data: { offset, feature: "odd names" } },
  );
}

function skipImportType(section: ByteReader): void {
  const kind = section.byte();
  if (kind === 0) section.unsigned();
  else if (kind === 1) {
    skipValueType(section);
    skipLimits(section);
  } else if (kind === 2) skipLimits(section);
  else if (kind === 3) {
    skipValueType(section);
    section.byte();
  } else if (kind === 4) {
    section.byte();
    section.unsigned();
  } else throw section.malformed("imports something of an unknown kind");
}

// One byte, or `(ref null? heaptype)`.
function skipValueType(section: ByteReader): void {
  const first = section.byte();
  if (first === 0x63 || first === 0x64) section.unsigned();
}

function skipLimits(section: ByteReader): void {
  const flags = section.byte();
  section.unsigned();
  if (flags & 1) section.unsigned();
  if (flags & 8) section.unsigned();
}
