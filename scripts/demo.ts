// npm start [-- FILE …]: opens documents, installs the sample plugins and puts them to work on them, all
// of them strangers on threads that they share, with a hostile one beside them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { bytes, milliseconds, table, terminal } from "../src/cli/terminal.ts";
import {
  createHost,
  harmlessText,
  ringAudit,
  staticPolicy,
  TenonError,
  type TextDocument,
} from "../src/index.ts";
import { visibleText } from "../src/interfaces/visible-text.ts";
import { nodePlatform } from "../src/platform/node/index.ts";

const root = join(import.meta.dirname, "..");
const out = terminal(process.stdout);
const files = process.argv.slice(2).map((file) => resolve(file));
const state = mkdtempSync(join(tmpdir(), "tenon-demo-"));
const audit = ringAudit();
const component = (name: string): string => join(root, "plugins-rs", name, `${name}.wasm`);
const samples = [
  "word-count",
  "markdown",
  "highlight",
  "json-tools",
  "find-replace",
  "diff",
  "notes",
  "web-fetch",
  "workspace-stats",
];

/// Milliseconds for each command, the endless ones among them.
const COMMAND_MS = 2_000;

/// What the hostile plugin is made to do, with its input.
const misdeeds: readonly (readonly [command: string, input?: unknown])[] = [
  ["trespass"],
  ["nag", { count: 100 }],
  ["trap"],
  ["panic"],
  ["recurse"],
  ["grow"],
  ["hoard"],
  ["handle-flood", { kind: "bucket", count: 20_000 }],
  ["log-flood", { count: 1_000, size: 100 }],
  ["random-flood"],
  ["forged-handle"],
  ["wild-pointer"],
  ["invalid-utf8"],
  ["overlapping-list"],
  ["huge-string"],
  ["wild-answer"],
  ["huge-json"],
  ["loop"],
];

const honest = { calls: 0, failed: 0, slowest: 0 };

try {
  await demonstrate();
} finally {
  rmSync(state, { recursive: true, force: true });
}

async function demonstrate(): Promise<void> {
  await using host = createHost({
    application: "tenon-demo/0.1.0",
    platform: nodePlatform({ state, workspace: root }),
    policy: staticPolicy({
      allow: ["log", "text", "kv", "cache", "workspace", "ui", "bus"],
      deny: [{ capability: "http", reason: "this demonstration stays off the network" }],
    }),
    audit,
    // Its words of misconduct are to be heard one after another.
    limits: { crashes: { crashes: 100, withinMs: 60_000 }, commandMs: COMMAND_MS },
  });
  let startedMs = 0;
  host.on((event) => {
    if (event.tag !== "started") return;
    startedMs += event.ms;
    out.line(
      out.style("dim", `  ${event.plugin} started by ${event.event} in ${milliseconds(event.ms)}`),
    );
  });

  heading("Plugins, installed and not yet compiled");
  for (const name of [...samples, "hostile"]) await host.install(component(name));
  const shown = host
    .plugins()
    .map((plugin) => [
      plugin.name,
      plugin.version,
      bytes(plugin.size),
      plugin.standing.map(({ capability }) => capability).join(", ") || "nothing",
    ]);
  lines(table([["plugin", "version", "size", "asks for"], ...shown]));

  heading("Grants");
  for (const plugin of host.plugins()) {
    for (const { capability, sentence, status, reason } of plugin.standing) {
      const mark = status === "granted" ? out.style("green", "yes") : out.style("red", "no ");
      out.line(`  ${mark}  ${plugin.name} ${sentence}`);
      out.line(out.style("dim", `       ${capability}: ${quoted(reason)}`));
    }
  }

  for (const file of files.length > 0 ? files : [join(root, "README.md")]) await work(file);

  await follow();

  heading("Notes, a workspace, JSON and the network");
  await show("notes.add", { title: "Demo", text: "Plugins cost nothing until they are called." });
  await show("notes.list", null);
  for (const again of [0, 1]) {
    if (again === 1) out.line(out.style("dim", "  once more, from the listing that was kept:"));
    await show("workspace-stats.count", { path: "wit" });
  }
  await show("json-tools.query", {
    text: readFileSync(join(root, "package.json"), "utf8"),
    pointer: "/dependencies",
  });
  await show("web-fetch.fetch", { url: "https://example.com/" });

  heading("A hostile plugin, in the pool with all the others, who go on working");
  for (const [command, input] of misdeeds) await misbehave(command, input);
  out.line(
    `${out.style("green", String(honest.calls))} calls of honest plugins meanwhile, ` +
      `${out.style(honest.failed === 0 ? "green" : "red", String(honest.failed))} of them failed; ` +
      `the slowest took ${milliseconds(honest.slowest)}`,
  );

  heading("Who did what");
  const rows = host
    .plugins()
    .map((plugin) => [
      plugin.name,
      bytes(plugin.size),
      String(plugin.starts),
      String(plugin.calls),
      String(plugin.hostCalls),
      milliseconds(plugin.ms),
      bytes(plugin.memoryBytes),
      String(plugin.refusals),
    ]);
  const titles = ["plugin", "size", "starts", "calls", "host calls", "time", "memory", "refusals"];
  lines(table([titles, ...rows]));
  const { hits, loads } = host.answers();
  out.line(out.style("dim", `  ${hits} answers served from what was kept, ${loads} made`));
  const refused = audit.entries.filter(({ decision }) => decision === "refused");
  out.line(
    out.style(
      "dim",
      `  ${audit.entries.length} entries in the audit trail, ${refused.length} refusals`,
    ),
  );
  out.line(
    out.style(
      "dim",
      `  ${samples.length + 1} plugins, strangers all, compiled, linked and started on threads of their own ` +
        `in ${milliseconds(startedMs)} together; ` +
        `all of this took ${(performance.now() / 1000).toFixed(1)} s`,
    ),
  );

  async function work(file: string): Promise<void> {
    const text = readFileSync(file, "utf8");
    const language = languageOf(file);
    const document = host.documents.open(pathToFileURL(file).href, text, language);
    heading(`${basename(file)}: ${bytes(Buffer.byteLength(text))} of ${language}`);
    await show("word-count.count", null, { document });
    if (language === "markdown") {
      await host.dispatch("language:markdown");
      await show("markdown.render", null, { document, pick: "html", most: 6 });
    }
    if (language === "json") await show("json-tools.format", null, { document });
    const code = /```rust\n([\s\S]*?)```/.exec(text)?.[1]?.replaceAll(/^ {3}/gm, "");
    await (code === undefined
      ? show("highlight.ansi", { lines: 6 }, { document, pick: "ansi" })
      : show("highlight.ansi", { text: code, language: "rust", lines: 8 }, { pick: "ansi" }));
    const replacement = { pattern: "plugin(s?)\\b", replacement: "guest$1", ignoreCase: true };
    await show("find-replace.replace", replacement, { document });
    await show(
      "diff.unified",
      { before: text, context: 0 },
      { document, pick: "unified", most: 10 },
    );
    await host.dispatch("event:document.saved", { uri: document.uri });
    host.documents.close(document.uri);
  }

  async function follow(): Promise<void> {
    const text = readFileSync(join(root, "README.md"), "utf8");
    const document = host.documents.open("demo:large", text.repeat((1 << 20) / text.length));
    heading(`A document of ${bytes(Buffer.byteLength(document.text))}, and one edit in it`);
    for (const [command, input] of [
      ["word-count.count", null],
      ["find-replace.find", { pattern: "\\bplugin\\b", limit: 1 }],
    ] as const) {
      const run = async (): Promise<string> => {
        const started = performance.now();
        await host.execute(command, input, { document });
        return milliseconds(performance.now() - started);
      };
      const first = await run();
      document.edit([{ start: 1 << 19, end: 1 << 19, insert: " plugin " }]);
      out.line(`${out.style("bold", command)} ${first}, after the edit ${await run()}`);
    }
    host.documents.close(document.uri);
  }

  async function show(command: string, input: unknown, how: Showing = {}): Promise<void> {
    out.line(`${out.style("bold", command)} ${out.style("dim", brief(input))}`);
    try {
      const { document } = how;
      const answer = await host.execute(command, input, document === undefined ? {} : { document });
      const picked =
        how.pick === undefined ? answer : (answer as Record<string, unknown>)[how.pick];
      lines(written(picked, how.most ?? 14, how.pick === "ansi"));
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      out.line(`  ${out.style("red", error.code)} ${harmlessText(error.message, 300)}`);
    }
  }

  async function misbehave(command: string, input: unknown): Promise<void> {
    const others = workmates();
    const started = performance.now();
    const what = out.style("bold", `hostile.${command}`);
    try {
      const value = await host.execute(`hostile.${command}`, input);
      out.line(`${what} answered ${brief(value)}`);
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      const after = milliseconds(performance.now() - started);
      out.line(`${what} ${out.style("green", "ended")} ${error.code} after ${after}`);
    }
    await others;
  }

  /// What honest plugins do meanwhile.
  async function workmates(): Promise<void> {
    const work = [
      ["word-count.count", { text: "and the others go on" }],
      ["json-tools.minify", { text: "[ 1, 2 ]" }],
      ["markdown.render", { text: "# *on*" }],
    ] as const;
    await Promise.all(
      work.map(async ([command, input]) => {
        const started = performance.now();
        honest.calls++;
        await host.execute(command, input).catch(() => honest.failed++);
        honest.slowest = Math.max(honest.slowest, performance.now() - started);
      }),
    );
  }
}

interface Showing {
  readonly document?: TextDocument;
  /// The field of the answer to print. Default: all of it.
  readonly pick?: string;
  /// Lines. Default: 14.
  readonly most?: number;
}

function heading(text: string): void {
  out.line(`\n${out.style(["bold", "underline"], text)}`);
}

function lines(of: readonly string[]): void {
  for (const line of of) out.line(`  ${line}`);
}

/// A plugin's answer is its own words: what a terminal would act on is taken out, but for the
/// colours of a highlighter, of which only colours are kept.
function written(value: unknown, most: number, colours: boolean): string[] {
  const text = typeof value === "string" ? value : inspect(value, { breakLength: 100, depth: 6 });
  const all = text.split("\n").filter((line, i, every) => line !== "" || i < every.length - 1);
  const kept = all
    .slice(0, most)
    .map((line) => (colours ? coloured(line) : visibleText(line.slice(0, 110))));
  return all.length > most
    ? [...kept, out.style("dim", `… ${all.length - most} more lines`)]
    : kept;
}

function coloured(line: string): string {
  // eslint-disable-next-line no-control-regex
  const parts = line.split(/(\u001b\[[\d;]*m)/);
  return parts
    .map((part, i) => (i % 2 === 0 ? visibleText(part) : out.interactive ? part : ""))
    .join("");
}

function brief(input: unknown): string {
  const text = JSON.stringify(input);
  return input === null ? "" : text.length > 70 ? `${text.slice(0, 69)}…` : text;
}

function quoted(text: string): string {
  return `“${harmlessText(text)}”`;
}

function languageOf(file: string): string {
  const known: Record<string, string> = {
    ".md": "markdown",
    ".json": "json",
    ".rs": "rust",
    ".ts": "typescript",
  };
  return known[extname(file)] ?? "plain";
}
