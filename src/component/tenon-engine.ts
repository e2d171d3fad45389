import type { DerivedStore } from "../platform/derived.ts";
import type { AsciiDecoder } from "./abi/context.ts";
import { mayCompileText } from "./abi/emit/compile.ts";
import { readStored, storedName, writeStored } from "./aot/stored.ts";
import { type CodeKind, compileShared } from "./compile.ts";
import { CompiledComponent } from "./engine-components.ts";
import type { Engine, EngineCompileOptions } from "./engine.ts";
import { rulesOf } from "./caps/rules.ts";
import { growthOf } from "./portable.ts";
import { SharedModules } from "./shared-modules.ts";
import { plannedComponent, prepared } from "./thread-component.ts";

export interface ComponentEngineOptions {
  /** See InstantiateOptions. Default: text where the page allows that. */
  readonly code?: CodeKind;
  /** The platform's faster way to read long strings that may be ASCII. Default: none. */
  readonly decodeAscii?: AsciiDecoder;
  /**
   * Keeps the plans of components that are compiled with their digest, and the text of their
   * functions, for later runs. Text that is found there is run, so it must be a store of the host's
   * own. Default: none.
   */
  readonly derived?: DerivedStore;
}

/**
 * This engine as an Engine. Core modules with the same bytes are compiled once for all components
 * that are alive.
 */
export function componentEngine(options: ComponentEngineOptions = {}): Engine {
  const shared = new SharedModules();
  const { derived, ...how } = options;
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
      const store = how.code === "closures" || !mayCompileText() ? undefined : derived;
      const made = { restorable, ...(interrupt === undefined ? {} : { interrupt }) };
      const stored = digest === undefined ? undefined : await store?.get(storedName(digest, rules));
      const link = stored && readStored(stored, digest!, { suspend, pauses: false });
      if (link !== undefined) {
        const form = { ...growthOf(limits), ...made };
        return plannedComponent(
          await prepared(bytes, link, form, { rules, checked }, shared),
          form,
          how,
        );
      }
      const growth = { maxMemoryBytes: limits.memoryBytes, maxTableElements: limits.tableElements };
      const component = await compileShared(
        bytes,
        { ...growth, ...rules, ...made, checked },
        shared,
      );
      if (digest !== undefined) {
        store?.keep(storedName(digest, rules), () =>
          writeStored(component, digest, { suspend, pauses: false }),
        );
      }
      return new CompiledComponent(component, { ...how, suspend, restorable });
    },
  };
}
