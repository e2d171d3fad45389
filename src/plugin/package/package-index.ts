import type { Identity } from "../../identity/identity.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { decodeJson, encodeJson, utf8Encoder } from "../../utf8.ts";

const MAGIC = utf8Encoder.encode("tenonidx");
/**
 * Where the digest lies. It covers everything behind it: the table's length, the table, the texts.
 */
const DIGEST = MAGIC.length;
const LENGTH = DIGEST + 32;
const TABLE = LENGTH + 4;

/**
 * A package of a folder that has been read and has passed: what it is found by, and the rest as
 * text, because the rest of most packages is never needed.
 */
export interface IndexedPackage {
  readonly name: string;
  readonly path: string;
  readonly stamp: readonly number[];
  readonly commands: readonly string[];
  readonly events: readonly string[];
  /** `StoredPackage` as JSON, UTF-8. */
  readonly stored: Uint8Array;
}

/** A package without its bytes. */
export interface StoredPackage {
  readonly path: string;
  /** The path of the manifest beside it, where there was one. */
  readonly manifestPath?: string | undefined;
  /** The path of the signature beside it, where there was one. */
  readonly signaturePath?: string | undefined;
  /** The place that the application vouched for when it was indexed. */
  readonly place?: string | undefined;
  readonly digest: string;
  readonly identity: Identity;
  readonly size: number;
  /** As it was checked. */
  readonly manifest: Manifest;
}

interface Table {
  readonly offers: string;
  readonly names: readonly string[];
  readonly paths: readonly string[];
  readonly stamps: readonly (readonly number[])[];
  readonly commands: readonly (readonly string[])[];
  readonly events: readonly (readonly string[])[];
  /** Where the text of each package ends, in bytes from the end of the table. */
  readonly ends: readonly number[];
}

export type ReadIndex =
  | { readonly tag: "used"; readonly packages: readonly IndexedPackage[] }
  /** Written by another version of this host, or by one that offers something else. */
  | { readonly tag: "outdated" }
  | { readonly tag: "damaged" };

export type Sha256 = (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;

/** Makes the index entry of one package. */
export function indexPackage(stored: StoredPackage, stamp: readonly number[]): IndexedPackage {
  const { name, commands, activation } = stored.manifest;
  return {
    name,
    path: stored.path,
    stamp,
    commands: commands.map(({ id }) => id),
    events: activation,
    stored: encodeJson(stored),
  };
}

/** The texts of many packages in one buffer, outside of the JavaScript heap. */
export class StoredPackages {
  readonly #texts: Uint8Array;
  readonly #starts: Uint32Array;

  constructor(packages: readonly IndexedPackage[]) {
    let length = 0;
    this.#starts = new Uint32Array(packages.length + 1);
    packages.forEach(({ stored }, slot) => {
      this.#starts[slot] = length;
      length += stored.length;
    });
    this.#starts[packages.length] = length;
    this.#texts = new Uint8Array(length);
    packages.forEach(({ stored }, slot) => this.#texts.set(stored, this.#starts[slot]));
  }

  read(slot: number): StoredPackage {
    const text = this.#texts.subarray(this.#starts[slot], this.#starts[slot + 1]);
    return decodeJson(text) as StoredPackage;
  }
}

/**
 * Writes an index. `offers`: identifies what the host offers; a host with the same mark takes the
 * same packages.
 */
export async function writeIndex(
  packages: readonly IndexedPackage[],
  offers: string,
  sha256: Sha256,
): Promise<Uint8Array> {
  let end = 0;
  const table: Table = {
    offers,
    names: packages.map(({ name }) => name),
    paths: packages.map(({ path }) => path),
    stamps: packages.map(({ stamp }) => stamp),
    commands: packages.map(({ commands }) => commands),
    events: packages.map(({ events }) => events),
    ends: packages.map(({ stored }) => (end += stored.length)),
  };
  const head = encodeJson(table);
  const bytes = new Uint8Array(TABLE + head.length + end);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(LENGTH, head.length, true);
  bytes.set(head, TABLE);
  let at = TABLE + head.length;
  for (const { stored } of packages) {
    bytes.set(stored, at);
    at += stored.length;
  }
  bytes.set(await sha256(bytes.subarray(LENGTH)), DIGEST);
  return bytes;
}

/** Reads an index. The result shares the memory of `bytes`. */
export async function readIndex(
  bytes: Uint8Array,
  offers: string,
  sha256: Sha256,
): Promise<ReadIndex> {
  const starts = MAGIC.every((byte, at) => bytes[at] === byte);
  if (!starts || bytes.length < TABLE) return { tag: "damaged" };
  const digest = await sha256(bytes.subarray(LENGTH));
  if (digest.some((byte, at) => bytes[DIGEST + at] !== byte)) return { tag: "damaged" };
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const texts = TABLE + view.getUint32(LENGTH, true);
  const table = decodeJson(bytes.subarray(TABLE, texts)) as Table;
  if (table.offers !== offers) return { tag: "outdated" };
  let start = texts;
  const packages = table.names.map((name, at): IndexedPackage => {
    const end = texts + table.ends[at]!;
    const stored = bytes.subarray(start, end);
    start = end;
    return {
      name,
      path: table.paths[at]!,
      stamp: table.stamps[at]!,
      commands: table.commands[at]!,
      events: table.events[at]!,
      stored,
    };
  });
  return { tag: "used", packages };
}
