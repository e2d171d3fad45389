// Child of the test of locks that were left behind: at a word from its parent several writers in it want one
// lock at the same time, and each says whether another was there.
import { rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { asOnlyWriter } from "../../src/platform/node/state-files.ts";
import { randomFrom } from "../seeded-random.ts";

const WRITERS = 4;
const random = randomFrom(Number(process.argv[2]));

process.on("message", async (path: string) => {
  let overlaps = 0;
  const write = async (): Promise<void> => {
    await sleep(random() * 4);
    await asOnlyWriter(path, async () => {
      try {
        writeFileSync(`${path}.inside`, "", { flag: "wx" });
      } catch {
        overlaps++;
        return;
      }
      await sleep(random() * 3);
      rmSync(`${path}.inside`);
    });
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  process.send!(overlaps);
});
process.send!("ready");
