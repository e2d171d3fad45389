// npm run test:browser: suites of the repository, and pages of their own, run in a headless Chromium.
// Every page is served as it is and (`strict`) under a Content-Security-Policy without eval, some also
// cross-origin isolated, so that memory can be shared with workers. Script and workers get the headers
// of their page.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { chromium, type Page } from "playwright-core";
import { rolldown, type Plugin } from "rolldown";
import type { PageResult } from "./runner/vitest.ts";
import { buildSite } from "./site/build.ts";
import { serveFolder } from "./site/serve.ts";

const here = import.meta.dirname;
const root = join(here, "../../..");
const strict = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
const policy = { "content-security-policy": strict };
const isolated = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
// Headers by the form of a page.
const forms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  open: {},
  strict: policy,
  "isolated-open": isolated,
  "isolated-strict": { ...isolated, ...policy },
};
const executable = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => existsSync(path));
if (executable === undefined) {
  console.error("no Chromium found; install one (Debian: apt-get install chromium)");
  process.exit(1);
}

// Which test files make up a page.
const pages: Readonly<Record<string, readonly string[]>> = {
  engine: ["test/conformance/engine-tenon.test.ts", "test/component/**/*.test.ts"],
  structures: ["test/text/*.test.ts", "test/cache/*.test.ts", "test/pool/*.test.ts"],
  host: ["test/runtime/browser/{host,grants,identity}.page.ts"],
  install: [
    "test/runtime/browser/install.page.ts",
    "test/plugin/slices.test.ts",
    "test/errors.test.ts",
  ],
  javascript: ["test/runtime/browser/javascript.page.ts"],
  threads: ["test/runtime/browser/isolation/engines.page.ts"],
  isolation: ["test/runtime/browser/isolation/{host,inside,bystanders}.page.ts"],
  unsuspending: ["test/runtime/browser/isolation/unsuspending.page.ts"],
  lost: ["test/runtime/browser/isolation/lost.page.ts"],
  foreign: ["test/runtime/browser/isolation/foreign.page.ts"],
  crowd: ["test/runtime/browser/isolation/crowd.page.ts"],
};
// Pages that are served cross-origin isolated, too.
const shares: ReadonlySet<string> = new Set([
  "host",
  "javascript",
  "threads",
  "isolation",
  "unsuspending",
  "lost",
  "foreign",
  "crowd",
]);
// What pages start workers from, and second pages.
const workers: Readonly<Record<string, string>> = {
  "grants-writer": "test/runtime/browser/grants-writer.ts",
  "guest-worker": "src/platform/browser/guest-thread/guest-worker.ts",
  "ticker-worker": "src/platform/browser/guest-thread/ticker-worker.ts",
  "unsuspending-worker": "test/runtime/browser/isolation/unsuspending-worker.ts",
  "deadly-worker": "test/runtime/browser/isolation/deadly-worker.ts",
  "talkative-worker": "test/runtime/browser/isolation/talkative-worker.ts",
};
const only = process.argv[2];
const scripts = new Map<string, string>();
for (const [page, globs] of Object.entries(pages)) {
  if (only !== undefined && only !== page) continue;
  const files = globSync([...globs], { cwd: root }).filter((file) => !needsNode(join(root, file)));
  scripts.set(page, await bundle(page, files.toSorted()));
}
for (const [worker, file] of Object.entries(workers)) {
  scripts.set(worker, await bundle(worker, [file], ""));
}

const server = createServer(async (request, response) => {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const [, form = "", page = "", kind] = /^\/([\w-]+)\/([\w-]+)\.(html|js)$/.exec(path) ?? [];
  const script = scripts.get(page);
  const headers = forms[form];
  if (script !== undefined && headers !== undefined) {
    const type = kind === "js" ? "text/javascript" : "text/html";
    response.writeHead(200, { ...headers, "content-type": type });
    response.end(kind === "js" ? script : html(page));
  } else if (path === "/favicon.ico") {
    response.writeHead(204).end();
  } else if (path === "/parse") {
    await parse(await bodyOf(request)).then(
      (bytes) => response.end(bytes),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  } else if (/^\/[\w-]+\/runtime\.wasm$/.test(path)) {
    response.setHeader("content-type", "application/wasm");
    response.end(readFileSync(join(root, "src/javascript/runtime/runtime.wasm")));
  } else if (
    /^\/plugins-rs\/[\w-]+\/[\w-]+\.(wasm|json)$/.test(path) &&
    existsSync(join(root, path))
  ) {
    response.setHeader(
      "content-type",
      path.endsWith("m") ? "application/wasm" : "application/json",
    );
    response.end(readFileSync(join(root, path)));
  } else response.writeHead(404).end();
});
const origin = await listening(server);

const profile = mkdtempSync(join(tmpdir(), "tenon-chromium-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: executable,
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
let passed = 0;
let failed = 0;
try {
  for (const page of Object.keys(pages)) {
    if (!scripts.has(page)) continue;
    for (const form of Object.keys(forms)) {
      if (!form.startsWith("isolated") || shares.has(page)) {
        await runPage(origin, `${form}/${page}.html`);
      }
    }
  }
  if (only === undefined || only === "site") await runSite();
} finally {
  await context.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
console.log(`\n Tests  ${failed > 0 ? `${failed} failed | ` : ""}${passed} passed`);
process.exitCode = failed > 0 ? 1 : 0;

// Components written beforehand, from a server that has files and nothing else.
async function runSite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-site-"));
  const files = serveFolder(folder, strict);
  try {
    await buildSite(folder);
    writeFileSync(
      join(folder, "site.js"),
      await bundle("site", ["test/runtime/browser/site/site.page.ts"]),
    );
    for (const form of ["open", "strict"]) {
      writeFileSync(join(folder, `site.${form}`), html("site"));
    }
    const site = await listening(files);
    await runPage(site, "site.open");
    await runPage(site, "site.strict");
  } finally {
    files.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runPage(origin: string, name: string): Promise<void> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => {
    complaints.push(`${error.message}\n${error.stack ?? ""}`);
    void page.evaluate(() => Object.assign(globalThis, { pageFailed: true }));
  });
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("favicon")) {
      complaints.push(message.text());
    }
  });
  // The load event comes when all suites have run.
  await page.goto(`${origin}/${name}`, { waitUntil: "commit" });
  // A page that waits for a person says so by the title; the click is a real one.
  const clicking = page
    .waitForFunction(() => document.title === "waiting for a click", undefined, { timeout: 60_000 })
    .then(() => page.click("#go"))
    .catch(() => undefined);
  await ended(page).catch(() => complaints.push("the page did not finish"));
  const results = await page.evaluate(
    () => (globalThis as { pageResults?: PageResult[] }).pageResults ?? [],
  );
  for (const complaint of complaints)
    results.push({ name: "no error on the page", error: complaint });
  console.log(`\n${name}`);
  for (const { name: what, error } of results) {
    console.log(error === undefined ? `  ok     ${what}` : `  FAILED ${what}\n${error}`);
    if (error === undefined) passed++;
    else failed++;
  }
  await page.close();
  await clicking;
}

// Resolves when all tests of a page have ended; rejects where none did for two minutes. How long they
// take together is the machine's matter.
async function ended(page: Page): Promise<void> {
  for (let seen = -1; seen !== Infinity; seen = await progress(page, seen));
}

// How many tests have ended, once that is more than `seen`; Infinity: all.
async function progress(page: Page, seen: number): Promise<number> {
  const next = await page.waitForFunction(
    (before) => {
      const { pageProgress = 0 } = globalThis as { pageProgress?: number };
      if ("pageResults" in globalThis || "pageFailed" in globalThis) return "all";
      return pageProgress > before ? [pageProgress] : false;
    },
    seen,
    { timeout: 120_000 },
  );
  const value = await next.jsonValue();
  return Array.isArray(value) ? (value[0] ?? seen) : Infinity;
}

// Whether a test, or one of the files that it is made of, imports from Node.
function needsNode(file: string, seen: Set<string> = new Set()): boolean {
  if (file.endsWith("/plugin-bytes.ts")) return false;
  if (seen.has(file) || file.endsWith("/jco/engine.ts")) return file.endsWith("/jco/engine.ts");
  seen.add(file);
  const text = readFileSync(file, "utf8");
  // Of the component tools, the server of a page offers `parse` alone.
  if (/from "node:|\bcomponent(?:Embed|New|Wit)\b/.test(text)) return true;
  return [...text.matchAll(/(?:from|import) "(\.[^"]+)"/g)].some(([, path = ""]) =>
    needsNode(join(file, "..", path), seen),
  );
}

function html(page: string): string {
  return (
    `<!doctype html><meta charset="utf-8"><title>tenon</title>` +
    `<button id="go">go</button><script type="module" src="./${page}.js"></script>`
  );
}

// The origin that it listens at.
async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

// `after` is run when the files are.
async function bundle(
  page: string,
  files: readonly string[],
  after = `import { runAll } from ${JSON.stringify(join(here, "runner/vitest.ts"))};await runAll();`,
): Promise<string> {
  const entry = `\0${page}`;
  const environment = `\0environment`;
  const runner = join(here, "runner/vitest.ts");
  // Suites take their seed from the environment, and a page has none.
  const seeded = after === "" ? [] : [environment, join(root, "test/seed.ts")];
  const imported = [...seeded, ...files.map((file) => join(root, file))];
  const suites: Plugin = {
    name: "suites",
    resolveId: (id) =>
      id === entry || id === environment
        ? id
        : id.endsWith("/plugin-bytes.ts")
          ? join(here, "runner/plugin-bytes.ts")
          : undefined,
    load: (id) =>
      id === entry
        ? [...imported.map((file) => `import ${JSON.stringify(file)};`), after].join("\n")
        : id === environment
          ? `globalThis.process = { env: ${JSON.stringify({ TEST_SEED: process.env["TEST_SEED"] })} };`
          : undefined,
  };
  const build = await rolldown({
    input: entry,
    plugins: [suites],
    platform: "browser",
    logLevel: "warn",
    resolve: {
      alias: {
        vitest: runner,
        "@bytecodealliance/jco-transpile/wasm-tools": join(here, "runner/wasm-tools.ts"),
      },
    },
  });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return output[0].code;
}
