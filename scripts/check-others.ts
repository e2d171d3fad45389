// Deno and Bun, which docs/embedding.md says the package runs under: both come from npm.
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

const OTHERS: readonly (readonly [name: string, version: string, run: readonly string[]])[] = [
  ["deno", "2.9.6", ["run", "--allow-all", "--no-lock"]],
  ["bun", "1.4.5", ["run"]],
];

/** What is the same on the caller's thread and on threads. */
const SAME = { count: 2, kept: 1, panic: "plugin-crashed", behaves: "well" };
const EXPECTED = {
  caller: SAME,
  // Only on a thread of its own can a loop be stopped.
  thread: { ...SAME, loop: "plugin-deadline", after: "well" },
};

/**
 * `project` has the package installed, `plugins` the sample plugins. Throws where plugins do not do
 * there what they do under Node.
 */
export function checkOthers(project: string, plugins: string): string {
  const packages = OTHERS.map(([name, version]) => `${name}@${version}`);
  // Their binaries are put in place by scripts of theirs, which npm runs where it is told to.
  const file = join(project, "package.json");
  const allowScripts = Object.fromEntries(OTHERS.map(([name]) => [name, true]));
  const written = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...written, allowScripts }));
  const flags = ["--no-save", "--no-audit", "--no-fund", "--no-package-lock"];
  execFileSync("npm", ["install", ...flags, ...packages], { cwd: project, stdio: "pipe" });
  for (const name of ["word-count", "notes", "hostile"]) {
    copyFileSync(join(plugins, `${name}/${name}.wasm`), join(project, `${name}.wasm`));
  }
  writeFileSync(join(project, "others.mjs"), PROGRAM);
  for (const [name, , run] of OTHERS) {
    const command = join(project, "node_modules/.bin", name);
    const printed = execFileSync(command, [...run, "others.mjs"], {
      cwd: project,
      encoding: "utf8",
      timeout: 120_000,
    });
    if (isDeepStrictEqual(JSON.parse(printed), EXPECTED)) continue;
    throw new Error(`under ${name} plugins do ${printed}, and not ${JSON.stringify(EXPECTED)}`);
  }
  return packages.join(", ");
}

const PROGRAM = `
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost, grantAll } from "tenon";
import { nodePlatform } from "tenon/node";

const read = (name) => new Uint8Array(readFileSync(new URL(\`./\${name}.wasm\`, import.meta.url)));
const answers = {};
for (const isolation of ["caller", "thread"]) {
  const state = mkdtempSync(join(tmpdir(), "tenon-others-"));
  const host = createHost({
    platform: nodePlatform({ state }),
    policy: grantAll(["kv"], "any"),
    isolation: () => isolation,
    limits: { commandMs: 2_000 },
  });
  for (const name of ["word-count", "notes", "hostile"]) await host.install(read(name));
  const said = (command, input) => host.execute(command, input).catch(({ code }) => code);
  await host.execute("notes.add", { text: "a" });
  const own = isolation === "caller" ? {} : { loop: await said("hostile.loop"), after: await said("hostile.behave") };
  answers[isolation] = {
    count: (await host.execute("word-count.count", { text: "a b" })).words,
    kept: (await host.execute("notes.list")).notes.length,
    panic: await said("hostile.panic"),
    behaves: await said("hostile.behave"),
    ...own,
  };
  await host.close();
  rmSync(state, { recursive: true, force: true });
}
console.log(JSON.stringify(answers));
`;
