// npm run build: dist/ from src/, emptied first so that nothing deleted is ever published.
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});

// TypeScript has WebAssembly's types in `dom` alone. A consumer without it meets these names, which
// merge with the real ones where `dom` is there.
const globals = join(root, "dist/globals.d.ts");
writeFileSync(
  globals,
  "declare namespace WebAssembly {\n  interface Memory {}\n  interface Module {}\n  interface Table {}\n}\n",
);
for (const name of globSync("dist/**/*.d.ts", { cwd: root })) {
  const file = join(root, name);
  const text = readFileSync(file, "utf8");
  if (file === globals || !text.includes("WebAssembly.")) continue;
  const path = relative(dirname(file), globals).replaceAll("\\", "/");
  writeFileSync(
    file,
    `/// <reference path="${path.startsWith(".") ? path : `./${path}`}" />\n${text}`,
  );
}
