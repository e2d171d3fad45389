// npm run test:browser: each `*.page.ts` is bundled, served from loopback and run in a headless
// Chromium. A page named `*.strict.page.ts` gets a Content-Security-Policy without eval.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import type { PageResult } from "./suite.ts";

const here = import.meta.dirname;
const root = join(here, "../../..");
const strict = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const executable = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => existsSync(path));
if (executable === undefined) {
  console.error("no Chromium found; install one (Debian: apt-get install chromium)");
  process.exit(1);
}

const pages = readdirSync(here).filter((name) => name.endsWith(".page.ts"));
const scripts = new Map<string, string>();
for (const page of pages) scripts.set(`/${page}.js`, await bundle(join(here, page)));

const server = createServer((request, response) => {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const script = scripts.get(path);
  if (script !== undefined) {
    response.setHeader("content-type", "text/javascript");
    response.end(script);
  } else if (path.endsWith(".html")) {
    response.setHeader("content-type", "text/html");
    if (path.includes(".strict.")) response.setHeader("content-security-policy", strict);
    response.end(
      `<!doctype html><meta charset="utf-8"><title>tenon</title><button id="go">go</button>` +
        `<script type="module" src="${path.replace(/html$/, "js")}"></script>`,
    );
  } else if (/^\/plugins-rs\/[\w-]+\/[\w-]+\.wasm$/.test(path) && existsSync(join(root, path))) {
    response.setHeader("content-type", "application/wasm");
    response.end(readFileSync(join(root, path)));
  } else {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = server.address();
const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;

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
  for (const name of pages) await runPage(name);
} finally {
  await context.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
console.log(`\n Tests  ${failed > 0 ? `${failed} failed | ` : ""}${passed} passed`);
process.exitCode = failed > 0 ? 1 : 0;

async function runPage(name: string): Promise<void> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("favicon")) {
      complaints.push(message.text());
    }
  });
  await page.goto(`${origin}/${name}.html`);
  // A page that waits for a person says so by the title; the click is a real one.
  const clicking = page
    .waitForFunction(() => document.title === "waiting for a click", undefined, { timeout: 60_000 })
    .then(() => page.click("#go"))
    .catch(() => undefined);
  await page
    .waitForFunction(() => "pageResults" in globalThis, undefined, { timeout: 60_000 })
    .catch(() => complaints.push("the page did not finish"));
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

async function bundle(input: string): Promise<string> {
  const build = await rolldown({ input, platform: "browser", logLevel: "warn" });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return output[0].code;
}
