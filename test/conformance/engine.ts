import { describe, test } from "vitest";
import type { Engine } from "../../src/component/engine.ts";
import { closing } from "./engine-closing.ts";
import { callCases } from "./engine-calls.ts";
import { faultCases } from "./engine-faults.ts";
import { linkingCases } from "./engine-linking.ts";
import { resourceCases } from "./engine-resources.ts";
import { rustCases } from "./engine-rust.ts";
import { suspensionCases } from "./engine-suspension.ts";
import { valueCases } from "./engine-values.ts";

/** One promise of the Engine seam. */
export interface EngineCase {
  readonly name: string;
  run(engine: Engine): Promise<void>;
}

const groups = {
  calls: callCases,
  values: valueCases,
  resources: resourceCases,
  faults: faultCases,
  suspension: suspensionCases,
  linking: linkingCases,
  rust: rustCases,
};

export interface EngineConformanceOptions {
  /** Cases that this engine does not promise, by name, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** What every implementation of the Engine seam promises. `makeEngine` is called once a case. */
export function engineConformance(
  name: string,
  makeEngine: () => Engine | Promise<Engine>,
  { skip = {} }: EngineConformanceOptions = {},
): void {
  const unknown = new Set(Object.keys(skip));
  describe(`${name}: engine`, () => {
    for (const [group, cases] of Object.entries(groups)) {
      describe(group, () => {
        for (const { name: caseName, run } of cases) {
          unknown.delete(caseName);
          test.skipIf(Object.hasOwn(skip, caseName))(caseName, async () => {
            using engine = closing(await makeEngine());
            await run(engine);
          });
        }
      });
    }
    test("skips only cases that exist", ({ expect }) => {
      expect([...unknown]).toEqual([]);
    });
  });
}
