// A minimal host bundled from the installed package, for a page and for Node: how large it is, and what is in it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

// The most bytes of each, minified: 5 % more than docs/pages.md says.
const HOSTS = {
  browser: { from: "tenon/browser", platform: "browserPlatform", most: 876_000 },
  node: { from: "tenon/node", platform: "nodePlatform", most: 945_000 },
} as const;

// What a host has no use for.
const UNUSED: readonly RegExp[] = [/\/zod\/v4\/locales\//, /\/zod\/v4\/classic\//];

// Throws where a host is too large, or carries what it has no use for. `project` has the package installed.
export async function checkHostSizes(project: string): Promise<string> {
  const told: string[] = [];
  for (const name of ["browser", "node"] as const) {
    const { from, platform, most } = HOSTS[name];
    const input = join(project, `host-${name}.js`);
    writeFileSync(
      input,
      `import { createHost, grantAll } from "tenon";
import { ${platform} } from "${from}";
globalThis.host = createHost({ platform: ${platform}(), policy: grantAll([], "any") });\n`,
    );
    const build = await rolldown({ cwd: project, input, platform: name });
    const { output } = await build.generate({ minify: true });
    await build.close();
    const chunks = output.filter((part) => part.type === "chunk");
    const modules = chunks.flatMap(({ modules }) => Object.entries(modules));
    const unused = modules
      .filter(
        ([id, { renderedLength }]) => renderedLength > 0 && UNUSED.some((one) => one.test(id)),
      )
      .map(([id]) => id);
    if (unused.length > 0) throw new Error(`a host for ${name} carries ${unused.join(", ")}`);
    const code = Buffer.from(chunks.map((chunk) => chunk.code).join(""));
    const size = `${name} ${kilobytes(code.length)} (${kilobytes(gzipSync(code).length)} gzipped)`;
    if (code.length > most) throw new Error(`a host is too large: ${size}, at most ${most} B`);
    told.push(size);
  }
  return told.join(", ");
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} KB`;
}
