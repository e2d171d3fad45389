import { TenonError } from "../errors.ts";

/**
 * Throws `package-not-a-component` for bytes that do not begin as a component does, and says what
 * they are.
 */
export function assertComponent(bytes: Uint8Array, operation: string): void {
  const starts = (...preamble: readonly number[]): boolean =>
    preamble.every((byte, index) => bytes[index] === byte);
  if (starts(0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00)) return;
  let what = "the file is not WebAssembly";
  if (bytes.length === 0) what = "the file is empty";
  else if (starts(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)) {
    what =
      "the file is a core WebAssembly module and not a component; " +
      "make one of it with `wasm-tools component new`, or build for a component target";
  } else if (starts(0x00, 0x61, 0x73, 0x6d)) {
    what = bytes.length < 8 ? "the file is cut off" : "the file is of another WebAssembly version";
  }
  throw new TenonError("package-not-a-component", what, { operation });
}
