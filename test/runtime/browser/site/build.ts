// A folder of components written beforehand, twice: as they are with the runtime beside them, and
// each bundled and minified with the runtime inside. Any server of static files can serve it.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { rolldown } from "rolldown";
import { writeAhead } from "../../../../src/component/aot/write.ts";
import { compileSync } from "../../../../src/component/index.ts";
import { runtime } from "../../../component/ahead.ts";
import { echoTexts, PLUGIN } from "./suite.ts";

const root = join(import.meta.dirname, "../../../..");

export async function buildSite(folder: string): Promise<void> {
  await bundle(runtime, join(folder, "written/runtime.js"));
  const plugin = readFileSync(join(root, `plugins-rs/${PLUGIN}/${PLUGIN}.wasm`));
  await add(folder, PLUGIN, plugin);
  for (const [name, text] of Object.entries(echoTexts()))
    await add(folder, name, await parse(text));
}

async function add(folder: string, name: string, component: Uint8Array): Promise<void> {
  const written = join(folder, "written", name);
  const bundled = join(folder, "bundled", name);
  mkdirSync(written, { recursive: true });
  mkdirSync(bundled, { recursive: true });
  const files = writeAhead(compileSync(Uint8Array.from(component)), { runtime: "../runtime.js" });
  for (const [file, content] of files) writeFileSync(join(written, file), content);
  await bundle(join(written, "index.js"), join(bundled, "index.js"));
  for (const file of files.keys()) {
    if (file.endsWith(".wasm")) copyFileSync(join(written, file), join(bundled, file));
  }
}

async function bundle(entry: string, file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const build = await rolldown({ input: entry, platform: "neutral", logLevel: "warn" });
  await build.write({ file, minify: true });
  await build.close();
}
