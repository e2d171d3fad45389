import { homedir } from "node:os";
import { join } from "node:path";
import { readCard, writeCard } from "../../identity/index.ts";
import { type KnownKey, TenonError, visibleText } from "../../index.ts";
import {
  keyFolder,
  knownKeysFile,
  type KnownKeysFile,
  type StoredKey,
} from "../../platform/node/index.ts";
import { readTextFile } from "../input.ts";
import { table, type Terminal } from "../terminal.ts";
import { passphraseOf } from "./passphrase.ts";

export interface KeysOptions {
  readonly state: string;
  readonly keys?: string;
  readonly passphrase?: string;
  readonly reason?: string;
  readonly name?: string;
}

/** Where one's own keys are kept, where no option says. */
export function keysFolder({ keys }: Pick<KeysOptions, "keys">): string {
  const home = process.env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
  return keys ?? join(home, "tenon", "keys");
}

/** The keys of others that are known here. */
export function knownKeys({ state }: Pick<KeysOptions, "state">): KnownKeysFile {
  return knownKeysFile(join(state, "known-keys.json"));
}

/** Makes a key of one's own. */
export async function makeKey(name: string, options: KeysOptions, out: Terminal): Promise<void> {
  const { id } = await keyFolder(keysFolder(options)).make(
    name,
    await passphraseOf(options.passphrase),
  );
  out.line(`made ${name}  ${id}`);
}

/** Lists one's own keys, and those of others that are known. */
export async function listKeys(options: KeysOptions, out: Terminal, err: Terminal): Promise<void> {
  const own = await keyFolder(keysFolder(options)).list((error) =>
    err.failure(error.code, error.message),
  );
  const others = await knownKeys(options).list();
  if (own.length + others.size === 0) return out.line("no key yet; tenon keys make NAME makes one");
  const rows = [
    ...own.map((key) => [key.name, key.id, key.isLocked ? "own, locked" : "own", ended(key)]),
    ...Array.from(others, ([id, key]) => [named(key), id, "known", ended(key)]),
  ];
  for (const row of table([["name", "key", "whose", "revoked"], ...rows])) out.line(row);
}

function named({ name }: KnownKey): string {
  return name === undefined ? "" : visibleText(name, { limit: 64 });
}

function ended({ revoked }: Pick<StoredKey, "revoked"> | KnownKey): string {
  return revoked === undefined ? "" : visibleText(revoked.reason, { limit: 80 });
}

/** Prints what others need to know a key. */
export async function exportKey(name: string, options: KeysOptions, out: Terminal): Promise<void> {
  out.raw(writeCard(await keyFolder(keysFolder(options)).read(name)));
}

/** Puts a new key in the place of one. */
export async function rotateKey(name: string, options: KeysOptions, out: Terminal): Promise<void> {
  const { id } = await keyFolder(keysFolder(options)).rotate(
    name,
    await passphraseOf(options.passphrase),
  );
  out.line(`${name} is now ${id}; the key before vouches for it`);
}

/**
 * Revokes a key: one's own, whose word for it is printed for others to add; or one of others, here
 * alone.
 */
export async function revokeKey(name: string, options: KeysOptions, out: Terminal): Promise<void> {
  const { reason } = options;
  if (reason === undefined || reason === "" || reason.length > 500) {
    throw new TenonError("usage", "--reason says why, in at most 500 characters");
  }
  const known = knownKeys(options);
  const at = Date.now();
  if (/^key:[0-9a-f]{64}$/u.test(name)) {
    await known.add(name as `key:${string}`, { revoked: { at, reason } });
    out.line(`${name} is revoked here`);
    return;
  }
  const key = await keyFolder(keysFolder(options)).revoke(
    name,
    reason,
    at,
    await passphraseOf(options.passphrase),
  );
  await known.add(key.id, { name, revoked: { at, reason } });
  out.raw(writeCard(key));
}

/** Remembers another's key: a name for it, and that it was revoked. */
export async function addKey(file: string, options: KeysOptions, out: Terminal): Promise<void> {
  const { id, name, revoked } = await readCard(readTextFile(file));
  const called = options.name ?? name;
  await knownKeys(options).add(id, {
    name: called,
    ...(revoked === undefined ? {} : { revoked: { at: revoked.at, reason: revoked.reason } }),
  });
  out.line(
    `${visibleText(called, { limit: 64 })} is ${id}${revoked === undefined ? "" : ", revoked"}`,
  );
}
