import { camelCase } from "../js-names.ts";

/// Property names of a record or flags type. Two labels may be one in camelCase (`a1`, `a-1`): the
/// later one then keeps its own spelling. Refuses what is not a label, whatever a decoder let pass:
/// these names reach generated text.
export function keysOf(labels: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return labels.map((label) => {
    if (!/^[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*$/.test(label)) {
      throw new TypeError(`not a label: ${JSON.stringify(label)}`);
    }
    const camel = camelCase(label);
    const key = taken.has(camel) ? label : camel;
    taken.add(key);
    return key;
  });
}
