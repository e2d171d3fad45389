/// The seam between the plugin host and whatever runs components.
///
/// JavaScript shapes of values are jco's documented ones: records as objects with camelCase keys,
/// variants as `{ tag, val }`, `option` as `T | undefined` (nested: `{ tag: "some" | "none" }`),
/// a function's `result` returned or thrown (an error with `payload`), `list<u8>` as Uint8Array,
/// 64-bit integers as bigint, flags as an object of booleans, resources as classes with
/// `Symbol.dispose`.
export interface Engine {
  readonly name: string;
  /// Rejects with a TenonError whose code starts with `component-`.
  compile(bytes: Uint8Array, options?: EngineCompileOptions): Promise<EngineComponent>;
}

export interface EngineCompileOptions {
  /// Imported functions that may answer with a promise, as `interface#function`
  /// (`tenon:plugin/http@0.1.0#fetch`, `…#[method]response.read`). Default: none.
  /// Where the list is not empty, exported functions answer with promises.
  readonly suspend?: readonly string[];
}

export interface EngineComponent {
  /// Releases what the compiled form holds. Instances made from it live on.
  [Symbol.dispose](): void;
  instantiate(imports: EngineImports, options?: EngineInstanceOptions): Promise<EngineInstance>;
}

/// Implementations by the import's exact name; each an object of functions (camelCase) and
/// resource classes (PascalCase), or a function for an import that is one.
export type EngineImports = Readonly<Record<string, unknown>>;

export interface EngineInstanceOptions {
  /// Cap of each linear memory in bytes. Default: 64 MiB.
  readonly maxMemoryBytes?: number;
}

export interface EngineInstance {
  /// By the export's exact name; interfaces are objects of functions (camelCase) and classes.
  readonly exports: Readonly<Record<string, unknown>>;
  readonly state: "live" | "poisoned" | "closed";
  /// Bytes of linear memory that the instance holds now.
  readonly memoryBytes: number;
  /// Ends the instance: guest destructors run, later calls throw `component-closed`.
  [Symbol.dispose](): void;
}
