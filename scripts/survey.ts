// What real components and core modules measure, dimension by dimension, beside the caps:
// `node scripts/survey.ts FOLDER…`. The largest of the components are what the catalogue calls `seen`
// (src/component/caps/catalogue.ts).
import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { CapName } from "../src/component/caps/cap-row.ts";
import { CAP_NAMES, CATALOGUE } from "../src/component/caps/catalogue.ts";
import { CodeSums } from "../src/component/caps/code-sums.ts";
import { PLUGIN_FEATURES } from "../src/component/caps/features.ts";
import { checkModule } from "../src/component/caps/module-scanner.ts";
import { rulesOf } from "../src/component/caps/rules.ts";
import { decode } from "../src/component/decode/decode.ts";
import { validate } from "../src/component/validate/validate.ts";
import { kindOf, measure } from "./survey/measure.ts";

survey(process.argv.slice(2));

interface Largest {
  value: number;
  file: string;
}

function survey(folders: readonly string[]): void {
  const largest = { component: new Map<CapName, Largest>(), module: new Map<CapName, Largest>() };
  const counts = { component: 0, module: 0 };
  const seen = new Set<string>();
  for (const file of folders.flatMap((folder) => [...files(folder)])) {
    const bytes = new Uint8Array(readFileSync(file));
    const kind = kindOf(bytes);
    const key = `${basename(file)} ${bytes.length}`;
    if (kind === undefined || seen.has(key)) continue;
    seen.add(key);
    let sizes;
    try {
      sizes = measure(bytes);
    } catch (error) {
      console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    counts[kind]++;
    for (const [name, value] of sizes) {
      const known = largest[kind].get(name);
      if (known === undefined || value > known.value) largest[kind].set(name, { value, file });
    }
    const refused = refusal(bytes, kind);
    if (refused !== undefined) console.log(`refused: ${file}: ${refused}`);
  }
  console.log(`\n${counts.component} components, ${counts.module} core modules by themselves\n`);
  const cell = (found: Largest | undefined): string =>
    found === undefined ? "|" : `${found.value.toLocaleString("en")} | ${basename(found.file)}`;
  console.log("| cap | most | components | in | core modules by themselves | in |");
  console.log("| --- | ---: | ---: | --- | ---: | --- |");
  for (const name of CAP_NAMES) {
    const [one, other] = [largest.component.get(name), largest.module.get(name)];
    const most = CATALOGUE[name].most.toLocaleString("en");
    console.log(`| ${name} | ${most} | ${cell(one)} | ${cell(other)} |`);
  }
}

// What a plugin of a stranger is refused with.
function refusal(bytes: Uint8Array, kind: "component" | "module"): string | undefined {
  const rules = rulesOf({ features: PLUGIN_FEATURES });
  try {
    if (kind === "module") checkModule(bytes, { offset: 0, length: bytes.length }, rules);
    else checkAll(bytes, rules);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function checkAll(bytes: Uint8Array, rules: ReturnType<typeof rulesOf>): void {
  const definition = decode(bytes);
  validate(bytes, definition, rules);
  const sums = new CodeSums(rules.caps);
  const modules = (items: (typeof definition)["items"]): void => {
    for (const item of items) {
      if (item.kind === "component") modules(item.component.items);
      else if (item.kind === "module") {
        const range = { offset: item.start, length: item.end - item.start };
        checkModule(bytes, range, rules, "code", sums);
      }
    }
  };
  modules(definition.items);
}

function* files(path: string): Generator<string, void, undefined> {
  if (!statSync(path).isDirectory()) return yield path;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) yield* files(inner);
    else if (entry.isFile() && entry.name.endsWith(".wasm")) yield inner;
  }
}
