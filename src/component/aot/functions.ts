// The code, as text, of every function of a plan that can be called.
import { TenonError } from "../../errors.ts";
import { adapterText, resolveText } from "../abi/emit/adapter-text.ts";
import { itemsText } from "../abi/emit/items-text.ts";
import { liftText } from "../abi/emit/lift-text.ts";
import { lowerText } from "../abi/emit/lower-text.ts";
import type { Text } from "../abi/emit/parts.ts";
import { begun, Code, type CodeSource, type CopyStep, given } from "../link/code.ts";
import {
  copiesByCode,
  exportedLifts,
  visitExports,
  type ModuleSource,
  type Plan,
  type PlannedLift,
  type PlannedLower,
} from "../link/plan.ts";
import type { WrittenStyle } from "./format.ts";

export interface FunctionText extends Text {
  readonly part: PlannedLift | PlannedLower | CopyStep;
  readonly style: WrittenStyle | undefined;
}

/** The most characters of one function: types with nested cases can make it grow without bound. */
const LONGEST_TEXT = 4_000_000;

/**
 * The code of all functions. Throws `component-limit` for a function that is too long, and where
 * all together have more than `most` characters.
 */
export function functionTexts(
  plan: Plan,
  suspend: boolean | readonly string[],
  pauses = false,
  most: number = Infinity,
): readonly FunctionText[] {
  const code = new Code(plan, NONE, suspend, pauses);
  const texts: FunctionText[] = [];
  let length = 0;
  const add = (part: FunctionText["part"], style: WrittenStyle | undefined, text: Text): void => {
    length += text.text.length;
    if (text.text.length > LONGEST_TEXT || length > most) throw tooLong(length);
    texts.push({ part, style, ...text });
  };
  for (const step of plan.steps) {
    if (step.kind === "builtin" && copiesByCode(step.copy)) {
      for (const host of [true, false]) {
        const text = itemsText(step.copy.item!, code.itemOptions(step, host));
        add(step, host ? "host" : "guest", text);
      }
    }
    if (step.kind !== "lower") continue;
    const { lower } = step;
    const { callee, signature } = lower;
    if (callee.kind === "host") {
      add(lower, undefined, lowerText(signature, code.lowerOptions(lower, callee)));
      continue;
    }
    const options = code.adapterOptions(lower, callee);
    add(lower, undefined, adapterText(begun(callee), given(lower, callee), options));
    const { task } = callee;
    if (task) add(lower, "return", resolveText(signature, task.returned, options));
  }
  for (const [lift, styles] of exportedLifts(plan.exports)) {
    for (const style of styles) {
      add(lift, style, liftText(begun(lift), code.liftOptions(lift, style)));
    }
    const { task } = lift;
    if (task) add(lift, "return", lowerText(task.returned, code.returnOptions(lift)));
  }
  return texts;
}

/** The core modules that a component's instances use or export, by their offsets. */
export function embeddedModules(
  plan: Plan,
): ReadonlyMap<number, { offset: number; length: number }> {
  const found = new Map<number, { offset: number; length: number }>();
  const add = (source: ModuleSource): void => {
    if (source.kind === "embedded") found.set(source.module.offset, source.module);
  };
  for (const step of plan.steps) if (step.kind === "instantiate") add(step.module);
  visitExports(plan.exports, (item) => {
    if (item.sort === "module") add(item.module);
  });
  return found;
}

/** Writing text calls none of these. */
const NONE: CodeSource = {
  lift: none,
  lower: none,
  returning: none,
  resolve: none,
  items: none,
  stubs: none,
};

function none(): never {
  throw new TypeError("this code is not for running");
}

function tooLong(length: number): TenonError {
  const message = `functions of ${length} characters are too long to be written beforehand`;
  return new TenonError("component-limit", message, { data: { limit: "text" } });
}
