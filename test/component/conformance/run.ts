// Runs a folder of .wast scripts, made by `wasm-tools json-from-wast FILE -o OUT.json --wasm-dir
// DIR`, against the engine: `npm run conformance -- FOLDER [--skips] [--closures]`. The scripts are
// those of the component model's repository and are kept outside of this one. Exits with 1 if any
// fails.

import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Command, type Outcome, Script } from "./script.ts";

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const [folder] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
if (folder === undefined) {
  console.error("usage: npm run conformance -- FOLDER [--skips]");
  process.exit(2);
}
const listSkips = process.argv.includes("--skips");

const byType = new Map<string, Tally>();
const skips = new Map<string, number>();
const total = emptyTally();

for (const file of globSync("**/*.json", { cwd: folder }).sort()) {
  const { commands } = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as {
    commands?: readonly Command[];
  };
  if (commands === undefined) continue;
  await runFile(file, commands);
}

async function runFile(file: string, commands: readonly Command[]): Promise<void> {
  const script = new Script(path.dirname(path.join(folder!, file)));
  const tally = emptyTally();
  const failures: string[] = [];
  for (const command of commands) {
    const outcome = judged(file, command, await script.run(command));
    const type = byType.get(command.type) ?? emptyTally();
    byType.set(command.type, type);
    for (const one of [tally, type, total]) one[outcome.tag]++;
    if (outcome.tag === "failed")
      failures.push(`  line ${command.line} ${command.type}: ${outcome.reason}`);
    if (outcome.tag === "skipped") skips.set(outcome.reason, (skips.get(outcome.reason) ?? 0) + 1);
  }
  console.log(`${file}: ${print(tally)}`);
  for (const failure of failures) console.log(failure);
}

console.log("");
for (const [type, tally] of [...byType].sort()) console.log(`${type}: ${print(tally)}`);
if (listSkips) for (const [reason, count] of skips) console.log(`skipped ${count}: ${reason}`);
console.log(`total: ${print(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;

// The scripts assert in two places what holds "for now", as they say; CanonicalABI.md, "Component
// Instances", has since allowed calls between an instance and those inside of it.
function judged(file: string, command: Command, outcome: Outcome): Outcome {
  const { type, text = "" } = command;
  const reentry = path.basename(file) === "trap-on-reenter.json" && /cannot enter/.test(text);
  if (!reentry || type !== "assert_trap" || outcome.tag !== "failed") return outcome;
  return { tag: "skipped", reason: "CanonicalABI.md allows calls between parent and child" };
}

function emptyTally(): Tally {
  return { passed: 0, failed: 0, skipped: 0 };
}

function print({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
