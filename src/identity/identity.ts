import { visibleText } from "../visible-text.ts";

/** `key:` and 64 hexadecimal digits: a digest of a publisher's public key. */
export type KeyId = `key:${string}`;

/**
 * Who made a plugin, as far as that is known. A name alone says nothing: anyone may write it into a
 * manifest.
 */
export type Identity =
  /** The package is signed with this key, and the signature was verified. */
  | {
      readonly tag: "key";
      readonly key: KeyId;
      /**
       * Keys that the publisher had before, oldest first: each vouched for the next. What was decided
       * about one of them holds for this one.
       */
      readonly formerly: readonly KeyId[];
      /** What this host's user calls the key. Undefined: nobody has given it a name here. */
      readonly name?: string | undefined;
    }
  /** The package is not signed. Only the same package, byte for byte, has this identity. */
  | { readonly tag: "digest"; readonly digest: string }
  /** The application vouches for the place that the package comes from, whatever its bytes are. */
  | { readonly tag: "place"; readonly place: string };

/**
 * An identity as one text: `key:…`, `sha256:…` or `place:…`. Equal texts mean the same maker. It is
 * what decisions and records are kept under.
 */
export function identityText(identity: Identity): string {
  switch (identity.tag) {
    case "key":
      return identity.key;
    case "digest":
      return identity.digest;
    case "place":
      return `place:${identity.place}`;
  }
}

/** What `identityText` has written. A text that it did not write is read as a place. */
export function parseIdentity(text: string): Identity {
  if (/^key:[0-9a-f]{64}$/u.test(text)) return { tag: "key", key: text as KeyId, formerly: [] };
  if (/^sha256:[0-9a-f]{64}$/u.test(text)) return { tag: "digest", digest: text };
  return { tag: "place", place: text.replace(/^place:/u, "") };
}

/**
 * The texts of all that this maker was: decisions about any of them hold. The present one is last.
 */
export function identityTexts(identity: Identity): readonly string[] {
  return identity.tag === "key" ? [...identity.formerly, identity.key] : [identityText(identity)];
}

/** Whether the maker that was known under a text is this one, today or under a key that it had. */
export function isSameMaker(known: string, identity: Identity): boolean {
  return identityTexts(identity).includes(known);
}

/**
 * Under what a plugin's data is kept: its name, and the maker that stored it first. A name contains
 * no space.
 */
export function ownerOf(plugin: string, identity: Identity): string {
  return `${plugin} ${identityText(identity)}`;
}

/**
 * For a person: who made the plugin, and how that is known. The start of a digest, with which a
 * person compares two, is 16 digits long.
 */
export function describeIdentity(identity: Identity): string {
  switch (identity.tag) {
    case "key": {
      const { name, key } = identity;
      const called = name === undefined ? "" : ` that you call ${visibleText(name, { limit: 64 })}`;
      return `signed with the key ${shortDigits(key)}${called}`;
    }
    case "digest":
      return `not signed; known by its digest ${shortDigits(identity.digest)}`;
    case "place":
      return `from a trusted place, ${visibleText(identity.place, { limit: 200 })}`;
  }
}

/** `key:1a2b3c4d5e6f7a8b…` as `1a2b-3c4d-5e6f-7a8b`. */
export function shortDigits(text: string): string {
  const digits = text.slice(text.indexOf(":") + 1, text.indexOf(":") + 17);
  return digits.match(/.{1,4}/gu)?.join("-") ?? "";
}
