import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import * as z from "zod/mini";
import { TenonError } from "../../errors.ts";
import { generateKey, keyId, openKey, type SigningKey } from "../../identity/ed25519.ts";
import { fromHex, hex } from "../../identity/hex.ts";
import type { KeyId } from "../../identity/identity.ts";
import type { KeyCard } from "../../identity/key-card.ts";
import { revoke, vouch } from "../../identity/sign.ts";
import { MOST_LINKS, type RotationLink } from "../../identity/signature.ts";
import { asOnlyWriter, named, writeWhole } from "./state-files.ts";
import { withoutMark } from "../../utf8.ts";

/** A key of one's own, as far as it can be told without its passphrase. */
export interface StoredKey extends KeyCard {
  /** The name of its public part among all keys. */
  readonly id: KeyId;
  /** Whether a passphrase is needed to sign with it. */
  readonly isLocked: boolean;
  /** The older keys that vouch for it, oldest first. */
  readonly links: readonly RotationLink[];
}

/** What is needed to sign packages. */
export interface OpenedKey {
  /** The key to sign with. */
  readonly key: SigningKey;
  /** The older keys that vouch for it, oldest first. */
  readonly links: readonly RotationLink[];
}

/**
 * A folder of one's own signing keys, one `NAME.key` for each: a file of mode 0600, whose private
 * part is sealed where a passphrase was given (scrypt, AES-256-GCM). All methods reject with
 * `key-unreadable` (there is none of the name, or it is damaged) and `key-exposed` (others may read
 * the file, it is a link, or it is another user's); those that sign, with `key-locked`; those that
 * write, with `storage-failed`. One at a time writes to a key, of all processes.
 */
export interface KeyFolder {
  /** Rejects with `key-exists`. */
  make(name: string, passphrase?: string): Promise<StoredKey>;
  /** Keys that can't be read are left out; `failed` is told. */
  list(failed?: (error: TenonError) => void): Promise<readonly StoredKey[]>;
  /** What can be told of a key without its passphrase. */
  read(name: string): Promise<StoredKey>;
  /** Rejects with `key-revoked`, too. */
  open(name: string, passphrase?: string): Promise<OpenedKey>;
  /**
   * Puts a new key in the place of one, which vouches for it. The older key is kept, as
   * `NAME.1`, `NAME.2` and so on. The passphrase stays the same.
   */
  rotate(name: string, passphrase?: string): Promise<StoredKey>;
  /**
   * Makes the key sign that it is revoked since `at`, in milliseconds since 1970. From then on it
   * signs nothing.
   */
  revoke(name: string, reason: string, at: number, passphrase?: string): Promise<StoredKey>;
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/u;
const MOST_BYTES = 64 * 1024;
const OTHERS_RIGHTS = 0o077;
/** 128 MiB and about half a second for each guess at a passphrase. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 } as const;

const digitsLike = (form: RegExp): z.ZodMiniType<Uint8Array> =>
  z.pipe(z.string().check(z.regex(form)), z.transform(fromHex));
const digits = (bytes: number): z.ZodMiniType<Uint8Array> =>
  digitsLike(new RegExp(`^[0-9a-f]{${2 * bytes}}$`, "u"));
const anyDigits = digitsLike(/^(?:[0-9a-f]{2})+$/u);

const shape = z.strictObject({
  kind: z.literal("tenon signing key"),
  version: z.literal(1),
  publicKey: digits(32),
  links: z
    .array(z.strictObject({ from: digits(32), signature: digits(64) }))
    .check(z.maxLength(MOST_LINKS)),
  secret: z.union([
    z.strictObject({ pkcs8: anyDigits }),
    z.strictObject({ salt: digits(16), nonce: digits(12), sealed: anyDigits }),
  ]),
  revoked: z.optional(z.strictObject({ at: z.int(), reason: z.string(), signature: digits(64) })),
});

type Stored = z.output<typeof shape>;

/** A folder of one's own signing keys; made with the first of them. */
export function keyFolder(folder: string): KeyFolder {
  const pathOf = (name: string): string => {
    if (NAME.test(name)) return join(folder, `${name}.key`);
    const message = `"${name}" is no name of a key: it has 1 to 64 of a-z 0-9 . _ -`;
    throw new TenonError("usage", message);
  };
  const keys: KeyFolder = {
    async make(name, passphrase) {
      const path = pathOf(name);
      return await asOnlyWriter(path, async () => {
        if (existsSync(path)) throw exists(name, path);
        const { pkcs8, publicKey } = await generateKey();
        await write(path, { publicKey, links: [], secret: await seal(pkcs8, passphrase) });
        return await keys.read(name);
      });
    },
    async list(failed) {
      if (!existsSync(folder)) return [];
      const found: StoredKey[] = [];
      for (const file of readdirSync(folder).toSorted()) {
        if (!file.endsWith(".key")) continue;
        try {
          found.push(await keys.read(file.slice(0, -".key".length)));
        } catch (error) {
          if (!(error instanceof TenonError)) throw error;
          failed?.(error);
        }
      }
      return found;
    },
    async read(name) {
      const { publicKey, links, secret, revoked } = readStored(pathOf(name));
      const id = await keyId(publicKey);
      return { name, id, publicKey, links, isLocked: "sealed" in secret, revoked };
    },
    async open(name, passphrase) {
      const stored = readStored(pathOf(name));
      if (stored.revoked === undefined) return await opened(name, stored, passphrase);
      const message = `the key ${name} was revoked: ${stored.revoked.reason}; sign with another one`;
      throw new TenonError("key-revoked", message);
    },
    async rotate(name, passphrase) {
      const path = pathOf(name);
      // No folder is made for the lock of a key that is not there.
      readStored(path);
      return await asOnlyWriter(path, async () => {
        const { key, links } = await keys.open(name, passphrase);
        const { publicKey, pkcs8 } = await generateKey();
        const all = [...links, await vouch(key, publicKey)].slice(-MOST_LINKS);
        const stored = { publicKey, links: all, secret: await seal(pkcs8, passphrase) };
        let number = 1;
        while (existsSync(pathOf(`${name}.${number}`))) number++;
        const older = pathOf(`${name}.${number}`);
        // The older key is there under its new name before the new one takes its place.
        linkSync(path, older);
        try {
          await write(path, stored);
        } catch (error) {
          rmSync(older);
          throw error;
        }
        return await keys.read(name);
      });
    },
    async revoke(name, reason, at, passphrase) {
      const path = pathOf(name);
      readStored(path);
      return await asOnlyWriter(path, async () => {
        const stored = readStored(path);
        const { key } = await opened(name, stored, passphrase);
        const signature = await revoke(key, at, reason);
        await write(path, { ...stored, revoked: { at, reason, signature } });
        return await keys.read(name);
      });
    },
  };
  return keys;
}

async function write(path: string, key: Omit<Stored, "kind" | "version">): Promise<void> {
  const stored = { kind: "tenon signing key", version: 1, ...key };
  const asDigits = (_: string, value: unknown): unknown =>
    value instanceof Uint8Array ? hex(value) : value;
  await named(path, writeWhole(path, `${JSON.stringify(stored, asDigits, 2)}\n`));
}

/** Reads from the descriptor that was checked, so that swapping the file has no effect. */
function readStored(path: string): Stored {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ELOOP") throw exposed(path, "is a link");
    throw unreadable(path, cause);
  }
  try {
    const stat = fstatSync(file);
    const user = process.getuid?.();
    if (user !== undefined && stat.uid !== user) throw exposed(path, "belongs to another user");
    if (user !== undefined && (stat.mode & OTHERS_RIGHTS) !== 0) {
      throw exposed(path, "can be read by others");
    }
    if (!stat.isFile() || stat.size > MOST_BYTES) throw new Error("it is no key file");
    return shape.parse(JSON.parse(withoutMark(readFileSync(file, "utf8"))));
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    throw unreadable(path, cause);
  } finally {
    closeSync(file);
  }
}

async function opened(
  name: string,
  { secret, publicKey, links }: Stored,
  passphrase: string | undefined,
): Promise<OpenedKey> {
  const pkcs8 = "sealed" in secret ? await unseal(name, secret, passphrase) : secret.pkcs8;
  try {
    return { key: await openKey(pkcs8, publicKey), links };
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

async function seal(pkcs8: Uint8Array, passphrase: string | undefined): Promise<Stored["secret"]> {
  if (passphrase === undefined) return { pkcs8 };
  // Plain arrays: a Buffer turns itself into JSON in a form of its own.
  const [salt, nonce] = [new Uint8Array(randomBytes(16)), new Uint8Array(randomBytes(12))];
  const cipher = createCipheriv("aes-256-gcm", await derived(passphrase, salt), nonce);
  const sealed = Buffer.concat([cipher.update(pkcs8), cipher.final(), cipher.getAuthTag()]);
  return { salt, nonce, sealed: new Uint8Array(sealed) };
}

const TAG = 16;

async function unseal(
  name: string,
  { salt, nonce, sealed }: Extract<Stored["secret"], { sealed: Uint8Array }>,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  if (passphrase === undefined) throw locked(name, "it needs its passphrase");
  const decipher = createDecipheriv("aes-256-gcm", await derived(passphrase, salt), nonce, {
    authTagLength: TAG,
  });
  try {
    decipher.setAuthTag(sealed.subarray(-TAG));
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()]);
  } catch (cause) {
    throw locked(name, "the passphrase is wrong", cause);
  }
}

function derived(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFC"), salt, 32, SCRYPT, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function exists(name: string, path: string): TenonError {
  const message = `there is a key ${name} already (${path}); choose another name, or rotate it`;
  return new TenonError("key-exists", message);
}

function exposed(path: string, what: string): TenonError {
  const message =
    `the key file ${path} ${what}, so that the key may be known to others; it was not used. ` +
    "Make another key, and revoke this one; or, where nobody has read it, chmod 600 it";
  return new TenonError("key-exposed", message, { data: { path } });
}

function unreadable(what: string, cause: unknown): TenonError {
  const message = `the key ${what} cannot be read: ${(cause as Error).message}; name another one`;
  return new TenonError("key-unreadable", message, { cause });
}

function locked(name: string, why: string, cause?: unknown): TenonError {
  return new TenonError("key-locked", `the key ${name} cannot be used: ${why}`, { cause });
}
