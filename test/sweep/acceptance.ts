import { CodeSums } from "../../src/component/caps/code-sums.ts";
import { checkModule } from "../../src/component/caps/module-scanner.ts";
import { rulesOf } from "../../src/component/caps/rules.ts";
import { PLUGIN_FEATURES } from "../../src/component/caps/features.ts";
import { Tally } from "../../src/component/caps/tally.ts";
import { decode } from "../../src/component/decode/decode.ts";
import type { ComponentDefinition } from "../../src/component/decode/definitions.ts";
import { planComponent } from "../../src/component/link/planner.ts";
import { validate } from "../../src/component/validate/validate.ts";

const rules = rulesOf({ features: PLUGIN_FEATURES });

/** Whether nothing that is known before V8 sees it says no to a component. */
export function isAccepted(bytes: Uint8Array): boolean {
  try {
    const tally = new Tally(rules.caps);
    const definition = decode(bytes, tally);
    planComponent(validate(bytes, definition, rules, tally), rules.caps);
    checkModules(bytes, definition, new CodeSums(rules.caps));
    return true;
  } catch {
    return false;
  }
}

function checkModules(bytes: Uint8Array, { items }: ComponentDefinition, sums: CodeSums): void {
  for (const item of items) {
    if (item.kind === "module") {
      const range = { offset: item.start, length: item.end - item.start };
      checkModule(bytes, range, rules, "code", sums);
    } else if (item.kind === "component") {
      checkModules(bytes, item.component, sums);
    }
  }
}
