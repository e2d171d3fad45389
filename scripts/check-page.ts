// The page of docs/pages.md, bundled as its reader would, in a headless Chromium.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";

// What docs/pages.md says that a page needs.
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "content-security-policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
};
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * `code` calls its host `host`, and has installed json-tools. `project` has the package installed,
 * `plugins` the sample plugins. Throws where the page does not do as it should.
 */
export async function checkPage(code: string, project: string, plugins: string): Promise<string> {
  const site = join(project, "site");
  writeFileSync(join(project, "page.ts"), `${code}\n${CHECK}`);
  const build = await rolldown({
    cwd: project,
    platform: "browser",
    input: {
      page: "./page.ts",
      "guest-worker": "tenon/browser/guest-worker",
      "ticker-worker": "tenon/browser/ticker-worker",
    },
  });
  await build.write({ dir: site, minify: true });
  await build.close();
  for (const name of ["json-tools", "hostile"]) {
    copyFileSync(join(plugins, name, `${name}.wasm`), join(site, `${name}.wasm`));
  }
  writeFileSync(
    join(site, "index.html"),
    '<!doctype html><title>tenon</title><script type="module" src="page.js"></script>',
  );
  const server = serve(site);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  try {
    return await visit(`http://127.0.0.1:${port}/index.html`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

// A loop on a thread beside an honest call, then the loop's end.
const CHECK = `
await host.install(new URL("./hostile.wasm", document.baseURI));
const loop = host.execute("hostile.loop", undefined, { deadlineMs: 1_000 }).then(
  () => "answered",
  (error) => error.code,
);
const { text } = (await host.execute("json-tools.minify", { text: "[ 1 ]" })) as { text: string };
document.title = [crossOriginIsolated, text, await loop].join(" ");
`;
const EXPECTED = "true [1] plugin-deadline";

async function visit(url: string): Promise<string> {
  const executablePath = BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error("no Chromium found");
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(url);
    await page
      .waitForFunction(() => document.title !== "tenon", undefined, { timeout: 60_000 })
      .catch(() => complaints.push("the page says nothing"));
    const title = await page.title();
    if (title !== EXPECTED || complaints.length > 0) {
      throw new Error(`the page of docs/pages.md: ${[title, ...complaints].join("\n")}`);
    }
    return title;
  } finally {
    await browser.close();
  }
}

function serve(folder: string): Server {
  return createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(folder, path);
    const type = TYPES[extname(path)];
    if (type === undefined || !existsSync(file)) {
      response.writeHead(path === "/favicon.ico" ? 204 : 404, HEADERS).end();
      return;
    }
    response.writeHead(200, { ...HEADERS, "content-type": type });
    response.end(readFileSync(file));
  });
}
