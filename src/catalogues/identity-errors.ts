/** Codes of signatures, keys and who made a plugin. See error-codes.ts. */
export const identityErrors = {
  "signature-malformed": {
    fault: "plugin",
    cause: "a signature that is cut off, of an unknown form, or not the component's last section",
    remedy: "sign the package again",
  },
  "signature-duplicate": {
    fault: "plugin",
    cause:
      "more than one signature, in the component or beside it, or a signed package that is signed again",
    remedy: "keep one; sign the component as it was built",
  },
  "signature-wrong": {
    fault: "plugin",
    cause:
      "a signature of other bytes, of another manifest or by another key, or an older key that does not vouch for the next",
    remedy: "do not run it; fetch it again from its publisher",
  },
  "signature-unsupported": {
    fault: "platform",
    cause: "a signed package where Ed25519 is missing: an old engine, or a page without https",
    remedy: "serve the page over https; update the engine",
  },
  "identity-changed": {
    fault: "plugin",
    cause: "another maker's package has the name of a known plugin (`data.from`, `data.to`)",
    remedy: "find out who made it; a policy's `decideIdentity` may let it take the name over",
  },
  "signature-missing": {
    fault: "plugin",
    cause: "a package without a signature has the name of a plugin that is signed",
    remedy: "get it from its publisher again, with its signature",
  },
  "key-revoked": {
    fault: "plugin",
    cause: "a package that is signed with a revoked key (`data.key`, `data.reason`)",
    remedy: "ask its publisher for one that is signed with a new key",
  },
  "key-exposed": {
    fault: "application",
    cause: "a key file that others may read, that is a link, or that belongs to another user",
    remedy: "make another key and revoke this one; where nobody has read it, `chmod 600` it",
  },
  "key-unreadable": {
    fault: "application",
    cause: "a key or a list of known keys that is missing, damaged or something else",
    remedy: "name another file, or get it again",
  },
  "key-locked": {
    fault: "application",
    cause: "a key whose passphrase is missing or wrong",
    remedy: "give its passphrase",
  },
  "key-exists": {
    fault: "application",
    cause: "a key of that name is there already",
    remedy: "choose another name, or rotate the key",
  },
} as const;
