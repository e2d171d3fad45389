// Child of the `kill -9` test of the state folder's other stores: writes to each, one after another, and says so
// after each round.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { jsonLinesAudit } from "../../src/capability/json-lines-audit.ts";
import { packageFolders } from "../../src/platform/node/package-folders.ts";
import { appendTo, grantFile } from "../../src/platform/node/state-files.ts";
import { decisionsUpTo, indexOf } from "./store-contents.ts";

const state = process.argv[2]!;
const first = Number(process.argv[3]!);
const grants = grantFile(join(state, "grants.json"));
const audit = jsonLinesAudit(appendTo(join(state, "audit.jsonl")));
const folder = await packageFolders(join(state, "index")).list(join(state, "packages"));
for (let i = first; ; i++) {
  await grants.write(decisionsUpTo(i));
  audit.write({ at: i, plugin: "acme/writer", operation: "x", decision: "refused", reason: "y" });
  await audit.flush();
  await folder.keepIndex(indexOf(i));
  writeSync(1, `${i}\n`);
}
