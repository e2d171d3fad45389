// node start-plugins.ts STATE [PACKAGE …]: installs and compiles the packages on a host; prints
// the milliseconds. STATE is a folder, or "none".
import { createHost, grantAll } from "../../../../src/index.ts";
import { nodePlatform } from "../../../../src/platform/node/index.ts";

const [state = "none", ...packages] = process.argv.slice(2);
const options = state === "none" ? {} : { state };
await using host = createHost({ platform: nodePlatform(options), policy: grantAll([], "any") });
const start = performance.now();
for (const path of packages) {
  const { name } = await host.install(path);
  await host.prepare(name);
}
console.log(performance.now() - start);
