// What scripts of cases.ts get as "./h.ts".
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Misdeed, misdeedGuest } from "../../isolation/misdeed.ts";
import { manifestText } from "../../manifest-text.ts";

export { misdeedGuest, manifestText };
export { component } from "../../conformance/engine-guests.ts";
export const MiB = 1_048_576;

export function manifestOf(name: string): string {
  return manifestText(`test/${name}`, { activation: [`event:${name}.poke`] });
}

export function show(value: unknown): string {
  return String(value);
}

/** Writes the component down. */
export async function siege({
  bytes,
  misdeed,
}: {
  bytes?: Uint8Array;
  misdeed?: Misdeed;
}): Promise<void> {
  const folder = process.env["TENON_COLLECT"]!;
  const component = bytes ?? (await misdeedGuest(misdeed ?? {}));
  writeFileSync(join(folder, `${readdirSync(folder).length}.wasm`), component);
}
