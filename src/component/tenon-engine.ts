import type { AsciiDecoder } from "./abi/context.ts";
import { mayCompileText } from "./abi/emit/compile.ts";
import { rulesOf } from "./caps/rules.ts";
import { type CodeKind, compileShared } from "./compile.ts";
import { readStored, writeStored } from "./compiled/disk.ts";
import type { CompiledKey } from "./compiled/key.ts";
import { SharedModules } from "./compiled/memory.ts";
import { partsRead } from "./compiled/read.ts";
import { CompiledStore } from "./compiled/store.ts";
import { growthOf, plannedComponent, prepared } from "./compiled/thread.ts";
import { CompiledComponent } from "./engine-components.ts";
import type { Engine, EngineCompileOptions } from "./engine.ts";

export interface ComponentEngineOptions {
  /** See InstantiateOptions. Default: text where the page allows that. */
  readonly code?: CodeKind;
  /** The platform's faster way to read long strings that may be ASCII. Default: none. */
  readonly decodeAscii?: AsciiDecoder;
  /**
   * Keeps results for components that are compiled with their digest: those of reading in this run,
   * and of earlier runs (plans and the text of functions, which is run). Default: nothing is kept.
   */
  readonly store?: CompiledStore | undefined;
}

/**
 * This engine as an Engine. Core modules with the same bytes are compiled once for all components
 * that are alive.
 */
export function componentEngine(options: ComponentEngineOptions = {}): Engine {
  const shared = new SharedModules();
  const { store = new CompiledStore(), ...how } = options;
  return {
    name: "tenon",
    async compile(
      source: Uint8Array,
      {
        suspend = [],
        digest,
        interrupt,
        restorable = false,
        limits = {},
        rules: given = {},
        checked = false,
      }: EngineCompileOptions = {},
    ) {
      const rules = rulesOf(given);
      // A copy: the component continues to read its bytes, and the caller may change its own.
      const bytes = Uint8Array.from(source);
      const isText = how.code !== "closures" && mayCompileText();
      const key: CompiledKey | undefined =
        digest === undefined || !isText ? undefined : { kind: "plan", digest, rules };
      const made = { restorable, ...(interrupt === undefined ? {} : { interrupt }) };
      const stored = key && (await store.find(key));
      const known = stored && readStored(stored, key.digest, () => suspend, false);
      if (known !== undefined) {
        const form = { ...growthOf(limits), ...made };
        const planned = await prepared(bytes, known.link, form, { rules, checked }, shared);
        return plannedComponent(planned, form, how);
      }
      const growth = { maxMemoryBytes: limits.memoryBytes, maxTableElements: limits.tableElements };
      const read = digest === undefined ? undefined : store.recall({ kind: "read", digest, rules });
      const component = await compileShared(
        bytes,
        { ...growth, ...rules, ...made, checked, read: read && partsRead(read) },
        shared,
      );
      if (key !== undefined) {
        const { digest } = key;
        store.keep(key, () => writeStored(component, digest, { suspend, pauses: false }));
      }
      return new CompiledComponent(component, { ...how, suspend, restorable });
    },
  };
}
