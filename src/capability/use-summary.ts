import { counted, visibleText } from "../visible-text.ts";

const maxEntries = 8;
const maxDepth = 3;
const maxLength = 300;

/**
 * A use in one line for the audit trail. Bounded work whatever the use holds: it may be megabytes
 * that a plugin handed over.
 */
export function summarizeUse(use: unknown): string {
  return visibleText(summarize(use, 0), { limit: maxLength });
}

function summarize(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
    case "object":
      break;
    case "function":
    case "symbol":
      return typeof value;
    default:
      return String(value);
  }
  if (value === null) return "null";
  if (ArrayBuffer.isView(value)) return counted(value.byteLength, "bytes");
  if (depth === maxDepth) return "…";
  if (Array.isArray(value)) {
    const items = value.slice(0, maxEntries).map((item) => summarize(item, depth + 1));
    return `[${items.join(", ")}${value.length > maxEntries ? ", …" : ""}]`;
  }
  const shown: string[] = [];
  for (const key in value) {
    if (shown.length === maxEntries) {
      shown.push("…");
      break;
    }
    const item: unknown = Reflect.get(value, key);
    shown.push(`${key.slice(0, 100)}: ${summarize(item, depth + 1)}`);
  }
  return `{ ${shown.join(", ")} }`;
}
