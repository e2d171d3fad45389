// Transpiles one component and ends. A transpile that fails can spoil the next one in the same
// process, and a hostile component may make it loop: so it runs here, alone.
import { parentPort, workerData } from "node:worker_threads";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import type { FunctionName } from "./artifact.ts";
import type { TranspileAnswer, TranspileJob } from "./transpile.ts";

const job: TranspileJob = workerData;

const answered = await answer();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
parentPort!.postMessage(answered);

async function answer(): Promise<TranspileAnswer> {
  try {
    const options = {
      name: "component",
      instantiation: "async" as const,
      emitTypescriptDeclarations: false,
      nodejsCompat: false,
      base64Cutoff: 0,
      noComponentErrorWrapping: false,
      // Exact names: without an entry, a version would be dropped.
      map: Object.fromEntries(job.imports.map((name) => [name, name])),
    };
    let result = await transpileBytes(job.bytes, options);
    const exports = functionNames(glueOf(result), "CallWasm");
    if (job.suspend.length > 0) {
      result = await transpileBytes(job.bytes, {
        ...options,
        asyncMode: "jspi",
        asyncImports: [...job.suspend],
        asyncExports: exports
          .filter(({ name }) => !name.startsWith("[constructor]"))
          .map((it) => (it.interface === it.name ? it.name : `${it.interface}#${it.name}`)),
      });
    }
    const glue = glueOf(result);
    const modules = Object.entries(result.files)
      .filter(([name]) => name.endsWith(".wasm"))
      .map(([name, bytes]) => ({ name, bytes: Uint8Array.from(bytes) }));
    return { tag: "done", glue, modules, imports: functionNames(glue, "CallInterface"), exports };
  } catch (error) {
    return { tag: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

function glueOf(result: { files: Record<string, Uint8Array> }): string {
  return new TextDecoder().decode(result.files["component.js"]);
}

// The glue's trace points carry exact names: of the imports it calls (`CallInterface`) and of the
// exports that call the component (`CallWasm`).
function functionNames(glue: string, point: "CallInterface" | "CallWasm"): FunctionName[] {
  const traced = new RegExp(
    String.raw`\[iface="([^"]*)", function="([^"]*)"\] ?\[Instruction::${point}\] \(?[^)']*enter`,
    "g",
  );
  const found = new Map<string, FunctionName>();
  for (const [, owner, name] of glue.matchAll(traced)) {
    found.set(`${owner}#${name}`, { interface: owner!, name: name! });
  }
  return [...found.values()];
}
