// Child of the `kill -9` test: writes entries one after another and says so after each.
import { writeSync } from "node:fs";
import { sqliteKeyValue } from "../../src/platform/node/sqlite-key-value.ts";

const store = sqliteKeyValue(process.argv[2]!);
const space = store.space("acme/writer");
const kept = space.keys("log", { prefix: "", after: undefined, limit: 100_000 });
const rule = { when: "any", quotaBytes: 1 << 30 } as const;
for (let i = (await kept).length + 1; ; i++) {
  await space.write("log", `${i}`, new Uint8Array(1000).fill(i), rule);
  writeSync(1, `${i}\n`);
}
