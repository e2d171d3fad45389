// What others post to a page's workers, and from them, is ignored.
import { expect, it } from "vitest";
import { createHost, grantAll } from "../../../../src/index.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { foreignMessages } from "../../../isolation/foreign-messages.ts";
import { misdeedGuest } from "../../../isolation/misdeed.ts";
import { misdeedHost } from "../../../isolation/misdeed-host.ts";
import { honestCall } from "../../../isolation/neighbours.ts";
import { manifestText } from "../../../manifest-text.ts";

function post(worker: Worker): void {
  for (const message of foreignMessages) worker.postMessage(message);
}

it("messages of others to and from the workers change nothing", async () => {
  const workers: Worker[] = [];
  const platform = browserPlatform({
    worker: (entry) => {
      const file = entry === "guest" ? "talkative-worker" : "ticker-worker";
      const worker = new Worker(new URL(`./${file}.js`, location.href), { type: "module" });
      workers.push(worker);
      // Before anything of ours.
      post(worker);
      return worker;
    },
  });
  await using host = createHost({
    platform,
    policy: grantAll([], "any"),
    interfaces: [misdeedHost().definition],
    limits: { eventMs: 400 },
  });
  for (const name of ["honest", "looping"]) {
    const guest = await misdeedGuest(name === "looping" ? { handle: "(loop $l (br $l))" } : {});
    const manifest = manifestText(`test/${name}`, { activation: [`event:${name}.poke`] });
    await host.install(guest, { manifest });
  }
  for (let times = 0; times < 5; times++) {
    await honestCall(host, "event:honest.poke");
    workers.forEach(post);
  }
  await honestCall(host, "event:looping.poke");
  const { plugins } = await host.dispatch("event:looping.poke");
  expect(plugins[0]).toMatchObject({ error: { code: "plugin-deadline" } });
  await honestCall(host, "event:honest.poke");
  expect(host.plugin("test/honest")).toMatchObject({ starts: 1, crashes: 0 });
  expect(workers.length).toBeGreaterThan(0);
});
