import { utf8Encoder } from "../utf8.ts";
import { signatureSection } from "./signature.ts";

/** What a scan of a component's own sections found. Nothing in them has been looked at. */
export interface SignedBytes {
  /** The contents of each signature section, in order. They share the component's memory. */
  readonly signatures: readonly Uint8Array[];
  /** Where the first signature section begins: the signature is about the bytes before it. */
  readonly end: number;
  /** Whether anything follows the first signature section. */
  readonly isFollowed: boolean;
  /** The content of the first manifest section. */
  readonly manifest: Uint8Array | undefined;
}

/** The custom section of a component that holds its manifest. */
export const manifestSection = "tenon:manifest";

const PREAMBLE = 8;
const CUSTOM = 0;
/** Sections that are passed over in one step. */
const AT_ONCE = 4096;

/**
 * Walks along the top-level sections of a component: what is signed, and by what signature. It reads
 * ids, sizes and the names of custom sections, and nothing else. The bytes may be anything; the walk
 * ends where they are no sections any more, and what is read afterwards refuses them.
 */
export function* signedBytesSteps(bytes: Uint8Array): Generator<undefined, SignedBytes, undefined> {
  const names = {
    signature: utf8Encoder.encode(signatureSection),
    manifest: utf8Encoder.encode(manifestSection),
  };
  const signatures: Uint8Array[] = [];
  let end = bytes.length;
  let after = bytes.length;
  let manifest: Uint8Array | undefined;
  let at = PREAMBLE;
  for (let passed = 1; at < bytes.length; passed++) {
    if (passed % AT_ONCE === 0) yield;
    const size = readU32(bytes, at + 1);
    const next = size === undefined ? Infinity : size.after + size.value;
    if (size === undefined || next > bytes.length) break;
    if (bytes[at] === CUSTOM) {
      const section = bytes.subarray(size.after, next);
      const signature = contentOf(section, names.signature);
      if (signature !== undefined) {
        if (signatures.length === 0) [end, after] = [at, next];
        // One too many is enough to know.
        if (signatures.length < 2) signatures.push(signature);
      }
      manifest ??= contentOf(section, names.manifest);
    }
    at = next;
  }
  return { signatures, end, isFollowed: after < bytes.length, manifest };
}

/** What follows the name of a custom section, where it is this name. */
function contentOf(section: Uint8Array, name: Uint8Array): Uint8Array | undefined {
  const length = readU32(section, 0);
  if (length === undefined || length.value !== name.length) return undefined;
  const { after } = length;
  if (after + name.length > section.length) return undefined;
  if (!name.every((byte, at) => section[after + at] === byte)) return undefined;
  return section.subarray(after + name.length);
}

/** An unsigned number of up to five bytes, LEB128. */
function readU32(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly after: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return value < 2 ** 32 ? { value, after: at + i + 1 } : undefined;
  }
  return undefined;
}
