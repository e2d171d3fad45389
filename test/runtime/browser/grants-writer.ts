// A second page: remembers decisions in the database that its address names, as a host there would.
import { rememberedPolicy } from "../../../src/index.ts";
import { indexedDbGrants } from "../../../src/platform/browser/index.ts";
import { request } from "../../conformance/grant-store.ts";

const [name = "", from = "", until = ""] = decodeURIComponent(location.hash.slice(1)).split(" ");
const always = { decide: () => ({ tag: "allow", lasts: "always" }) as const };
const policy = rememberedPolicy(indexedDbGrants(name), always, { now: () => 1_000 });
const channel = new BroadcastChannel(name);
channel.onmessage = async () => {
  for (let i = Number(from); i < Number(until); i++) {
    await policy.decide(request("http", `acme/p${i}`));
  }
  channel.postMessage("done");
};
channel.postMessage("ready");
