import type { BenchOptions, BenchRow } from "../row.ts";
import { loop, measure, row } from "./measure.ts";
import { routes } from "./routes.ts";
import { CALLS } from "./work.ts";

const TIMES = 1000;

/** Calls in both directions, and what values cost on their way. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const { raw, lean, jco, ours } = await routes();
  const all = { ours, lean, jco };
  const add = "(add(i&255,3),add(1,2))";
  const added = measure(
    {
      raw: loop(add, { add: raw["add"] }),
      ...over(all, (api) => loop(add, { add: api.add })),
    },
    3,
  );
  const asked = measure(
    {
      raw: loop(`ask(${TIMES})`, { ask: raw["ask-host"] }),
      ...over(all, (api) => loop(`ask(${TIMES})`, { ask: api.askHost })),
    },
    3 * TIMES,
  );
  return [
    row(
      "export call, add(u32,u32)",
      over(added, (one) => one / 2),
      "raw",
      3,
    ),
    row(
      "host import from a guest's loop",
      over(asked, (one) => one / TIMES),
      "raw",
      3,
    ),
    ...CALLS.map(({ bench, expression, values, expected, atMost }) => {
      const contestants = over(all, (api) => loop(expression, { ...values, api }));
      return row(bench, measure(contestants, expected), "lean", atMost);
    }),
  ];
}

function over<From, To>(
  entries: Readonly<Record<string, From>>,
  map: (one: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(entries).map(([name, one]) => [name, map(one)]));
}
