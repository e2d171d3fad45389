// npm run check-package: packs the tarball, lints what is in it, installs it in an empty project
// without `dom` types, type-checks the README's embedding example there and runs it; then bundles the
// page of docs/pages.md from it and runs that in Chromium.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPage } from "./check-page.ts";

const root = join(import.meta.dirname, "..");
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
  run("npm", ["run", "-s", "build"]);
  run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder]);
  const { name, version, devDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as { name: string; version: string; devDependencies: Record<string, string> };
  const tarball = join(folder, `${name}-${version}.tgz`);
  console.log(`${name}-${version}.tgz: ${(statSync(tarball).size / 1024).toFixed(0)} KB`);

  console.log(run(bin("publint"), ["run", tarball, "--strict"]).trim());
  console.log(run(bin("attw"), [tarball, "--profile", "esm-only", "--format", "ascii"]).trim());

  const project = mkdtempSync(join(folder, "project-"));
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies: { tenon: `file:${tarball}` } }),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], project);
  for (const [file, code] of Object.entries(examples())) writeFileSync(join(project, file), code);
  writeFileSync(join(project, "subpaths.ts"), subpaths());
  copyFileSync(
    join(root, "plugins-rs/word-count/word-count.wasm"),
    join(project, "word-count.wasm"),
  );
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        target: "es2024",
        lib: ["es2024", "esnext.disposable"],
        module: "nodenext",
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
        skipLibCheck: false,
      },
      files: [...Object.keys(examples()), "subpaths.ts"],
    }),
  );
  run(bin("tsc"), ["-p", "."], project);
  console.log(`type-checked against the tarball (TypeScript ${devDependencies["typescript"]})`);
  for (const file of Object.keys(examples())) {
    console.log(`${file}: ${run(process.execPath, [file], project).trim()}`);
  }
  console.log(run(process.execPath, ["node_modules/tenon/dist/cli/main.js", "--version"], project));
  console.log(`page: ${await checkPage(pageExample(), project, join(root, "plugins-rs"))}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/// Every subpath that works without `dom`, so that its declarations are read.
function subpaths(): string {
  const names = ["component", "component/runtime", "text", "pool", "cache", "node"];
  return names.map((name, i) => `export * as part${i} from "tenon/${name}";\n`).join("");
}

/// The block of docs/pages.md that starts with `// app/page.ts`.
function pageExample(): string {
  const pages = readFileSync(join(root, "docs/pages.md"), "utf8");
  const [, code] = /```ts\n\/\/ app\/page\.ts\n([\s\S]*?)```/.exec(pages) ?? [];
  if (code === undefined) throw new Error("docs/pages.md has no page");
  return code;
}

/// The README's blocks that start with `// FILE.ts`: what a reader would copy is what is run.
function examples(): Record<string, string> {
  const found: Record<string, string> = {};
  const readme = readFileSync(join(root, "README.md"), "utf8");
  for (const [, file, body] of readme.matchAll(/```ts\n\/\/ ([\w-]+\.ts)\n([\s\S]*?)```/g)) {
    if (file !== undefined && body !== undefined) found[file] = body;
  }
  if (Object.keys(found).length === 0) throw new Error("README.md has no runnable example");
  return found;
}
