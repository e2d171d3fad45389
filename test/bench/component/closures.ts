import type { BenchOptions, BenchRow } from "../row.ts";
import { loop, measure, row } from "./measure.ts";
import { routes } from "./routes.ts";
import { CALLS } from "./work.ts";

/** The closure route beside the generated one. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const { ours, closures } = await routes();
  const works = [
    { bench: "export call, add(u32,u32)", expression: "api.add(i&255,3)", values: {} },
    { bench: "host import, 1000 times", expression: "api.askHost(1000)", values: {} },
    ...CALLS,
  ];
  return works.map((work) => {
    const figures = measure({
      ours: loop(work.expression, { ...work.values, api: closures }),
      generated: loop(work.expression, { ...work.values, api: ours }),
    });
    const goal = "bigList" in work ? undefined : 2;
    return row(`closures: ${work.bench}`, figures, "generated", goal);
  });
}
