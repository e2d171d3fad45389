import { fieldNames } from "../js-names.ts";

/**
 * Property names of a record or flags type. Refuses names that are not labels, whatever the decoder
 * has accepted, because these names go into generated text.
 */
export function keysOf(labels: readonly string[]): readonly string[] {
  for (const label of labels) {
    if (!/^[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*$/.test(label)) {
      throw new TypeError(`not a label: ${JSON.stringify(label)}`);
    }
  }
  return fieldNames(labels);
}
