// Child of the full-disk test: writes until the storage fails, then says what is left of it.
import { sqliteKeyValue } from "../../src/platform/node/sqlite-key-value.ts";

const store = sqliteKeyValue(process.argv[2]!);
const space = store.space("acme/writer");
const rule = { when: "any", quotaBytes: 1 << 30 } as const;
const all = { prefix: "", after: undefined, limit: 100_000 };
let written = 0;
let code: unknown;
try {
  for (; written < 10_000; written++) {
    await space.write("log", `${written}`, new Uint8Array(10_000).fill(written), rule);
  }
} catch (error) {
  code = (error as { code?: unknown }).code;
}
const kept = await space.keys("log", all);
const last = await space.get("log", `${written - 1}`);
console.log(
  JSON.stringify({
    code,
    written,
    kept: kept.length,
    used: await space.usedBytes(),
    last: last?.value.length,
    goesOn: (await space.write("log", "0", new Uint8Array(1), rule)).tag,
  }),
);
store[Symbol.dispose]();
