import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { TenonError } from "../index.ts";
import {
  type Component,
  compileSync,
  componentTypes,
  type UnusableFunction,
  witTypes,
} from "../component/index.ts";
import { exitCodes } from "./exit-code.ts";
import { readComponent } from "./packages/package-files.ts";
import type { Terminal } from "./terminal.ts";

export interface TypesOptions {
  readonly world?: string;
  readonly out?: string;
  readonly check?: boolean;
}

/** Functions that a message names. */
const MOST_SHOWN = 10;

/** How deep folders of WIT may be nested: `deps/http/types.wit` is at 2. */
const MAX_DEPTH = 4;

/**
 * Writes TypeScript types for a world of WIT, or of a component, or checks that a file has them.
 * Returns the exit code.
 */
export function types(path: string, options: TypesOptions, out: Terminal, err: Terminal): number {
  if (options.check === true && options.out === undefined) {
    throw new TenonError("usage", "--check compares a file: name it with --out");
  }
  const unusable: UnusableFunction[] = [];
  const world = written(path, options.world, (one) => unusable.push(one));
  const text = `// Written by \`tenon types\`. Do not edit: write it again.\n${world}`;
  if (options.check !== true) warn(unusable, err);
  if (options.out === undefined) {
    out.raw(text);
    return exitCodes.ok;
  }
  const target = targetOf(options.out, worldOf(options.world ?? path));
  if (options.check === true) {
    if (present(target) === text) return exitCodes.ok;
    err.line(`${target} differs from ${path}: write it again with tenon types`);
    return exitCodes.failed;
  }
  try {
    writeFileSync(target, text);
  } catch (cause) {
    const message = `cannot write ${target}: ${(cause as Error).message}`;
    throw new TenonError("usage", message, { cause });
  }
  return exitCodes.ok;
}

function written(
  path: string,
  world: string | undefined,
  onUnusable: (one: UnusableFunction) => void,
): string {
  const files = witFiles(path);
  if (files !== undefined) return witTypes(files, world, { onUnusable });
  const bytes = new Uint8Array(readComponent(path));
  return componentTypes(compiled(path, bytes), { world: worldOf(world ?? path), onUnusable });
}

function warn(unusable: readonly UnusableFunction[], err: Terminal): void {
  for (const { side, name, values } of unusable.slice(0, MOST_SHOWN)) {
    const kind = side === "imports" ? "import" : "export";
    err.line(
      `${kind} ${name} takes or answers ${values.join(" and ")}, which this version of Tenon does not have yet`,
    );
  }
  const more = unusable.length - MOST_SHOWN;
  if (more > 0) err.line(`and ${more} more, which the written types name at their start`);
}

function compiled(path: string, bytes: Uint8Array<ArrayBuffer>): Component {
  try {
    return compileSync(bytes);
  } catch (cause) {
    if (!(cause instanceof TenonError) || cause.code !== "component-malformed") throw cause;
    const message = `${path} is no component: ${cause.message}. tenon types takes a .wit file, a folder of WIT, or a component (.wasm)`;
    const code = path.endsWith(".wasm") ? cause.code : "usage";
    throw new TenonError(code, message, { cause, data: cause.data });
  }
}

/** WIT files by their paths; undefined where the path is no folder and no `.wit`. */
function witFiles(path: string): ReadonlyMap<string, string> | undefined {
  try {
    if (!statSync(path).isDirectory()) {
      return path.endsWith(".wit")
        ? new Map([[basename(path), readFileSync(path, "utf8")]])
        : undefined;
    }
    const files = new Map<string, string>();
    collect(path, "", files, 0);
    if (files.size === 0) throw new TenonError("usage", `${path} has no .wit file`);
    return files;
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    throw new TenonError("usage", `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

function collect(root: string, inner: string, files: Map<string, string>, depth: number): void {
  for (const entry of readdirSync(join(root, inner), { withFileTypes: true })) {
    const name = inner === "" ? entry.name : `${inner}/${entry.name}`;
    if (entry.isDirectory()) {
      if (depth < MAX_DEPTH) collect(root, name, files, depth + 1);
    } else if (entry.name.endsWith(".wit")) {
      files.set(name, readFileSync(join(root, name), "utf8"));
    }
  }
}

/** In a folder that is there, the file is named after the world. */
function targetOf(target: string, name: string): string {
  try {
    return statSync(target).isDirectory() ? join(target, `${name}.ts`) : target;
  } catch {
    return target;
  }
}

function present(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A world's name in kebab-case, from a path or a world's whole name: `plugins/My_File.wasm`, `ns:pkg/world@1.0.0`. */
export function worldOf(name: string): string {
  const label = name.replaceAll(/^.*[\\/]|@.*$|\.(?:wit|wasm)$/gu, "").toLowerCase();
  const words = (label.match(/[a-z0-9]+/gu) ?? ["root"]).join("-");
  return /^[a-z]/u.test(words) ? words : `w-${words}`;
}
