import type { Engine } from "../component/engine.ts";
import { TenonError } from "../errors.ts";
import type { Manifest } from "../plugin/manifest/manifest.ts";
import type { ImportLink } from "../plugin/package/import-links.ts";
import type {
  Language,
  LanguagePowers,
  ReadSource,
  SourceReader,
} from "../plugin/package/language.ts";
import { strictUtf8 } from "../utf8.ts";
import { javascriptEngine, type RuntimeBytes } from "./engine/javascript-engine.ts";
import { outlineOf } from "./plan/outline.ts";
import { CONSOLE, FETCH, type Surface, surfaceOf, unfitExport } from "./plan/surface.ts";
import { RUNTIME_DIGEST, RUNTIME_URL } from "./runtime/runtime-component.ts";
import { isBundle, isFileName, readFiles, writeFiles } from "./source/files.ts";
import { beginsWithManifest, manifestComment } from "./source/manifest-comment.ts";
import { gatherFiles, type Program, readProgram, type StripTypes } from "./source/program.ts";
import { sourceError } from "./source/source-error.ts";
import { type GivenWorld, KnownWorlds } from "./worlds/known-worlds.ts";

/** Options of `javascript`. */
export interface JavaScriptOptions {
  /**
   * The application's own worlds: what plugins may import and export beside `tenon:plugin`. Default:
   * none.
   */
  readonly worlds?: readonly GivenWorld[];
  /**
   * Takes the types out of a TypeScript source and leaves everything else where it was. Default: what
   * the platform has for it; without, plugins are JavaScript.
   */
  readonly stripTypes?: StripTypes;
  /**
   * Where the runtime component is, for an application that serves it from a place of its own. Default:
   * beside this module.
   */
  readonly runtime?: URL | string;
}

/** The most bytes that the runtime component may have. */
const MOST_RUNTIME = 32 * 1024 * 1024;

/** What a file is called whose name nobody knows. */
const NAMELESS = "plugin.js";

/**
 * Plugins from source in JavaScript and TypeScript, for `languages` of `createHost`. Throws `wit-invalid`
 * and `wit-world` for worlds that can't be read.
 */
export function javascript(options: JavaScriptOptions = {}): Language {
  const worlds = new KnownWorlds(options.worlds ?? []);
  return { name: "JavaScript", on: (powers) => new JavaScriptReader(worlds, options, powers) };
}

class JavaScriptReader implements SourceReader {
  readonly name = "JavaScript";
  readonly #worlds: KnownWorlds;
  readonly #options: JavaScriptOptions;
  readonly #powers: LanguagePowers;
  #runtime: Promise<RuntimeBytes> | undefined;

  constructor(worlds: KnownWorlds, options: JavaScriptOptions, powers: LanguagePowers) {
    this.#worlds = worlds;
    this.#options = options;
    this.#powers = powers;
  }

  isNamed(file: string): boolean {
    return isFileName(file);
  }

  recognizes(bytes: Uint8Array): boolean {
    if (isBundle(bytes)) return true;
    return beginsWithManifest(new TextDecoder().decode(bytes.subarray(0, 65_536)));
  }

  async gather(
    file: string,
    bytes: Uint8Array,
    read: (file: string) => Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array> {
    const files = await gatherFiles(file, textOf(file, bytes), async (name) => {
      const found = await read(name);
      return found && textOf(name, found);
    });
    return files.texts.size === 1 ? bytes : writeFiles(files);
  }

  async read(bytes: Uint8Array, file: string = NAMELESS): Promise<ReadSource> {
    const files = readFiles(bytes, file);
    const strip = this.#options.stripTypes ?? this.#powers.stripTypes;
    const program = await readProgram(files, strip);
    const manifest = manifestComment(files.texts.get(files.main)!);
    return new JavaScriptSource(program, manifest, this.#worlds, (surface, mayEval) => (inner) => {
      const { clock, timers, entropy } = this.#powers;
      const runtime = (): Promise<RuntimeBytes> => this.#load();
      const worlds = this.#worlds;
      const given = { program, surface, worlds, runtime, mayEval };
      return javascriptEngine(inner, { ...given, clock, timers, entropy });
    });
  }

  /** Once; a failure is not kept. */
  #load(): Promise<RuntimeBytes> {
    this.#runtime ??= this.#read().catch((error: unknown) => {
      this.#runtime = undefined;
      throw error;
    });
    return this.#runtime;
  }

  async #read(): Promise<RuntimeBytes> {
    const { runtime = RUNTIME_URL } = this.#options;
    const bytes = await this.#powers.read(runtime, MOST_RUNTIME);
    const digest = `sha256:${hex(await this.#powers.sha256(bytes))}`;
    if (digest === RUNTIME_DIGEST) return { bytes, digest };
    const message = `the runtime of JavaScript plugins at ${String(runtime)} is another one than this version of tenon has`;
    throw new TenonError("package-digest-mismatch", message, {
      data: { digest, expected: RUNTIME_DIGEST },
    });
  }
}

/** `mayEval`: see the manifest's key `eval`. */
type MakeEngine = (surface: Surface, mayEval: boolean) => (inner: Engine) => Engine;

class JavaScriptSource implements ReadSource {
  readonly manifest: string | undefined;
  readonly #program: Program;
  readonly #worlds: KnownWorlds;
  readonly #engine: MakeEngine;
  #surface: Surface = { imports: [], exports: [] };
  #mayEval = false;

  constructor(
    program: Program,
    manifest: string | undefined,
    worlds: KnownWorlds,
    engine: MakeEngine,
  ) {
    this.#program = program;
    this.manifest = manifest;
    this.#worlds = worlds;
    this.#engine = engine;
  }

  outline({ capabilities, eval: mayEval }: Manifest): ReturnType<typeof outlineOf> {
    this.#mayEval = mayEval;
    const asks = capabilities.some(({ capability }) => capability === "http");
    const fetches = this.#program.modules.some(({ source }) => /\bfetch\b/u.test(source));
    const ambient = asks && fetches ? [CONSOLE, FETCH] : [CONSOLE];
    this.#surface = surfaceOf(this.#program, this.#worlds, ambient);
    for (const made of this.#surface.exports) {
      const why = unfitExport(made, this.#worlds);
      if (why === undefined) continue;
      const place = { file: this.#program.main, line: 1, column: 1 };
      throw sourceError(place, `the export ${made.from}: ${why}`);
    }
    return outlineOf(this.#surface);
  }

  front(links: readonly ImportLink[]): (inner: Engine) => Engine {
    const surface = this.#surface;
    const served = new Set(links.map((link) => link.import.name));
    const untyped = surface.imports.filter(({ name, known }) => !known && served.has(name));
    if (untyped.length === 0) return this.#engine(surface, this.#mayEval);
    const missing = untyped.map(({ name }) => ({
      import: name,
      reason: "type" as const,
      remedy: "the host has no types for it: give its WIT to javascript({ worlds })",
    }));
    const lines = missing.map((one) => `\n  ${one.import}: ${one.remedy}`).join("");
    throw new TenonError("package-imports", `the plugin imports what it cannot be given:${lines}`, {
      operation: "install",
      data: { missing },
    });
  }
}

function textOf(file: string, bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw sourceError({ file, line: 1, column: 1 }, "it is not UTF-8", cause);
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
