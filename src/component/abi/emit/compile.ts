// Compiles the text of a function. Where a page forbids eval, closures/ is used instead.
import type { Bind } from "../call-site.ts";
import * as runtime from "../runtime.ts";
import type { Stub, StubShape } from "../stub.ts";
import type { Text } from "./parts.ts";

type Load = (
  $: object,
  // The property names that emit/unit.ts uses.
  T: readonly (readonly string[])[],
) => Bind;

export function compileText(text: Text): Bind {
  return loadText(text, runtime);
}

/**
 * `$`: the functions that the text calls. For a function between two components,
 * adapter-runtime.ts.
 */
export function loadText({ text, tables }: Text, $: object): Bind {
  // oxlint-disable-next-line no-new-func -- the text is made of types alone, see emit/unit.ts
  const load = new Function("$", "T", text) as Load;
  return load($, tables);
}

/**
 * Stubs that each have code of their own, so that a JavaScript engine can inline what a stub calls.
 * All are in one text: it is parsed once, and each stub is compiled when it is first called.
 */
export function compileStubs(shapes: readonly StubShape[]): readonly Stub[] {
  const stubs = shapes.map(({ params, method }) => {
    const args = Array.from({ length: params }, (_, index) => `a${index}`).join(",");
    const handOver = method ? `.call(this${args === "" ? "" : "," + args})` : `(${args})`;
    return `function(m){let f;return function(${args}){return(f??=m())${handOver}}}`;
  });
  // oxlint-disable-next-line no-new-func -- the text is made of numbers
  return (new Function(`"use strict";return[${stubs.join(",\n")}]`) as () => Stub[])();
}

/**
 * Whether text may be compiled to functions here. Asked once for each component, because a refusal
 * is an exception, and a violation report where the page collects them.
 */
export function mayCompileText(): boolean {
  try {
    // oxlint-disable-next-line no-new-func, no-new -- asks and does nothing
    new Function("");
    return true;
  } catch {
    return false;
  }
}
