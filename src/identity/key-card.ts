import { TenonError } from "../errors.ts";
import { keyId, verifies } from "./ed25519.ts";
import { fromHex, hex } from "./hex.ts";
import type { KeyId } from "./identity.ts";
import type { Revocation } from "./known-keys.ts";
import { revocationMessage } from "./signature.ts";
import { withoutMark } from "../utf8.ts";

/** What a publisher hands to others about a key. */
export interface KeyCard {
  /** What the publisher calls it. Anyone may write any name here. */
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The key's word for its own end, with its signature. Undefined: it is in use. */
  readonly revoked?: (Revocation & { readonly signature: Uint8Array }) | undefined;
}

const KIND = "tenon public key";
const MOST = 16 * 1024;

/** As JSON, for a file. */
export function writeCard({ name, publicKey, revoked }: KeyCard): string {
  const card = {
    kind: KIND,
    version: 1,
    name,
    publicKey: hex(publicKey),
    ...(revoked === undefined
      ? {}
      : { revoked: { ...revoked, signature: hex(revoked.signature) } }),
  };
  return `${JSON.stringify(card, undefined, 2)}\n`;
}

/**
 * Reads a card, which may be anyone's text. Rejects with `key-unreadable`, also where its revocation
 * is not the key's own word.
 */
export async function readCard(text: string): Promise<KeyCard & { readonly id: KeyId }> {
  let card: KeyCard;
  try {
    if (text.length > MOST) throw new Error(`it is longer than ${MOST} characters`);
    card = parse(JSON.parse(withoutMark(text)) as Readonly<Record<string, unknown>>);
  } catch (cause) {
    throw unreadable(String((cause as Error).message), cause);
  }
  const { publicKey, revoked } = card;
  if (revoked !== undefined) {
    const message = revocationMessage(publicKey, revoked.at, revoked.reason);
    if (!(await verifies(publicKey, revoked.signature, message))) {
      throw unreadable("its revocation is not signed with the key");
    }
  }
  return { ...card, id: await keyId(publicKey) };
}

function parse(given: Readonly<Record<string, unknown>>): KeyCard {
  if (given["kind"] !== KIND || given["version"] !== 1) throw new Error("it is something else");
  const name = textOf(given["name"], 64);
  const publicKey = bytesOf(given["publicKey"], 32);
  const revoked = given["revoked"] as Readonly<Record<string, unknown>> | undefined;
  if (revoked === undefined) return { name, publicKey };
  const at = revoked["at"];
  if (typeof at !== "number" || !Number.isSafeInteger(at)) throw new Error("it has no time");
  const reason = textOf(revoked["reason"], 500);
  return { name, publicKey, revoked: { at, reason, signature: bytesOf(revoked["signature"], 64) } };
}

function textOf(value: unknown, most: number): string {
  if (typeof value === "string" && value.length <= most) return value;
  throw new Error(`it lacks a text of at most ${most} characters`);
}

function bytesOf(value: unknown, length: number): Uint8Array {
  const bytes = fromHex(textOf(value, 2 * length));
  if (bytes.length !== length) throw new Error(`it lacks ${length} bytes`);
  return bytes;
}

function unreadable(why: string, cause?: unknown): TenonError {
  const message = `this is no public key that tenon wrote: ${why}; ask its publisher for it again`;
  return new TenonError("key-unreadable", message, { cause });
}
