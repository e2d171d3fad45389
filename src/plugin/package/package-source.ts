import { type ComponentSource, readSource } from "../../component/outline.ts";
import { TenonError } from "../../errors.ts";
import { wrongOption } from "../../options.ts";
import { malformed, MOST_SIGNATURE, signatureSuffix } from "../../identity/signature.ts";
import type { Platform } from "../../platform/platform.ts";
import type { SourceReader } from "./language.ts";
import { beside, fileNameOf, findSource, type FoundSource } from "./source-files.ts";
import { tooLarge, unreadable } from "../../platform/source-errors.ts";

/**
 * Where a package comes from: a path or URL; the bytes themselves, as an ArrayBuffer, a view of one, a
 * Blob or a File; a Response, a ReadableStream or another async iterable of bytes, such as Node's
 * `Readable`; or a promise of one of these.
 */
export type PackageSource = URL | string | BytesLater | ComponentSource | ArrayBufferView;

/** A Blob or a File. */
export interface BytesLater {
  /** Resolves to the bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Functions of which a source has at least one. */
const READ_WITH = ["then", "arrayBuffer", "getReader", Symbol.asyncIterator] as const;

/**
 * Throws `usage` for what is no source at all, and `package-unreadable` for an object that throws
 * when it is looked at.
 */
function checkSource(source: unknown): asserts source is PackageSource {
  try {
    if (isAddress(source)) return;
    if (isBytes(source)) {
      if (!isDetached(source)) return;
      throw new TenonError(
        "usage",
        "the package's bytes are gone: their ArrayBuffer was transferred to another thread or owner; install it before, or hand over a copy",
      );
    }
    const found = Object(source) as Readonly<Record<string | symbol, unknown>>;
    if (READ_WITH.some((name) => typeof found[name] === "function")) return;
  } catch (error) {
    throw error instanceof TenonError ? error : unreadable("the package", error);
  }
  throw wrongOption("a package", "a path, a URL, bytes, a Blob, a Response or a stream", source);
}

/**
 * Reads a package, with the files that a plugin from source needs where it is read from an address.
 * Bytes that are there are copied before this returns. Rejects with `usage`, `package-unreadable`,
 * `package-too-large` and `package-source`.
 */
export async function readPackageFrom(
  source: PackageSource,
  readers: readonly SourceReader[],
  platform: Pick<Platform, "read" | "letOthersRun">,
  maxBytes: number,
): Promise<Omit<FoundSource, "file"> & { readonly file: string | undefined }> {
  checkSource(source);
  if (!isAddress(source)) {
    const file = nameOf(source);
    const bytes = await readPackageBytes(source, platform, maxBytes);
    return { bytes, file, manifest: undefined };
  }
  const found =
    readers.length === 0 ? undefined : await findSource(source, readers, platform, maxBytes);
  if (found !== undefined) return found;
  const bytes = await platform.read(source, maxBytes);
  return { bytes, file: fileNameOf(source), manifest: undefined };
}

/** The name of a File. */
function nameOf(source: object): string | undefined {
  try {
    const { name } = source as { readonly name?: unknown };
    return typeof name === "string" && name !== "" ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Rejects with `usage`, `package-unreadable` and `package-too-large`. */
async function readPackageBytes(
  source: Exclude<PackageSource, URL | string>,
  platform: Pick<Platform, "letOthersRun">,
  maxBytes: number,
): Promise<Uint8Array> {
  // Read at once: the caller may write to them later.
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  try {
    const { size } = source as { readonly size?: unknown };
    if (typeof size === "number" && size > maxBytes) {
      throw tooLarge("the component", maxBytes, size);
    }
    return await readSource(source as ComponentSource, maxBytes, () => platform.letOthersRun());
  } catch (error) {
    if (!(error instanceof TenonError)) throw unreadable("the package", error);
    if (error.code === "component-limit") throw tooLarge("the component", maxBytes);
    if (error.code === "package-too-large") throw error;
    throw unreadable("the package", error);
  }
}

/**
 * The text of the manifest beside a plugin that is read from an address: `NAME.json` beside `NAME.wasm`,
 * `manifest.json` beside a source. Undefined where there is none, or the source has no address.
 */
export async function readManifestBeside(
  source: PackageSource,
  platform: Pick<Platform, "read">,
  maxBytes: number,
): Promise<string | undefined> {
  const address = addressBeside(source);
  if (address === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await platform.read(address, maxBytes));
  } catch (error) {
    if (error instanceof TenonError && error.code === "package-unreadable") return undefined;
    throw error;
  }
}

function addressBeside(source: PackageSource): string | undefined {
  if (!isAddress(source)) return undefined;
  if (/\.(?:js|mjs|ts|mts)$/u.test(fileNameOf(source))) return beside(source, "manifest.json");
  const address = String(source).replace(/\.wasm(?=$|[?#])/, ".json");
  return address === String(source) ? undefined : address;
}

/** `manifest-missing` with the file that was looked for, where one was. */
export function notBeside(source: PackageSource, missing: TenonError): TenonError {
  const address = addressBeside(source);
  if (address === undefined) return missing;
  const message = `${missing.message}: there is no ${address}`;
  return new TenonError("manifest-missing", message, { operation: "install", cause: missing });
}

/**
 * The signature beside a plugin that is read from a path: `NAME.wasm.sig` beside `NAME.wasm`, `NAME.ts.sig`
 * beside a source, `package.json.sig` in a folder. Undefined where there is none. A server is not
 * asked: many answer any address with a page.
 */
export async function readSignatureBeside(
  source: PackageSource,
  platform: Pick<Platform, "read" | "packages">,
): Promise<Uint8Array | undefined> {
  if (!isAddress(source) || platform.packages === undefined) return undefined;
  const path = signedPath(String(source));
  if (/^https?:/iu.test(path)) return undefined;
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
  return typeof source === "string" || tagOf(source) === "[object URL]";
}

function isDetached(bytes: ArrayBufferLike | ArrayBufferView): boolean {
  const { detached } = (ArrayBuffer.isView(bytes) ? bytes.buffer : bytes) as {
    readonly detached?: boolean;
  };
  return detached === true;
}

function isBytes(source: unknown): source is ArrayBufferLike | ArrayBufferView {
  return ArrayBuffer.isView(source) || /^\[object (?:Shared)?ArrayBuffer\]$/u.test(tagOf(source));
}

/** None for an object that throws when it is asked. */
function tagOf(source: unknown): string {
  try {
    return Object.prototype.toString.call(source);
  } catch {
    return "";
  }
}

/** The file that a signature lies beside. */
export function signedPath(path: string): string {
  if (/\.(?:wasm|m?[jt]s|json)$/u.test(path)) return path;
  return `${path}${path.endsWith("/") ? "" : "/"}package.json`;
}
