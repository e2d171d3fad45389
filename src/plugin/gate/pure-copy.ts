import { plainFields } from "./canonical-text.ts";

const MAX_DEPTH = 64;

export interface PureCopy {
  readonly value: unknown;
  /** Roughly how many bytes the copy takes. */
  readonly bytes: number;
}

/**
 * An immutable copy (but for the elements of typed arrays, which hosts only read) of a value that
 * is plain throughout. Undefined for other values, for values more than 64 levels deep, and for
 * copies of more than `maxBytes`.
 */
export function pureCopy(value: unknown, maxBytes: number): PureCopy | undefined {
  const room = { left: maxBytes };
  const copied = copy(value, room, 0);
  return copied === undefined ? undefined : { value: copied.of, bytes: maxBytes - room.left };
}

function copy(
  value: unknown,
  room: { left: number },
  depth: number,
): { readonly of: unknown } | undefined {
  const takes = (bytes: number): boolean => (room.left -= bytes) >= 0;
  if (depth > MAX_DEPTH) return undefined;
  if (typeof value === "string") return takes(16 + 2 * value.length) ? { of: value } : undefined;
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return takes(16) ? { of: value } : undefined;
  if (ArrayBuffer.isView(value)) {
    if (value instanceof DataView || !takes(64 + value.byteLength)) return undefined;
    return { of: (value as Uint8Array).slice() };
  }
  if (Array.isArray(value)) {
    if (!takes(32 + 8 * value.length)) return undefined;
    const items: unknown[] = [];
    for (const item of value as readonly unknown[]) {
      const copied = copy(item, room, depth + 1);
      if (copied === undefined) return undefined;
      items.push(copied.of);
    }
    return { of: Object.freeze(items) };
  }
  const fields = plainFields(value);
  if (fields === undefined || !takes(32 + 32 * fields.length)) return undefined;
  for (const field of fields) {
    const copied = copy(field[1], room, depth + 1);
    if (copied === undefined) return undefined;
    field[1] = copied.of;
  }
  return { of: Object.freeze(Object.fromEntries(fields)) };
}
