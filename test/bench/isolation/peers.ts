// Packages that call into a worker.
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";

// The peers' own types are not asked for: they are installed only where benchmarks run.
const require = createRequire(new URL("../package.json", import.meta.url));

interface Comlink {
  wrap(endpoint: object): { add(a: number, b: number): Promise<number> };
}

interface Extism {
  createPlugin(
    manifest: { readonly wasm: readonly { readonly data: Uint8Array }[] },
    options: { readonly runInWorker: boolean; readonly useWasi: boolean },
  ): Promise<{
    call(name: string): Promise<{ readonly buffer: ArrayBuffer; readonly byteOffset: number }>;
    close(): Promise<void>;
  }>;
}

export interface AddPeer extends AsyncDisposable {
  add(a: number, b: number): Promise<number>;
}

export function comlinkPeer(): AddPeer {
  const [lib, adapter] = ["comlink", "comlink/dist/umd/node-adapter.js"].map((name) =>
    JSON.stringify(require.resolve(name)),
  );
  const source = `
    const { expose } = require(${lib});
    const endpoint = require(${adapter});
    expose({ add: (a, b) => a + b }, endpoint(require("node:worker_threads").parentPort));`;
  const worker = new Worker(source, { eval: true });
  const { wrap } = require("comlink") as Comlink;
  const endpoint = require("comlink/dist/umd/node-adapter.js") as (worker: Worker) => object;
  const api = wrap(endpoint(worker));
  return {
    add: (a, b) => api.add(a, b),
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

// Answers one byte, 5: what a plugin hands over goes through the memory of Extism's kernel.
const PLUGIN = `(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (func (export "add") (result i32) (local i64)
    (local.set 0 (call $alloc (i64.const 1)))
    (call $store (local.get 0) (i32.const 5))
    (call $output (local.get 0) (i64.const 1))
    (i32.const 0)))`;

export interface ExtismPeer extends AsyncDisposable {
  add(): Promise<number>;
}

export async function extismPeer(): Promise<ExtismPeer> {
  const wasm = await parse(PLUGIN);
  const { createPlugin } = require("@extism/extism") as Extism;
  const how = { runInWorker: true, useWasi: false };
  const plugin = await createPlugin({ wasm: [{ data: wasm }] }, how);
  return {
    add: async () => {
      const { buffer, byteOffset } = await plugin.call("add");
      return new DataView(buffer, byteOffset).getUint8(0);
    },
    [Symbol.asyncDispose]: () => plugin.close(),
  };
}
