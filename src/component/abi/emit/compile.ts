// The text of a function made into a function. Where a page forbids eval, see closures/.
import type { Bind } from "../call-site.ts";
import * as runtime from "../runtime.ts";
import type { Stub, StubShape } from "../stub.ts";
import type { Text } from "./parts.ts";

type Load = (
  $: object,
  // Property names are those that emit/unit.ts writes.
  T: readonly (readonly string[])[],
) => Bind;

export function compileText(text: Text): Bind {
  return loadText(text, runtime);
}

/** `$`: what the text calls. Of a function between two components, adapter-runtime.ts. */
export function loadText({ text, tables }: Text, $: object): Bind {
  // oxlint-disable-next-line no-new-func -- the text is made of types alone, see emit/unit.ts
  const load = new Function("$", "T", text) as Load;
  return load($, tables);
}

/**
 * Stubs with code of their own each, so that a JavaScript engine can compile what one calls into it.
 * One text for all of them: it is read once, and each is compiled when it is first called.
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
 * Whether this world lets text become a function. Asked once per component; a refusal is an
 * exception, and a violation report where the page collects them.
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
