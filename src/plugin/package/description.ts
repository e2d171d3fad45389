import { isJsonObject } from "./json-object.ts";

/** What a `package.json` says of a plugin from source. */
export interface Description {
  /** Its first file, relative to the folder. */
  readonly main: string;
  /** JSON text. */
  readonly manifest: string;
}

/** `package.json` with a key `tenon`: the manifest, for which the package's own words may stand in. */
export function readDescription(text: string): Description | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(found) || !isJsonObject(found["tenon"])) return undefined;
  const { main, name, version, description, license, tenon } = found;
  const words = {
    ...(typeof name === "string" ? { name: name.replace(/^@/u, "") } : {}),
    ...(typeof version === "string" ? { version } : {}),
    ...(typeof description === "string" ? { description } : {}),
    ...(typeof license === "string" ? { license } : {}),
  };
  const file = typeof main === "string" ? main.replace(/^\.\//u, "") : "index.js";
  return { main: file, manifest: JSON.stringify({ ...words, ...(tenon as object) }) };
}
