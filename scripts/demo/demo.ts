// npm start [-- FILE …]: opens documents, installs the sample plugins and puts them to work on them, all
// of them strangers on threads that they share, with a hostile one beside them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bytes, milliseconds, table, terminal } from "../../src/cli/terminal.ts";
import {
  createHost,
  ringAudit,
  staticPolicy,
  TenonError,
  visibleText,
  type OpenDocument,
} from "../../src/index.ts";
import { javascript } from "../../src/javascript/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { misbehave, patience } from "./hostile.ts";
import { statusBar } from "./status-bar.ts";
import { brief, quoted, write } from "./words.ts";

const root = join(import.meta.dirname, "../..");
const out = terminal(process.stdout);
const files = process.argv.slice(2).map((file) => resolve(file));
const state = mkdtempSync(join(tmpdir(), "tenon-demo-"));
const audit = ringAudit();
const bar = statusBar();
const component = (name: string): string => join(root, "plugins-rs", name, `${name}.wasm`);
const source = (name: string): string => join(root, "plugins-ts", name, `${name}.ts`);
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
// From their sources, in TypeScript.
const sources = ["outline", "upper"];

try {
  await demonstrate();
} finally {
  rmSync(state, { recursive: true, force: true });
}

async function demonstrate(): Promise<void> {
  await using host = createHost({
    application: "tenon-demo/0.1.0",
    platform: nodePlatform({ state, workspace: root, ui: bar.ui }),
    policy: staticPolicy({
      makers: "any",
      allow: ["log", "text", "kv", "cache", "workspace", "ui", "bus"],
      deny: [{ capability: "http", reason: "this demonstration stays off the network" }],
    }),
    audit,
    limits: patience,
    languages: [javascript()],
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
  for (const name of sources) await host.install(source(name));
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
      out.line("  ", mark, `  ${plugin.name} ${sentence}`);
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

  heading("A plugin in TypeScript, from its source");
  const shouted = host.documents.open("demo:shout", "plugins are text, too\n");
  await show("upper.run", null, { document: shouted });
  out.line(`  ${quoted(shouted.text.trimEnd())}`);

  heading("A hostile plugin, in the pool with all the others, who go on working");
  await misbehave(host, out);

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
      `  ${samples.length + sources.length + 1} plugins, strangers all, compiled, linked and started on threads of their own ` +
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
      await show("outline.list", null, { document, most: 6 });
      await host.dispatch("language:markdown");
      await show("markdown.render", null, { document, pick: "html", most: 6 });
    }
    if (language === "json") await show("json-tools.format", null, { document });
    const code = /```rust\n([\s\S]*?)```/.exec(text)?.[1]?.replaceAll(/^ {3}/gm, "");
    await (code === undefined
      ? show("highlight.ansi", { lines: 6 }, { document, pick: "ansi" })
      : show("highlight.ansi", { text: code, language: "rust", lines: 8 }, { pick: "ansi" }));
    const shown = bar.next();
    const { version } = document;
    const replacement = { pattern: "plugin(s?)\\b", replacement: "guest$1", ignoreCase: true };
    await show("find-replace.replace", replacement, { document });
    await show(
      "diff.unified",
      { before: text, context: 0 },
      { document, pick: "unified", most: 10 },
    );
    if (document.version > version) {
      // word-count follows documents: it has been told of the edit.
      out.line(out.style("bold", "status bar"), `  ${await shown}`);
    }
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
      out.line(out.style("bold", command), ` ${first}, after the edit ${await run()}`);
    }
    host.documents.close(document.uri);
  }

  async function show(command: string, input: unknown, how: Showing = {}): Promise<void> {
    out.line(out.style("bold", command), " ", out.style("dim", brief(input)));
    try {
      const { document } = how;
      const answer = await host.execute(command, input, document === undefined ? {} : { document });
      const picked =
        how.pick === undefined ? answer : (answer as Record<string, unknown>)[how.pick];
      write(out, picked, how.most ?? 14, how.pick === "ansi");
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      out.line(
        "  ",
        out.style("red", error.code),
        ` ${visibleText(error.message, { limit: 300 })}`,
      );
    }
  }
}

interface Showing {
  readonly document?: OpenDocument;
  // The field of the answer to print. Default: all of it.
  readonly pick?: string;
  // Lines. Default: 14.
  readonly most?: number;
}

function heading(text: string): void {
  out.line();
  out.line(out.style(["bold", "underline"], text));
}

function lines(of: readonly string[]): void {
  for (const line of of) out.line(`  ${line}`);
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
