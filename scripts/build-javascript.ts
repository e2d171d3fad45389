// Builds the runtime of JavaScript plugins from source: `node scripts/build-javascript.ts [--check]`.
//
// Rust and C become a core module; the prelude is bundled, and evaluated in it; what its memory is
// then becomes part of the module, and the module a component. `--check` writes nothing: it builds, and
// compares with the committed component. A compiler of the same identity must give the same bytes,
// any other the same imports and exports, and a runtime that computes.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";

import { worldOf } from "./plugins/component.ts";
import { findToolchain, pathFlags, target, type Toolchain } from "./plugins/toolchain.ts";
import { type CCompiler, findCCompiler } from "./javascript/c-compiler.ts";
import { preinitialise } from "./javascript/preinitialise.ts";
import { bundlePrelude } from "./javascript/prelude.ts";

const root = join(import.meta.dirname, "..");
const workspace = join(root, "guests-js");
const folder = join(root, "src", "javascript", "runtime");
const componentFile = join(folder, "runtime.wasm");
const constantsFile = join(folder, "runtime-component.ts");
const recordFile = join(workspace, "built.json");

// QuickJS's stack is here; a realm is told how much of it it may use.
const STACK_BYTES = 384 * 1024;

function buildCore(toolchain: Toolchain, c: CCompiler): Uint8Array {
  const targetFolder = join(workspace, "target");
  // Unpacks every crate, so that the paths to leave out are known before the build.
  const run = (parameters: readonly string[], environment: Record<string, string>): void => {
    execFileSync(toolchain.cargo, parameters, {
      cwd: workspace,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...toolchain.environment, ...environment },
    });
  };
  run(["fetch", "--locked", "--quiet"], {});
  const flags = [...pathFlags(workspace, "guests-js"), `-Clink-arg=-zstack-size=${STACK_BYTES}`];
  const suffix = target.replaceAll("-", "_");
  run(
    ["build", "--locked", "--quiet", "--release", "--target", target, ...toolchain.flags].concat([
      "--target-dir",
      targetFolder,
    ]),
    {
      CARGO_ENCODED_RUSTFLAGS: flags.join("\u001f"),
      [`CC_${suffix}`]: c.clang,
      [`AR_${suffix}`]: c.archiver,
      [`CFLAGS_${suffix}`]: "-O2",
    },
  );
  return readFileSync(join(targetFolder, target, "release", "javascript_runtime.wasm"));
}

interface BuildRecord {
  readonly digest: string;
  readonly compiler: string;
}

async function differences(built: Uint8Array, compiler: string): Promise<readonly string[]> {
  const committed = readFileSync(componentFile);
  const record = JSON.parse(readFileSync(recordFile, "utf8")) as BuildRecord;
  if (digest(committed) !== record.digest) {
    return ["the committed component is not the one in built.json"];
  }
  if (readFileSync(constantsFile, "utf8") !== constants(record.digest)) {
    return ["runtime-component.ts is not about the committed component"];
  }
  if (digest(built) === record.digest) return [];
  if (compiler === record.compiler) return ["same compiler, other bytes: its sources have changed"];
  const worlds = await Promise.all([worldOf(committed), worldOf(built)]);
  return worlds[0] === worlds[1] ? [] : [`the world is another:\n${worlds[0]}\n${worlds[1]}`];
}

function constants(digestOfComponent: string): string {
  return `// Made by \`npm run build-javascript\`.

/** Where the runtime lies: a component in which JavaScript runs. */
export const RUNTIME_URL: URL = new URL("./runtime.wasm", import.meta.url);

/** The digest of its bytes. */
export const RUNTIME_DIGEST: string =
  "${digestOfComponent}";
`;
}

function digest(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const started = performance.now();
  const toolchain = findToolchain();
  const c = findCCompiler();
  const compiler = `${toolchain.identity}; ${c.version}`;
  console.log(`${compiler} (${toolchain.way})`);
  const [core, prelude] = [
    buildCore(toolchain, c),
    await bundlePrelude(join(workspace, "prelude")),
  ];
  const prepared = preinitialise(core, prelude);
  const component = await componentNew(prepared, []);
  const kib = (bytes: ArrayLike<unknown>): string => `${Math.ceil(bytes.length / 1024)} KiB`;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `core ${kib(core)}, prelude ${kib(prelude)}, component ${kib(component)}, ${seconds} s`,
  );
  if (values.check) {
    const faults = await differences(component, compiler);
    for (const fault of faults) console.error(fault);
    return faults.length > 0 ? 1 : 0;
  }
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  writeFileSync(componentFile, component);
  writeFileSync(constantsFile, constants(digest(component)));
  writeFileSync(
    recordFile,
    `${JSON.stringify({ digest: digest(component), compiler }, null, 2)}\n`,
  );
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
