// npm run build: dist/ from src/, emptied first so that nothing deleted is ever published.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});

// What is neither made from sources here nor read by tsc.
cpSync(
  join(root, "src/javascript/runtime/runtime.wasm"),
  join(root, "dist/javascript/runtime/runtime.wasm"),
);

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

// What is kept on disk is good for this build alone: its digest is part of each name (component/compiled/key.ts).
const hash = createHash("sha256");
for (const name of globSync("dist/**/*.js", { cwd: root }).toSorted()) {
  hash
    .update(`${name.replaceAll("\\", "/")}\0`)
    .update(readFileSync(join(root, name)))
    .update("\0");
}
const stamped = join(root, "dist/component/compiled/engine-digest.js");
const before = readFileSync(stamped, "utf8");
const after = before.replace(
  "ENGINE_DIGEST = undefined;",
  `ENGINE_DIGEST = "${hash.digest("hex").slice(0, 32)}";`,
);
if (after === before)
  throw new Error("dist/component/compiled/engine-digest.js has no place for the digest");
writeFileSync(stamped, after);
