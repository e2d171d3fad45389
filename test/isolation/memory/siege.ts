// A host of its own process whose plugins take all the memory they can get: what it holds then can be seen
// from outside. Run with the name of a siege; says what it does on lines of JSON.
import { createHost } from "../../../src/host/host.ts";
import { grantAll, type Host, memoryKeyValue } from "../../../src/index.ts";
import { nodeThreads } from "../../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../../src/platform/node/guest-thread/node-ticker.ts";
import { nodePlatform } from "../../../src/platform/node/index.ts";
import { manifestText } from "../../manifest-text.ts";
import { misdeedGuest } from "../misdeed.ts";
import { misdeedHost } from "../misdeed-host.ts";
import { sieges, TOTAL_MIB } from "./sieges.ts";

function manifestOf(name: string, limits: object = {}): string {
  const capability = { reason: "To misuse it.", optional: true };
  return manifestText(`test/${name}`, {
    activation: [`event:${name}.poke`],
    capabilities: { log: capability, kv: capability, text: capability },
    limits,
  });
}

async function hold(host: Host, name: string): Promise<string> {
  const { plugins } = await host.dispatch(`event:${name}.poke`);
  const [one] = plugins;
  return one?.tag === "failed" ? one.error.code : (one?.tag ?? "nobody");
}

const say = (what: object): void => console.log(JSON.stringify(what));

const [, , name = "calm", level = "thread"] = process.argv;
const { misdeed, rogues, limits } = sieges[name]!;
const ticker = nodeTicker();
const host = createHost({
  platform: {
    ...nodePlatform(),
    ticker,
    threads: { ...nodeThreads({ ticker }), size: 2 },
    keyValue: memoryKeyValue(),
  },
  policy: grantAll(["log", "kv", "text"], "any"),
  interfaces: [misdeedHost().definition],
  isolation: () => level as "caller" | "thread",
  limits: { totalMemoryBytes: TOTAL_MIB * 1024 * 1024, cpu: { ms: 60_000, withinMs: 60_000 } },
});
const wrong: string[] = [];
for (const bystander of ["one", "two"]) {
  await host.install(await misdeedGuest({}), { manifest: manifestOf(bystander) });
  await hold(host, bystander);
}
let besieged = true;
const bystanders = ["one", "two"].map(async (bystander) => {
  while (besieged) {
    const came = await hold(host, bystander);
    if (came !== "handled") wrong.push(came);
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
});
const bytes = await misdeedGuest(misdeed);
for (let nth = 0; nth < rogues; nth++) {
  const manifest = manifestOf(`rogue${nth}`, { eventMs: 2_000, ...limits });
  await host.install(bytes, { manifest });
}
say({ tag: "before", bytes: host.usage().memoryBytes });
let most = 0;
const watch = setInterval(() => (most = Math.max(most, host.usage().memoryBytes)), 5);
const names = Array.from({ length: rogues }, (_, nth) => `rogue${nth}`);
await Promise.all(names.map((rogue) => hold(host, rogue)));
const codes = await Promise.all(names.map((rogue) => hold(host, rogue)));
clearInterval(watch);
besieged = false;
await Promise.all(bystanders);
say({ tag: "besieged", codes: tally(codes), most, peak: host.usage().peakMemoryBytes, wrong });
for (const rogue of names) await host.uninstall(`test/${rogue}`);
say({
  tag: "after",
  bytes: host.usage().memoryBytes,
  starts: ["one", "two"].map((one) => host.plugin(`test/${one}`).starts),
});
// Until the one who looks has seen enough.
process.stdin.resume();
process.stdin.once("end", () => process.exit(0));

function tally(all: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const one of all) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}
