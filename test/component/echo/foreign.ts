// Values as another realm makes them: an iframe, node:vm, Jest.
import { runInNewContext } from "node:vm";
import type { Exports } from "./calls.ts";

type Far = Readonly<Record<string, new (...args: readonly unknown[]) => object>>;

const far = runInNewContext("globalThis") as Far;

/** The same value, with no object of this realm in it. */
export function foreign(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const made = new far["Array"]!() as unknown[];
    for (const item of value) made.push(foreign(item));
    return made;
  }
  if (value instanceof Map) {
    const made = new far["Map"]!() as Map<unknown, unknown>;
    for (const [key, one] of value) made.set(foreign(key), foreign(one));
    return made;
  }
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    const bytes = new far["Uint8Array"]!(new Uint8Array(buffer, byteOffset, byteLength));
    return new far[value.constructor.name]!((bytes as Uint8Array).buffer);
  }
  const made = new far["Object"]!() as Record<string, unknown>;
  for (const [key, one] of Object.entries(value)) made[key] = foreign(one);
  return made;
}

/** The same functions, which answer and throw with values of another realm. */
export function foreignAnswers(functions: Exports): Exports {
  return Object.fromEntries(
    Object.entries(functions).map(([key, call]) => [
      key,
      (...args: unknown[]): unknown => {
        try {
          return foreign(call(...args));
        } catch (thrown) {
          const { payload } = thrown as { readonly payload: unknown };
          throw Object.assign(new far["Error"]!("err"), { payload: foreign(payload) });
        }
      },
    ]),
  );
}
