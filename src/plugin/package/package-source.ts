import { type ComponentSource, readSource } from "../../component/outline.ts";
import { TenonError } from "../../errors.ts";
import { malformed, MOST_SIGNATURE, signatureSuffix } from "../../identity/signature.ts";
import type { Platform } from "../../platform/platform.ts";
import { tooLarge, unreadable } from "../../platform/source-errors.ts";

/**
 * Where a package comes from: a path or URL; the bytes themselves, as an ArrayBuffer, a view of one, a
 * Blob or a File; a Response or a ReadableStream of bytes; or a promise of one of these.
 */
export type PackageSource = URL | string | BytesLater | ComponentSource | ArrayBufferView;

/** A Blob or a File. */
export interface BytesLater {
  /** Resolves to the bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

const REMEDY = ". Give a path, a URL, bytes, a Blob, a Response or a stream.";

/** Rejects with `package-unreadable` and `package-too-large`. */
export async function readPackageBytes(
  source: PackageSource,
  platform: Pick<Platform, "read">,
  maxBytes: number,
): Promise<Uint8Array> {
  if (isAddress(source)) return platform.read(source, maxBytes);
  // Read at once: the caller may write to them later.
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  const size = (source as { readonly size?: unknown } | null)?.size;
  if (typeof size === "number" && size > maxBytes) throw tooLarge("the component", maxBytes, size);
  try {
    return await readSource(source as ComponentSource, maxBytes);
  } catch (error) {
    if (!(error instanceof TenonError)) throw unreadable(describe(source), error, REMEDY);
    if (error.code === "component-limit") throw tooLarge("the component", maxBytes);
    throw unreadable(describe(source), error, REMEDY);
  }
}

/**
 * The text of the manifest beside a component that is read from an address: `NAME.json` beside
 * `NAME.wasm`. Undefined where there is none, or the source has no address.
 */
export async function readManifestBeside(
  source: PackageSource,
  platform: Pick<Platform, "read">,
  maxBytes: number,
): Promise<string | undefined> {
  if (!isAddress(source)) return undefined;
  const beside = String(source).replace(/\.wasm(?=$|[?#])/, ".json");
  if (beside === String(source)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await platform.read(beside, maxBytes));
  } catch (error) {
    if (error instanceof TenonError && error.code === "package-unreadable") return undefined;
    throw error;
  }
}

/**
 * The signature beside a component that is read from a path: `NAME.wasm.sig` beside `NAME.wasm`.
 * Undefined where there is none. A server is not asked: many answer any address with a page.
 */
export async function readSignatureBeside(
  source: PackageSource,
  platform: Pick<Platform, "read" | "packages">,
): Promise<Uint8Array | undefined> {
  if (!isAddress(source) || platform.packages === undefined) return undefined;
  const path = String(source);
  if (/^https?:/iu.test(path) || !path.endsWith(".wasm")) return undefined;
  try {
    return await platform.read(`${path}${signatureSuffix}`, MOST_SIGNATURE);
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    if (error.code === "package-unreadable") return undefined;
    if (error.code === "package-too-large") throw malformed(`it has over ${MOST_SIGNATURE} bytes`);
    throw error;
  }
}

/** What a message calls a package from there. */
export function describe(source: unknown): string {
  if (isAddress(source)) return String(source);
  return ArrayBuffer.isView(source) ? "a package without a name" : "the package";
}

/** A path or a URL, of any realm. */
function isAddress(source: unknown): source is URL | string {
  if (typeof source === "string") return true;
  return Object.prototype.toString.call(source) === "[object URL]";
}
