// The globals that both browsers and Node have and that the platform-free part of Tenon uses. No
// others are in scope there.
type BufferSource = ArrayBufferView<ArrayBuffer> | ArrayBuffer;

declare namespace WebAssembly {
  class Module {
    constructor(bytes: BufferSource);
    static exports(module: Module): { name: string; kind: string }[];
    static imports(module: Module): { module: string; name: string; kind: string }[];
    static customSections(module: Module, name: string): ArrayBuffer[];
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Table {
    constructor(descriptor: {
      element: "anyfunc" | "externref";
      initial: number;
      maximum?: number;
    });
    readonly length: number;
    get(index: number): unknown;
    set(index: number, value?: unknown): void;
    grow(by: number, value?: unknown): number;
  }
  class Global {
    constructor(descriptor: { value: string; mutable?: boolean }, value?: unknown);
    value: unknown;
  }
  class Tag {
    constructor(type: { parameters: string[] });
  }
  class Exception extends Error {}
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
  type Exports = Record<string, unknown>;
  type Imports = Record<string, Record<string, unknown>>;
  function compile(bytes: BufferSource): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  function validate(bytes: BufferSource): boolean;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: BufferSource | ArrayBufferView, options?: { stream?: boolean }): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}
declare class URL {
  constructor(url: string, base?: string | URL);
  href: string;
  protocol: string;
  username: string;
  password: string;
  hostname: string;
  host: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
  static canParse(url: string, base?: string): boolean;
}
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
interface Response {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}
declare function queueMicrotask(callback: () => void): void;
declare function setTimeout(callback: () => void, ms: number): unknown;
declare const performance: { now(): number };
declare function structuredClone<T>(value: T): T;
declare function atob(text: string): string;
interface ReadableStreamController<Chunk> {
  enqueue(chunk: Chunk): void;
  close(): void;
}
declare class ReadableStream<Chunk> {
  constructor(source: {
    pull(controller: ReadableStreamController<Chunk>): Promise<void>;
    cancel(): void;
  });
  getReader(): {
    read(): Promise<{ done: boolean; value?: Chunk | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}
/** In a browser, `subtle` exists in secure contexts only (https, or localhost). */
declare const crypto: {
  readonly subtle?: { digest(algorithm: "SHA-256", data: BufferSource): Promise<ArrayBuffer> };
};

interface ImportMeta {
  /** Where the module itself lies. */
  readonly url: string;
}
