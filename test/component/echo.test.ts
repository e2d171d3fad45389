import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSync, instantiate } from "../../src/component/index.ts";
import { echoAll, echoHost, type Exports, type Same, samples } from "./echo/calls.ts";
import { foreign, foreignAnswers } from "./echo/foreign.ts";
import { composed, encodings, HOST, passing, storing } from "./echo/text.ts";
import { fromText } from "./guest.ts";

// `toStrictEqual` takes its time.
const same: Same = (actual, expected) => {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
};

const RUNS = { numRuns: 4 };

for (const code of ["text", "closures"] as const) {
  describe(`random values of random types, by ${code}`, () => {
    for (const encoding of encodings) {
      it(`come back from a guest that has stored them (${encoding})`, async () => {
        await fc.assert(
          fc.asyncProperty(samples, async (all) => {
            const text = storing(
              all.map(({ type }) => type),
              encoding,
            );
            const component = compileSync((await fromText(text)) as BufferSource);
            const instance = instantiate(component, {}, { code });
            echoAll(instance.exports as Exports, all, {}, same);
          }),
          RUNS,
        );
      });

      it(`reach the host through a guest, and come back (${encoding})`, async () => {
        await fc.assert(
          fc.asyncProperty(samples, async (all) => {
            const types = all.map(({ type }) => type);
            const component = compileSync(
              (await fromText(passing(types, encoding))) as BufferSource,
            );
            const host = echoHost(types);
            const instance = instantiate(component, { [HOST]: host.functions }, { code });
            echoAll(instance.exports as Exports, all, host, same);
          }),
          RUNS,
        );
      });

      it(`of another realm reach the host through a guest, and come back (${encoding})`, async () => {
        await fc.assert(
          fc.asyncProperty(samples, async (all) => {
            const types = all.map(({ type }) => type);
            const component = compileSync(
              (await fromText(passing(types, encoding))) as BufferSource,
            );
            const host = foreignAnswers(echoHost(types).functions);
            const { exports } = instantiate(component, { [HOST]: host }, { code });
            const called = new Proxy(exports as Exports, {
              get:
                (all, key: string) =>
                (...args: readonly unknown[]) =>
                  all[key]!(...args.map(foreign)),
            });
            echoAll(called, all, {}, same);
          }),
          RUNS,
        );
      });

      it.each(encodings)(
        `pass from one guest to another (${encoding}, %s inside)`,
        async (inner) => {
          await fc.assert(
            fc.asyncProperty(samples, async (all) => {
              const text = composed(
                all.map(({ type }) => type),
                encoding,
                inner,
              );
              const component = compileSync((await fromText(text)) as BufferSource);
              const instance = instantiate(component, {}, { code });
              echoAll(instance.exports["outer"] as Exports, all, {}, same);
            }),
            RUNS,
          );
        },
      );
    }
  });
}
