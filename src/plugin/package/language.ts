import type { Engine } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { OutlinedWorld } from "./component-outline.ts";
import type { ImportLink } from "./import-links.ts";

/** What a language is given of the platform. Given by HostParts (`host/parts.ts`). */
export type LanguagePowers = Pick<
  Platform,
  "clock" | "timers" | "entropy" | "read" | "sha256" | "stripTypes"
>;

/** A language that plugins may be written in, installed as their source: `javascript()` is one. */
export interface Language {
  /** For messages: `JavaScript`. */
  readonly name: string;
  /**
   * Made once for each host.
   * @internal
   */
  on(powers: LanguagePowers): SourceReader;
}

/** Reads the sources of one language. */
export interface SourceReader {
  /** For messages. */
  readonly name: string;
  /** Whether a file of this name is a source. */
  isNamed(file: string): boolean;
  /** Whether bytes without a name are a source, by how they begin. */
  recognizes(bytes: Uint8Array): boolean;
  /**
   * The bytes of a plugin whose first file is `file`, with those that it needs: `read` answers the
   * bytes of another file of its folder, undefined where there is none. Rejects with
   * `package-source`.
   */
  gather(
    file: string,
    bytes: Uint8Array,
    read: (file: string) => Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array>;
  /**
   * Reads a plugin, and runs nothing of it. `file`: what its source is called, where that is known.
   * Rejects with `package-source`.
   */
  read(bytes: Uint8Array, file: string | undefined): Promise<ReadSource>;
}

/** A plugin from source. */
export interface ReadSource {
  /** The manifest that the source carries, as JSON. */
  readonly manifest: string | undefined;
  /** What it imports and exports. Throws `package-source`. */
  outline(manifest: Manifest): OutlinedWorld;
  /**
   * The engine that runs it, in front of one that runs components. Throws `package-imports` for an
   * import that is served and whose types nobody gave.
   */
  front(links: readonly ImportLink[]): (inner: Engine) => Engine;
}

/** Files that are sources of a language that a host can be given. */
const SOURCES = /\.(?:js|mjs|cjs|jsx|ts|mts|cts|tsx)$/u;

/** The reader for a package; undefined for a component. Throws `package-language`. */
export function readerOf(
  readers: readonly SourceReader[],
  bytes: Uint8Array,
  file: string | undefined,
): SourceReader | undefined {
  // What begins as WebAssembly does is no text.
  if (bytes[0] === 0) return undefined;
  const found = readers.find((reader) =>
    file === undefined
      ? reader.recognizes(bytes)
      : reader.isNamed(file) || reader.recognizes(bytes),
  );
  if (found !== undefined) return found;
  if (file === undefined || !SOURCES.test(file)) return undefined;
  const known = readers.map(({ name }) => name).join(", ");
  const message =
    readers.length === 0
      ? `${file} is a source, and this host takes components: give createHost \`languages: [javascript()]\`, from tenon/javascript`
      : `${file} is no source of a language that this host has (${known})`;
  throw new TenonError("package-language", message, { operation: "install", data: { file } });
}
