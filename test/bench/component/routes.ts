// The routes to the guest that rows compare.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { compileSync, instantiate } from "../../../src/component/index.ts";
import { type Api, guest, HOST } from "./guest.ts";
import { instantiateCore, leanApi } from "./lean.ts";

export interface Routes {
  readonly raw: ReturnType<typeof instantiateCore>;
  readonly lean: Api;
  readonly jco: Api;
  readonly ours: Api;
  readonly closures: Api;
}

let made: Promise<Routes> | undefined;

export function routes(): Promise<Routes> {
  return (made ??= make());
}

async function make(): Promise<Routes> {
  const { core, component } = await guest();
  const module = new WebAssembly.Module(core as BufferSource);
  return {
    raw: instantiateCore(module),
    lean: leanApi(module),
    jco: await jcoApi(component),
    ours: ourApi(component, "text"),
    closures: ourApi(component, "closures"),
  };
}

export function ourApi(bytes: Uint8Array, code: "text" | "closures"): Api {
  const component = compileSync(bytes as BufferSource);
  const { exports } = instantiate(component, { "bench:guest/host": HOST }, { code });
  return exports["bench:guest/api"] as Api;
}

type Instantiate = (
  module: (name: string) => WebAssembly.Module,
  imports: Record<string, unknown>,
  instantiate: (module: WebAssembly.Module, imports: WebAssembly.Imports) => WebAssembly.Instance,
) => Record<string, unknown>;

/** jco's output, from a temporary folder. Wants nothing but the folder's files. */
export async function jcoApi(component: Uint8Array): Promise<Api> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  try {
    const { files } = await transpileBytes(component, {
      name: "guest",
      instantiation: "sync",
      emitTypescriptDeclarations: false,
      nodejsCompat: false,
      base64Cutoff: 0,
    });
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes as Uint8Array);
    }
    writeFileSync(join(folder, "package.json"), `{"type":"module"}`);
    const glue = (await import(pathToFileURL(join(folder, "guest.js")).href)) as {
      readonly instantiate: Instantiate;
    };
    const exports = glue.instantiate(
      (name) => new WebAssembly.Module(files[name] as BufferSource),
      { "bench:guest/host": HOST },
      (module, imports) => new WebAssembly.Instance(module, imports),
    );
    return exports["bench:guest/api"] as Api;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
