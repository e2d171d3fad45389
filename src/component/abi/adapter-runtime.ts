/** What generated text calls, by name, with what functions between two components call besides. */
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
