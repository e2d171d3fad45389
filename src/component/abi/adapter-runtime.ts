/**
 * The functions that generated text of calls between two components uses by name, in addition to
 * those of runtime.ts.
 */
export {
  carryLatin1Utf16,
  carryNumbers,
  carryUtf16,
  carryUtf8,
  dropLatin1Utf16,
  dropNumbers,
  dropUtf16,
  dropUtf8,
} from "./carry.ts";
export * from "./runtime.ts";
