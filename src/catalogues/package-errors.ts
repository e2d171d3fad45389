/** Codes for reading a package: the file, its manifest, its imports. See error-codes.ts. */
export const packageErrors = {
  "package-unreadable": {
    fault: "platform",
    cause: "the file or URL could not be read",
    remedy: "check the path",
  },
  "package-too-large": {
    fault: "plugin",
    cause: "over 64 MiB",
    remedy: "ship a smaller component",
  },
  "package-not-a-component": {
    fault: "plugin",
    cause: "a core module, or something else",
    remedy: "make it a component (`wasm-tools component new`)",
  },
  "package-language": {
    fault: "application",
    cause: "a plugin from source, in a language that this host was not given",
    remedy: "`createHost({ languages: [javascript()] })`, from `tenon/javascript`",
  },
  "package-source": {
    fault: "plugin",
    cause:
      "a source file that can't be read: it is no module, imports what is not there, or has types that can't be taken out (`data.file`, `data.line`, `data.column`)",
    remedy: "mend it there",
  },
  "package-malformed": {
    fault: "plugin",
    cause: "the component is broken (`data.offset`)",
    remedy: "rebuild it, or check the download",
  },
  "package-digest-mismatch": {
    fault: "nobody",
    cause: "other bytes than the digest that was named",
    remedy: "do not run it; fetch it again",
  },
  "package-imports": {
    fault: "plugin",
    cause:
      "imports that this host does not offer, that the manifest does not ask for, or whose functions are of another type in `wit/`",
    remedy: "ask for them in the manifest, offer the interface, or build against `wit/`",
  },
  "package-exports": {
    fault: "plugin",
    cause:
      "the manifest promises what the component does not export (`data.missing`), or a function that it exports is of another type in `wit/` (`data.wrong`: what is expected and what was found)",
    remedy: "export it, take it out of the manifest, or build against `wit/`",
  },
  "manifest-missing": {
    fault: "plugin",
    cause: "no `tenon:manifest` section and no sidecar",
    remedy: "add one",
  },
  "manifest-too-large": {
    fault: "plugin",
    cause: "over 64 KiB",
    remedy: "shorten it",
  },
  "manifest-too-deep": {
    fault: "plugin",
    cause: "deeper than 16 levels",
    remedy: "flatten it",
  },
  "manifest-syntax": {
    fault: "plugin",
    cause: "not JSON in UTF-8",
    remedy: "mend it at `data.offset`",
  },
  "manifest-duplicate-key": {
    fault: "plugin",
    cause: "a key twice in one object (`data.path`)",
    remedy: "keep one",
  },
  "manifest-forbidden-key": {
    fault: "plugin",
    cause: "`__proto__`, `constructor` or `prototype` as a key",
    remedy: "rename it",
  },
  "manifest-unknown-key": {
    fault: "plugin",
    cause: "a key that a manifest does not have",
    remedy: "check its spelling",
  },
  "manifest-invalid": {
    fault: "plugin",
    cause: "a value of the wrong form (`data.path`)",
    remedy: "see `manifestJsonSchema()`",
  },
  "manifest-name": {
    fault: "plugin",
    cause: "not `scope/name` in lower case",
    remedy: "rename the plugin",
  },
  "manifest-text": {
    fault: "plugin",
    cause: "control, bidirectional or look-alike characters",
    remedy: "write plain text",
  },
  "manifest-version": {
    fault: "plugin",
    cause: "not a semantic version or range",
    remedy: "write one",
  },
  "manifest-api": {
    fault: "plugin",
    cause: "made for another version of `tenon:plugin`",
    remedy: "update the plugin or the host",
  },
  "manifest-unknown-capability": {
    fault: "plugin",
    cause: "a capability that this host does not know",
    remedy: "check its spelling",
  },
  "manifest-scope": {
    fault: "plugin",
    cause: "a scope that the capability refuses: `*`, `..`, a device",
    remedy: "ask for less, in the documented form",
  },
  "manifest-activation": {
    fault: "plugin",
    cause: "not an activation event",
    remedy: "`startup`, `idle`, `command:…`, `event:…`, `language:…`",
  },
  "manifest-command": {
    fault: "plugin",
    cause: "a command's id or input schema",
    remedy: "prefix it with the plugin's name",
  },
  "manifest-settings": {
    fault: "plugin",
    cause: "a setting's schema, or a default that does not fit it",
    remedy: "mend the schema",
  },
  "manifest-limits": {
    fault: "plugin",
    cause: "limits out of range",
    remedy: "see the message for the range",
  },
  "manifest-concurrency": {
    fault: "plugin",
    cause: "not 1 to 16 instances, or more than one of a plugin that exports `state`",
    remedy: "ask for 1 to 16; keep what is shared in `kv`",
  },
  "manifest-dependency": {
    fault: "plugin",
    cause: "a dependency's name or range",
    remedy: "write `scope/name` and a semver range",
  },
  "dependency-missing": {
    fault: "application",
    cause: "a plugin that this one needs is not installed",
    remedy: "install it",
  },
  "dependency-version": {
    fault: "application",
    cause: "it is there in another version",
    remedy: "update one of them",
  },
  "dependency-cycle": {
    fault: "plugin",
    cause: "plugins that need each other",
    remedy: "break the circle",
  },
} as const;
