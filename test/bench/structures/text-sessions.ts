import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { randomFrom } from "../../text/random.ts";

/**
 * A recorded editing session: patch i deletes `deleted[i]` units at `at[i]`, then inserts there.
 */
export interface Session {
  readonly name: string;
  readonly start: string;
  readonly end: string;
  readonly at: readonly number[];
  readonly deleted: readonly number[];
  readonly inserted: readonly string[];
}

type Patch = readonly [at: number, deleted: number, inserted: string];

/** The sessions of a folder: `*.json.gz` of `{ startContent, endContent, txns: [{ patches }] }`. */
export function recorded(folder: string): Session[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json.gz"));
  return names.toSorted().map((name) => {
    const { startContent, endContent, txns } = JSON.parse(
      gunzipSync(readFileSync(join(folder, name))).toString(),
    ) as {
      startContent: string;
      endContent: string;
      txns: { patches: Patch[] }[];
    };
    const patches = txns.flatMap((txn) => txn.patches);
    return sessionOf(name.replace(".json.gz", ""), startContent, endContent, patches);
  });
}

function sessionOf(name: string, start: string, end: string, patches: readonly Patch[]): Session {
  return {
    name,
    start,
    end,
    at: patches.map(([at]) => at),
    deleted: patches.map(([, deleted]) => deleted),
    inserted: patches.map(([, , inserted]) => inserted),
  };
}

/**
 * A session with the locality of the recorded ones: five edits in six go on where the last ended,
 * most jumps are of a few dozen units, one edit in five erases, some paste or cut a paragraph.
 */
export function synthetic(edits = 40_000): Session {
  const random = randomFrom(20_260_101);
  const patches: Patch[] = [];
  let text = "";
  let last = 0;
  for (let i = 0; i < edits; i++) {
    const at = random(6) > 0 ? last : jump();
    const kind = random(100);
    if (kind < 76) put(at, 0, random(30) === 0 ? "\n" : String.fromCharCode(97 + random(26)));
    else if (kind < 96) put(Math.max(0, at - 1), at > 0 ? 1 : 0, "");
    else if (kind < 98) put(at, 0, "some words that were pasted\n".repeat(1 + random(12)));
    else put(at, Math.min(text.length - at, random(400)), "");
  }
  return sessionOf("synthetic", "", text, patches);

  function jump(): number {
    const distance = 2 ** random(random(3) === 0 ? 16 : 8);
    const to = last + (random(2) === 0 ? distance : -distance);
    return Math.max(0, Math.min(text.length, to));
  }

  function put(at: number, deleted: number, inserted: string): void {
    patches.push([at, deleted, inserted]);
    text = text.slice(0, at) + inserted + text.slice(at + deleted);
    last = at + inserted.length;
  }
}
