// Hostile packages out of a folder of scripts. Each script imports `siege` from "./h.ts" and calls it with
// a component (`bytes`) or with what a generated one does (`misdeed`). A script that has several cases,
// `"NAME": async () => …`, takes the name of one as its argument. They are run with another "./h.ts",
// which writes the components down and attacks nobody.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manifestText } from "../../manifest-text.ts";
import { withSection } from "../../plugin/samples.ts";
import type { HostilePackage } from "./hostile.ts";

/** Milliseconds that a script may take to make its component. */
const MOST_MS = 60_000;

export async function packagesOfCases(folder: string): Promise<readonly HostilePackage[]> {
  const made: HostilePackage[] = [];
  const out = mkdtempSync(join(tmpdir(), "tenon-cases-"));
  try {
    for (const file of readdirSync(folder).toSorted()) {
      const text = file.endsWith(".ts") ? readFileSync(join(folder, file), "utf8") : "";
      if (file === "h.ts" || !text.includes('"./h.ts"') || !text.includes("siege(")) continue;
      const names = Array.from(text.matchAll(/^ +"([\w-]+)": async/gmu), ([, name]) => name!);
      for (const name of names.length === 0 ? [""] : names) {
        const what = [file, name].filter(Boolean).join(" ");
        if (!(await ran(join(folder, file), name, out))) console.log(`made nothing: ${what}`);
        for (const component of taken(out)) made.push(packageOf(what, component, made.length));
      }
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return made;
}

function packageOf(what: string, component: Uint8Array, nth: number): HostilePackage {
  const name = `case${nth}`;
  const event = `${name}.poke`;
  const manifest = manifestText(`test/${name}`, { activation: [`event:${event}`] });
  const whole = withSection(component, "tenon:manifest", manifest);
  return { what, component: whole, plugin: `test/${name}`, event };
}

async function ran(file: string, name: string, out: string): Promise<boolean> {
  const hooks = join(import.meta.dirname, "collect-hooks.ts");
  const args = ["--import", hooks, file, ...(name === "" ? [] : [name])];
  const env = { ...process.env, TENON_COLLECT: out };
  const child = spawn(process.execPath, args, { env, stdio: "ignore", timeout: MOST_MS });
  return await new Promise((resolve) => child.once("exit", (code) => resolve(code === 0)));
}

function* taken(out: string): Generator<Uint8Array> {
  for (const file of readdirSync(out).toSorted()) {
    const bytes = readFileSync(join(out, file));
    rmSync(join(out, file));
    yield new Uint8Array(bytes);
  }
}
