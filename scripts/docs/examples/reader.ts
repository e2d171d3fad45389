import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

/** Lines that are run elsewhere: `npm run check-package` packs and installs, CI runs npm's scripts. */
const ELSEWHERE: readonly RegExp[] = [
  /^npm (install|pack|start|test|run)\b/,
  /^bash \.ci\/run/,
  /^git clone /,
];

/** A folder in which a document is followed from its start: files that blocks name stay for those below. */
export class Reader implements Disposable {
  readonly #folder: string = mkdtempSync(join(tmpdir(), "tenon-docs-"));

  constructor() {
    for (const name of SAMPLES) {
      copyFileSync(
        join(root, `plugins-rs/${name}/${name}.wasm`),
        join(this.#folder, `${name}.wasm`),
      );
    }
    symlinkSync(join(root, "plugins-rs"), join(this.#folder, "plugins-rs"));
    writeFileSync(join(this.#folder, "notes.txt"), "one two\nthree\n");
    writeFileSync(join(this.#folder, "package.json"), JSON.stringify({ type: "module" }));
  }

  /** Does what the block says. Answers what it printed; undefined where it is run elsewhere. */
  follow({ language, text }: Block): string | undefined {
    if (PAGE.test(text)) return undefined;
    if (language === "ts") {
      const [, file] = /^\/\/ ([\w-]+\.ts)\n/.exec(text) ?? [];
      if (file === undefined) throw new Error("a block of ts starts with the name of its file");
      writeFileSync(join(this.#folder, file), text);
      return this.#run(process.execPath, [
        "--import",
        join(import.meta.dirname, "from-sources.ts"),
        file,
      ]);
    }
    const commands = text.split("\n").filter((line) => !/^(#|$)/.test(line));
    if (commands.every((line) => ELSEWHERE.some((pattern) => pattern.test(line)))) return undefined;
    const main = join(root, "src/cli/main.ts");
    const tenon = `npx() { shift; "${process.execPath}" "${main}" "$@"; }`;
    return this.#run("bash", ["-c", `${tenon}\n${text}`]);
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

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
