import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TenonError, visibleJson } from "../index.ts";
import { compileSync, writeAhead } from "../component/index.ts";
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

/** Writes a component as an ES module into a folder, which is made where it does not exist. */
export function componentAot(file: string, options: ComponentAotOptions, out: Terminal): void {
  const component = compileSync(new Uint8Array(readComponent(file)));
  const { runtime } = options;
  const files = writeAhead(component, {
    suspend: options.suspendAll === true || (options.suspend ?? false),
    world: worldOf(file),
    ...(runtime === undefined ? {} : { runtime }),
  });
  try {
    mkdirSync(options.out, { recursive: true });
    for (const [name, content] of files) writeFileSync(join(options.out, name), content);
  } catch (cause) {
    const message = `cannot write to ${options.out}: ${(cause as Error).message}`;
    throw new TenonError("usage", message, { cause });
  }
  const sizes = [...files].map(([name, content]) => [name, content.length] as const);
  if (options.json === true) return out.raw(`${visibleJson(Object.fromEntries(sizes))}\n`);
  for (const row of table(sizes.map(([name, size]) => [name, bytes(size)]))) out.line(row);
}
