import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { TenonError, visibleJson } from "../index.ts";
import { type Component, compileSync, writeAhead } from "../component/index.ts";
import { nearest } from "../near-names.ts";
import { readComponent } from "./packages/package-files.ts";
import { worldOf } from "./types.ts";
import { bytes, table, type Terminal } from "./terminal.ts";

export interface ComponentAotOptions {
  readonly out: string;
  readonly suspend?: readonly string[];
  readonly suspendAll?: boolean;
  readonly runtime?: string;
  readonly json?: boolean;
}

/** Functions that a message names. */
const MOST_SHOWN = 10;

/** Writes a component as an ES module into a folder, which is made where it does not exist. */
export function componentAot(file: string, options: ComponentAotOptions, out: Terminal): void {
  if (options.out === "") throw new TenonError("usage", "--out names a folder; not nothing");
  const component = compileSync(new Uint8Array(readComponent(file)));
  assertImported(options.suspend ?? [], component);
  const { runtime } = options;
  const files = writeAhead(component, {
    suspend: options.suspendAll === true || (options.suspend ?? false),
    world: worldOf(file),
    ...(runtime === undefined ? {} : { runtime }),
  });
  try {
    makeFolder(resolve(options.out));
    for (const [name, content] of files) writeFileSync(join(options.out, name), content);
  } catch (cause) {
    const message = `cannot write to ${options.out}: ${(cause as Error).message}`;
    throw new TenonError("usage", message, { cause });
  }
  const sizes = [...files].map(([name, content]) => [name, content.length] as const);
  if (options.json === true) return out.raw(`${visibleJson(Object.fromEntries(sizes))}\n`);
  for (const row of table(sizes.map(([name, size]) => [name, bytes(size)]))) out.line(row);
}

/** Throws `usage` for a function that the component does not import: its promise would be refused. */
function assertImported(names: readonly string[], { imports }: Component): void {
  const known = imports.flatMap(({ name, type }) =>
    type.kind === "func"
      ? [name]
      : type.kind === "instance"
        ? [...type.type.exports.values()]
            .filter((one) => one.type.kind === "func")
            .map((one) => `${name}#${one.name}`)
        : [],
  );
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const hint =
      near.length > 0
        ? `did you mean ${near.join(" or ")}?`
        : `it imports ${known.slice(0, MOST_SHOWN).join(", ") || "none"}${known.length > MOST_SHOWN ? ", …" : ""}`;
    throw new TenonError("usage", `--suspend: no function "${name}" is imported; ${hint}`);
  }
}

/** Node's own `recursive` never returns for a folder below `/proc` that does not exist. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}
