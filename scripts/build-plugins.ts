// Builds the sample plugins from source: `node scripts/build-plugins.ts [name…] [--check]`.
//
// `--check` writes nothing: it builds, and compares with the committed components. A compiler of
// the same identity must give the same bytes, any other the same manifest, the same imports and
// exports, and the answers of `samples.json`. The page that tells how to write one is followed, too.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { carriesManifest, makeComponent, worldOf } from "./plugins/component.ts";
import { faultsOfPage } from "./plugins/from-page.ts";
import { readSamples, SampleRun } from "./plugins/samples.ts";
import { findToolchain, pathFlags, target, type Toolchain } from "./plugins/toolchain.ts";

const workspace = join(import.meta.dirname, "..", "plugins-rs");
const recordFile = join(workspace, "built.json");

// How each committed component was made.
type BuildRecord = Record<string, { digest: string; compiler: string }>;

interface Built {
  readonly name: string;
  readonly core: Uint8Array;
  readonly component: Uint8Array;
  readonly seconds: number;
}

function pluginNames(): readonly string[] {
  return readdirSync(workspace).filter((name) =>
    existsSync(join(workspace, name, "manifest.json")),
  );
}

async function build(name: string, toolchain: Toolchain): Promise<Built> {
  const started = performance.now();
  // One invocation a plugin: which features a shared crate gets must not depend on its neighbours.
  const targetFolder = join(workspace, "target");
  const flags = ["--locked", "--quiet", "--release", "--target", target, ...toolchain.flags];
  cargo(toolchain, ["build", ...flags, "--package", name, "--target-dir", targetFolder]);
  const file = `${name.replaceAll("-", "_")}.wasm`;
  const core = readFileSync(join(targetFolder, target, "release", file));
  const component = await makeComponent(core, manifestOf(name));
  return { name, core, component, seconds: (performance.now() - started) / 1000 };
}

function cargo(toolchain: Toolchain, parameters: readonly string[], folder = workspace): void {
  execFileSync(toolchain.cargo, parameters, {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      ...toolchain.environment,
      CARGO_ENCODED_RUSTFLAGS: pathFlags(workspace).join("\u001f"),
    },
  });
}

// What `--check` finds: nothing, a remark that is no fault, or the faults.
type Finding =
  | { readonly tag: "same"; readonly remark: string }
  | { readonly tag: "different"; readonly faults: readonly string[] };

async function compare(built: Built, toolchain: Toolchain, record: BuildRecord): Promise<Finding> {
  const committed = readFileSync(componentFile(built.name));
  const { digest: recorded, compiler } = record[built.name] ?? {};
  if (digest(committed) !== recorded) {
    return { tag: "different", faults: ["the committed component is not the one in built.json"] };
  }
  if (digest(built.component) === recorded) return { tag: "same", remark: "identical" };
  if (compiler === toolchain.identity) {
    return { tag: "different", faults: ["same compiler, other bytes: its sources have changed"] };
  }
  if (!carriesManifest(committed, manifestOf(built.name))) {
    return { tag: "different", faults: ["manifest.json is not what the component carries"] };
  }
  const worlds = await Promise.all([worldOf(committed), worldOf(built.component)]);
  if (worlds[0] !== worlds[1]) {
    return { tag: "different", faults: [`the world is another:\n${worlds[0]}\n${worlds[1]}`] };
  }
  const faults = await sampleFaults(built);
  if (faults.length > 0) return { tag: "different", faults };
  return { tag: "same", remark: `same world and answers; committed by ${compiler}` };
}

async function sampleFaults({ name, component }: Built): Promise<readonly string[]> {
  const faults: string[] = [];
  await using run = await SampleRun.start(component, manifestOf(name));
  for (const sample of await readSamples(join(workspace, name))) {
    const fault = await run.fault(sample);
    if (fault !== undefined) faults.push(`${sample.name}: ${fault}`);
  }
  return faults;
}

function manifestOf(name: string): string {
  return readFileSync(join(workspace, name, "manifest.json"), "utf8");
}

function componentFile(name: string): string {
  return join(workspace, name, `${name}.wasm`);
}

function digest(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function describe({ name, core, component, seconds }: Built): string {
  const size = (bytes: Uint8Array): string => `${Math.ceil(bytes.length / 1024)} KiB`.padStart(8);
  const took = `${seconds.toFixed(1)} s`.padStart(7);
  return `${name.padEnd(16)} core ${size(core)}   component ${size(component)} ${took}`;
}

function readRecord(): BuildRecord {
  return existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, "utf8")) : {};
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { check: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const known = pluginNames();
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`No such plugin: ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
  }

  const toolchain = findToolchain();
  console.log(`${toolchain.identity} (${toolchain.way})`);
  // Unpacks every crate, so that the paths to leave out are known before the first build.
  cargo(toolchain, ["fetch", "--locked", "--quiet"]);

  const record = readRecord();
  let faults = 0;
  for (const name of positionals.length > 0 ? positionals : known) {
    const built = await build(name, toolchain);
    if (!values.check) {
      writeFileSync(componentFile(name), built.component);
      record[name] = { digest: digest(built.component), compiler: toolchain.identity };
      console.log(describe(built));
      continue;
    }
    const finding = await compare(built, toolchain, record);
    const verdict = finding.tag === "same" ? finding.remark : "DIFFERS";
    console.log(`${describe(built)}   ${verdict}`);
    if (finding.tag === "different") {
      faults += 1;
      for (const fault of finding.faults) console.error(`  ${fault}`);
    }
  }
  if (values.check && positionals.length === 0) {
    const wrong = await faultsOfPage((parameters, folder) =>
      cargo(toolchain, [...parameters, ...toolchain.flags], folder),
    );
    console.log(`docs/writing-plugins.md, followed in an empty folder: ${wrong[0] ?? "works"}`);
    for (const fault of wrong) console.error(`  ${fault}`);
    faults += wrong.length;
  }
  if (!values.check) {
    const sorted = Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(recordFile, `${JSON.stringify(sorted, null, 2)}\n`);
  }
  return faults > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
