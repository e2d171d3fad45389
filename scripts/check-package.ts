// npm run check-package: packs the tarball, lints what is in it, and installs it in an empty project
// without `dom` types. There it looks for dead links in the package's documents, type-checks and runs
// their examples, runs plugins under Deno and Bun, bundles a host to see how large it is, and runs the page
// of docs/pages.md in Chromium.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkHostSizes } from "./check-host-size.ts";
import { checkOthers } from "./check-others.ts";
import { checkPage } from "./check-page.ts";
import { DOCUMENTS, faultsWith, readBlocks } from "./docs/examples/documents.ts";
import { fileOf, fromPackage, Reader } from "./docs/examples/reader.ts";
import { deadLinks } from "./docs/tarball-links.ts";

const root = join(import.meta.dirname, "..");
/** A component, which has no types. */
const SAMPLE = "./samples/word-count.wasm";
const bin = (name: string): string => join(root, "node_modules/.bin", name);
const run = (command: string, args: readonly string[], cwd = root): string =>
  execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 << 20,
  });

const folder = mkdtempSync(join(tmpdir(), "tenon-package-"));
try {
  run("npm", ["pack", "--silent", "--pack-destination", folder]);
  const { name, version, devDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as { name: string; version: string; devDependencies: Record<string, string> };
  const tarball = join(folder, `${name}-${version}.tgz`);
  console.log(`${name}-${version}.tgz: ${(statSync(tarball).size / 1024).toFixed(0)} KiB`);

  console.log(run(bin("publint"), ["run", tarball, "--strict"]).trim());
  console.log(
    run(bin("attw"), [
      tarball,
      "--profile",
      "esm-only",
      "--format",
      "ascii",
      "--exclude-entrypoints",
      SAMPLE,
    ]).trim(),
  );

  const project = mkdtempSync(join(folder, "project-"));
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({
      private: true,
      type: "module",
      dependencies: { tenon: `file:${tarball}` },
      // An optional peer, for `tenon build`.
      devDependencies: { rolldown: devDependencies["rolldown"] },
    }),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], project);
  const dead = deadLinks(join(project, "node_modules", name));
  if (dead.length > 0) throw new Error(`links that lead nowhere:\n${dead.join("\n")}`);
  console.log("every link between the documents in it leads to one of them");

  const typed = examples();
  mkdirSync(join(project, "typed"));
  for (const { path, text } of typed) writeFileSync(join(project, path), text);
  const wit = join(root, "scripts/docs/examples/planner.wit");
  const command = ["node_modules/tenon/dist/cli/main.js", "types", wit];
  run(process.execPath, [...command, "--out", "typed/planner-world.ts"], project);
  writeFileSync(join(project, "subpaths.ts"), subpaths());
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        target: "es2024",
        lib: ["es2024", "esnext.disposable"],
        module: "nodenext",
        types: [join(root, "node_modules/@types/node/index.d.ts"), "tenon/plugin"],
        skipLibCheck: false,
      },
      files: [...typed.map(({ path }) => path), "subpaths.ts"],
    }),
  );
  run(bin("tsc"), ["-p", "."], project);
  console.log(
    `${typed.length} examples type-checked (TypeScript ${devDependencies["typescript"]})`,
  );
  const faults = DOCUMENTS.flatMap((document) =>
    faultsWith(new Reader(project, fromPackage), document),
  );
  if (faults.length > 0) throw new Error(faults.join("\n"));
  console.log(`the examples of ${DOCUMENTS.length} documents do what they say`);
  console.log(run(process.execPath, ["node_modules/tenon/dist/cli/main.js", "--version"], project));
  console.log(`other runtimes: ${checkOthers(project, join(root, "plugins-rs"))}`);
  console.log(`a bundled host: ${await checkHostSizes(project)}`);
  console.log(`page: ${await checkPage(pageExample(), project, join(root, "plugins-rs"))}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// Every subpath that works without `dom`, so that its declarations are read.
function subpaths(): string {
  const names = ["component", "component/runtime", "text", "pool", "cache", "node"];
  return names.map((name, i) => `export * as part${i} from "tenon/${name}";\n`).join("");
}

// The block of docs/pages.md that starts with `// app/page.ts`.
function pageExample(): string {
  const pages = readFileSync(join(root, "docs/pages.md"), "utf8");
  const [, code] = /```ts\n\/\/ app\/page\.ts\n([\s\S]*?)```/.exec(pages) ?? [];
  if (code === undefined) throw new Error("docs/pages.md has no page");
  return code;
}

// The files that the documents' blocks of ts are, but for the page's.
function examples(): readonly { readonly path: string; readonly text: string }[] {
  return DOCUMENTS.flatMap((document) =>
    readBlocks(document)
      .filter(({ language, text }) => language === "ts" && !text.startsWith("// app/"))
      .map(({ text }) => {
        const path = `typed/${document.replaceAll(/[^a-z]/gi, "-")}-${fileOf(text)}`;
        return { path, text };
      }),
  );
}
