import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";

import { grantAll } from "../../../src/capability/static-policy.ts";
import type { Host } from "../../../src/host/options.ts";
import { createHost } from "../../../src/host/host.ts";
import type { OpenDocument } from "../../../src/interfaces/text/open-document.ts";
import { nodePlatform } from "../../../src/platform/node/index.ts";
import { randomFrom } from "../../text/random.ts";
import type { BenchRow } from "../row.ts";
import { median, own, rowOf } from "./text-measure.ts";

/**
 * A plugin's command on a document in which one word was just edited, beside the same command on a
 * document that the plugin has not seen before.
 */
export async function rows(): Promise<readonly BenchRow[]> {
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  for (const name of ["word-count", "find-replace", "highlight"]) {
    const component = `../../../plugins-rs/${name}/${name}.wasm`;
    await host.install(await readFile(new URL(component, import.meta.url)));
  }
  const view = { first: 2000, lines: 60 };
  return [
    await row(host, "word-count, 1 MB", 1, "word-count.count", null),
    await row(host, "word-count, 10 MB", 10, "word-count.count", null),
    await row(host, "find, 1 MB", 1, "find-replace.find", { pattern: "\\bnowhere\\b" }),
    await row(host, "find, 10 MB", 10, "find-replace.find", { pattern: "\\bnowhere\\b" }),
    await row(host, "highlight lines 2000 to 2060, 1 MB", 1, "highlight.html", view),
  ];
}

async function row(
  host: Host,
  what: string,
  megabytes: number,
  command: string,
  input: unknown,
): Promise<BenchRow> {
  const line = 'let value = other(argument, "more") + tail; // Here is why. And more.\n';
  const text = line.repeat((megabytes * 1e6) / line.length);
  const open = (uri: string, content: string): OpenDocument =>
    host.documents.open(uri, content, "javascript");
  const document = open("file:///kept.js", text);
  const run = (of: OpenDocument): Promise<unknown> =>
    host.execute(command, input, { document: of });
  await run(document);
  const random = randomFrom(megabytes);
  const incremental: number[] = [];
  const scratch: number[] = [];
  for (let round = 0; round < 3; round++) {
    let answer: unknown;
    for (let i = 0; i < 20; i++) {
      // Before the lines that are highlighted, or in them.
      const at = random(2000 * line.length);
      const started = performance.now();
      document.edit([{ start: at, end: at, insert: "word " }]);
      answer = await run(document);
      incremental.push(performance.now() - started);
    }
    const fresh = open("file:///fresh.js", document.text);
    const started = performance.now();
    const expected = await run(fresh);
    scratch.push(performance.now() - started);
    if (!isDeepStrictEqual(answer, expected)) throw new Error(`${what}: another answer`);
    host.documents.close(fresh.uri);
  }
  host.documents.close(document.uri);
  const figures = { [own]: median(incremental), "from scratch": median(scratch) };
  return rowOf(`text: edit and ${what}`, "ms", figures, "from scratch", 0.1);
}
