// Plans as data: see format.ts.
import { TenonError } from "../../errors.ts";
import type { Plan } from "../link/plan.ts";
import type { PlanNode, PlanNodes, PlanValue } from "./format.ts";

/** Keys that only the generation of code needs. */
const LEFT_OUT: ReadonlySet<string> = new Set(["type", "options", "encoding", "area"]);
const LEFT_OUT_OF_LAYOUTS: ReadonlySet<string> = new Set([
  "id",
  "size",
  "align",
  "flat",
  "nodes",
  "dynamic",
  "spends",
  "owns",
  "borrows",
  "ends",
  "view",
  "payload",
  "words",
  "offset",
]);

const NO_KEYS: ReadonlySet<string> = new Set();

export interface WrittenPlan {
  readonly nodes: PlanNodes;
  /** The index of the node that an object of the plan became. */
  indexOf(part: object): number;
}

export function writePlan(plan: Plan): WrittenPlan {
  return writeNodes(plan, (it) =>
    Object.hasOwn(it, "form") || Object.hasOwn(it, "layout") ? LEFT_OUT_OF_LAYOUTS : LEFT_OUT,
  );
}

/**
 * Writes what `root` consists of: plain objects, arrays and maps, strings, numbers and booleans.
 * Throws a TypeError for anything else. `leftOut`: keys of an object that are not written.
 */
export function writeNodes(
  root: object,
  leftOut: (it: object) => ReadonlySet<string> = () => NO_KEYS,
): WrittenPlan {
  const nodes: PlanNode[] = [];
  const known = new Map<object, number>();
  const value = (it: unknown): PlanValue => {
    if (it === undefined) return null;
    if (typeof it === "string" || typeof it === "number" || typeof it === "boolean") return it;
    if (typeof it === "object" && it !== null) return [part(it)];
    throw new TypeError(`a plan holds no ${typeof it}`);
  };
  const part = (it: object): number => {
    let index = known.get(it);
    if (index === undefined) {
      const node = describe(it, value, leftOut);
      index = nodes.push(node) - 1;
      known.set(it, index);
    }
    return index;
  };
  part(root);
  return {
    nodes,
    indexOf(one) {
      const index = known.get(one);
      if (index === undefined) throw new TypeError("not a part of the plan");
      return index;
    },
  };
}

function describe(
  it: object,
  value: (it: unknown) => PlanValue,
  leftOut: (it: object) => ReadonlySet<string>,
): PlanNode {
  if (Array.isArray(it)) return ["list", ...it.map(value)];
  if (it instanceof Map) return ["map", ...[...it].flat().map(value)];
  const left = leftOut(it);
  const node: Record<string, PlanValue> = {};
  for (const [key, inner] of Object.entries(it)) {
    if (!/^[a-z][A-Za-z]*$/.test(key)) throw new TypeError(`not a key of a plan: ${key}`);
    if (inner !== undefined && !left.has(key)) node[key] = value(inner);
  }
  return node;
}

/** Reads a plan. What writePlan left out is missing from it. */
export function readPlan(nodes: PlanNodes): {
  readonly plan: Plan;
  readonly parts: readonly object[];
} {
  const { root, parts } = readNodes(nodes);
  return { plan: root as Plan, parts };
}

/** Reads what writeNodes has written. */
export function readNodes(nodes: PlanNodes): {
  readonly root: object;
  readonly parts: readonly object[];
} {
  const parts: object[] = [];
  const value = (it: PlanValue): unknown =>
    it === null ? undefined : typeof it === "object" ? parts[it[0]] : it;
  for (const node of nodes) parts.push(rebuild(node, value));
  const root = parts.at(-1);
  if (root === undefined) throw new TenonError("component-malformed", "the plan is empty");
  return { root, parts };
}

function rebuild(node: PlanNode, value: (it: PlanValue) => unknown): object {
  if (!isTagged(node)) {
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, value(inner)]));
  }
  const [tag, ...inner] = node;
  if (tag === "list") return inner.map(value);
  const map = new Map<unknown, unknown>();
  for (let at = 0; at < inner.length; at += 2) map.set(value(inner[at]!), value(inner[at + 1]!));
  return map;
}

function isTagged(node: PlanNode): node is readonly [string, ...PlanValue[]] {
  return Array.isArray(node);
}
