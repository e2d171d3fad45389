import {
  compileSync,
  type Imports,
  instantiate,
  type Instance,
} from "../../../src/component/index.ts";
import { ahead } from "../ahead.ts";
import { fromText } from "../guest.ts";

/** The three ways in which the functions of a component are made. */
export const ways = ["text", "closures", "written beforehand"] as const;
export type Way = (typeof ways)[number];

export async function start(
  way: Way,
  text: string,
  imports: Imports = {},
  suspend = false,
): Promise<Instance> {
  const component = compileSync((await fromText(text)) as BufferSource);
  if (way !== "written beforehand") return instantiate(component, imports, { code: way, suspend });
  return (await ahead(component, { suspend })).instantiate(imports);
}

/** Definitions of a component: its memory `$mem`, and `$realloc`, which never frees. */
export const memory = `
  (core module $Memory
    (memory (export "mem") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param $old i32) (param i32) (param $align i32) (param $size i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $at) (local.get $size)))
      (if (local.get $old)
        (then (memory.copy (local.get $at) (local.get $old) (local.get 1))))
      (local.get $at)))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "mem" (core memory $mem))
  (alias core export $memory "realloc" (core func $realloc))`;

type Builtin = readonly [canon: string, params: string, result: string];

const BUILTINS = {
  get: ["context.get i32 0", "", "i32"],
  set: ["context.set i32 0", "i32", ""],
  yield: ["thread.yield", "", "i32"],
  inc: ["backpressure.inc", "", ""],
  dec: ["backpressure.dec", "", ""],
  cancelled: ["task.cancel", "", ""],
  "set-new": ["waitable-set.new", "", "i32"],
  "set-drop": ["waitable-set.drop", "i32", ""],
  wait: ["waitable-set.wait (memory $mem)", "i32 i32", "i32"],
  poll: ["waitable-set.poll (memory $mem)", "i32 i32", "i32"],
  join: ["waitable.join", "i32 i32", ""],
  cancel: ["subtask.cancel", "i32", "i32"],
  "cancel-async": ["subtask.cancel async", "i32", "i32"],
  drop: ["subtask.drop", "i32", ""],
} as const satisfies Record<string, Builtin>;

/**
 * A component with one core module, which imports `mem`, the named built-ins (as `$name`), and
 * `more`: canonical definitions by their name.
 */
export function guest(parts: {
  readonly uses: readonly (keyof typeof BUILTINS)[];
  /** By name: the definition, and the core type of what it makes. */
  readonly more?: Readonly<Record<string, Builtin>>;
  /** Before the core module: imports and types. */
  readonly head?: string;
  readonly code: string;
  readonly exports: string;
}): string {
  const all: [string, Builtin][] = [
    ...parts.uses.map((name): [string, Builtin] => [name, BUILTINS[name]]),
    ...Object.entries(parts.more ?? {}),
  ];
  const canons = all.map(([name, [canon]]) => `(core func $${name} (canon ${canon}))`);
  const imports = all.map(([name, [, params, result]]) => {
    const type = `${params && `(param ${params})`} ${result && `(result ${result})`}`;
    return `(import "h" "${name}" (func $${name} ${type}))`;
  });
  const given = all.map(([name]) => `(export "${name}" (func $${name}))`);
  return `
    ${memory}
    ${parts.head ?? ""}
    ${canons.join("\n")}
    (core module $M
      (import "h" "mem" (memory 1))
      ${imports.join("\n")}
      ${parts.code})
    (core instance $m (instantiate $M (with "h" (instance
      (export "mem" (memory $mem)) ${given.join(" ")}))))
    ${parts.exports}`;
}

/** A promise, and what settles it. */
export interface Later<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
}

/** A function of the host that answers when it is told to. */
export function patient<Value>(): {
  readonly func: (...args: readonly unknown[]) => Promise<Value>;
  readonly asked: (Later<Value> & { readonly args: readonly unknown[] })[];
} {
  const asked: (Later<Value> & { readonly args: readonly unknown[] })[] = [];
  return {
    asked,
    func(...args) {
      const one = Promise.withResolvers<Value>();
      asked.push({ ...one, args });
      return one.promise;
    },
  };
}

/** Lets everything happen that needs no one else. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 5);
  });
}
