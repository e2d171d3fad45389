// Writes to a pack until it is killed, and notes in a file what it begins and what is
// acknowledged. Arguments: folder, seed, bytes of the pack, file.
import { openSync, writeSync } from "node:fs";
import { packLevel } from "../../src/cache/index.ts";
import { nodePackFiles } from "../../src/platform/node/pack-store.ts";
import { metadata } from "./world.ts";
import { randomFrom } from "../seeded-random.ts";

const [folder, seed, bytes, file] = process.argv.slice(2);
const notes = openSync(file!, "w");
const random = randomFrom(Number(seed));
const level = packLevel({ files: nodePackFiles(folder!), bytes: Number(bytes) });
for (let i = 0; ; i++) {
  const key = `key${Math.floor(random() * 40)}`;
  const size = Math.floor(random() ** 4 * 200_000);
  const text = `${seed}:${i}:`;
  writeSync(notes, `begin ${key} ${text}\n`);
  if (random() < 0.15) {
    level.delete(key);
    writeSync(notes, `gone ${key} ${text}\n`);
  } else {
    const payload = new Uint8Array(text.length + size).fill(46);
    payload.set(new TextEncoder().encode(text));
    level.set(key, { payload, metadata: metadata() });
    writeSync(notes, `kept ${key} ${text}\n`);
  }
}
