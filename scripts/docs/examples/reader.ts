import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Block } from "./blocks.ts";

const root = join(import.meta.dirname, "../../..");

/** What documents take for granted in the folder where their reader is: these sample plugins, by name. */
const SAMPLES = [
  "word-count",
  "find-replace",
  "json-tools",
  "notes",
  "upper",
  "web-fetch",
  "hostile",
];

/** Of a page: `npm run check-package` bundles it and runs it in a browser. */
const PAGE = /^\/\/ app\/page\.ts\n/;

/** A plugin: the blocks below it run it. */
const PLUGIN = /^\/\/ [\w.-]+\.ts\n\/\* tenon:manifest\b/;

/** Lines that are run elsewhere: `npm run check-package` packs and installs, CI runs npm's scripts. */
const ELSEWHERE: readonly RegExp[] = [
  /^npm (install|pack|start|test|run)\b/,
  /^bash \.ci\/run/,
  /^git clone /,
];

/** How a reader comes by Tenon. */
export interface Supply {
  /** What Node is started with, so that `import "tenon"` finds it. */
  readonly node: readonly string[];
  /** Shell text that goes before a block, so that `npx tenon` finds it. */
  readonly shell: string;
}

/** The sources of this repository. */
export const fromSources: Supply = {
  node: ["--import", join(import.meta.dirname, "from-sources.ts")],
  shell: `npx() { shift; "${process.execPath}" --import "${join(import.meta.dirname, "from-sources.ts")}" "${join(root, "src/cli/main.ts")}" "$@"; }`,
};

/** A package that is installed where the reader is. */
export const fromPackage: Supply = { node: [], shell: "" };

/** A folder in which a document is followed from its start: files that blocks name stay for those below. */
export class Reader {
  readonly #folder: string;
  readonly #supply: Supply;

  constructor(folder: string, supply: Supply) {
    this.#folder = folder;
    this.#supply = supply;
    for (const name of SAMPLES) {
      copyFileSync(join(root, `plugins-rs/${name}/${name}.wasm`), join(folder, `${name}.wasm`));
    }
    for (const file of ["planner.wasm", "planner.wit"]) {
      copyFileSync(join(import.meta.dirname, file), join(folder, file));
    }
    const plugins = join(folder, "plugins-rs");
    if (!existsSync(plugins)) symlinkSync(join(root, "plugins-rs"), plugins);
    writeFileSync(join(folder, "notes.txt"), "one two\nthree\n");
    rmSync(join(folder, ".tenon"), { recursive: true, force: true });
    if (existsSync(join(folder, "package.json"))) return;
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  }

  /** Does what the block says. Answers what it printed; undefined where it is run elsewhere. */
  follow({ language, text }: Block): string | undefined {
    if (PAGE.test(text)) return undefined;
    if (language === "ts") {
      const file = fileOf(text);
      writeFileSync(join(this.#folder, file), text);
      if (PLUGIN.test(text)) return undefined;
      return this.#run(process.execPath, [...this.#supply.node, file]);
    }
    const commands = text.split("\n").filter((line) => !/^(#|$)/.test(line));
    if (commands.every((line) => ELSEWHERE.some((pattern) => pattern.test(line)))) return undefined;
    return this.#run("bash", ["-c", `${this.#supply.shell}\n${text}`]);
  }

  #run(command: string, parameters: readonly string[]): string {
    const both = ["-c", 'exec "$@" 2>&1', "sh", command, ...parameters];
    const { status, stdout } = spawnSync("sh", both, {
      cwd: this.#folder,
      encoding: "utf8",
      input: "",
      timeout: 60_000,
      env: { PATH: process.env["PATH"], HOME: this.#folder, NO_COLOR: "1" },
    });
    if (status !== 0) throw new Error(`ended with ${status}:\n${stdout}`);
    return stdout;
  }
}

/** The file that a block of ts is, by its first line. */
export function fileOf(text: string): string {
  const [, file] = /^\/\/ ([\w.-]+\.ts)\n/.exec(text) ?? [];
  if (file === undefined) throw new Error("a block of ts starts with the name of its file");
  return file;
}
