/** Codes of the plugin host. See error-codes.ts. */
export const hostErrors = {
  "host-closed": {
    fault: "application",
    cause: "a call after the host was closed",
    remedy: "make a new host",
  },
  "call-aborted": {
    fault: "application",
    cause:
      "the `AbortSignal` of a call was aborted, other than a command's; `cause` is the signal's reason",
    remedy: "none is needed",
  },
  "plugin-unknown": {
    fault: "application",
    cause: "no such plugin is installed",
    remedy: "check the name",
  },
  "plugin-installed": {
    fault: "application",
    cause: "it is installed already",
    remedy: "pass `replace`",
  },
  "plugin-disabled": {
    fault: "nobody",
    cause: "it was disabled, by the host or by a limit (`data.reason`)",
    remedy: "`host.enable(name)`",
  },
  "plugin-needed": {
    fault: "application",
    cause: "a plugin that is to be disabled or uninstalled, and that others need (`data.by`)",
    remedy: "do it to these first, or pass `cascade: true`",
  },
  "plugin-quarantined": {
    fault: "plugin",
    cause: "too many crashes within a time (`limits.crashes`)",
    remedy: "find out why (`data.reason`, audit trail), then `host.enable(name)`",
  },
  "plugin-activation": {
    fault: "plugin",
    cause: "`activate` failed, trapped or took too long",
    remedy: "the next event tries again",
  },
  "plugin-crashed": {
    fault: "plugin",
    cause: "it trapped, or brought down its thread (`data.fault`, `data.kind`)",
    remedy:
      "the next event starts a fresh instance; `data.said` has the last 4 KiB that it logged, `data.stack` the functions that it was in, `data.arguments` the types and sizes of what it was given",
  },
  "plugin-deadline": {
    fault: "plugin",
    cause:
      "it did not answer in time and was stopped, and no interface of the application's held it up",
    remedy: "give it more time, or report it",
  },
  "plugin-limit": {
    fault: "plugin",
    cause: "it went over a limit of its own",
    remedy: "raise the limit if you trust it",
  },
  "plugin-busy": {
    fault: "application",
    cause: "too many calls wait for it",
    remedy: "call less often",
  },
  "plugin-failing": {
    fault: "plugin",
    cause: "it failed too often in a row; its circuit breaker is open (`data.waitMs`)",
    remedy: "wait, or `host.enable(name)` after mending it",
  },
  "plugin-downgrade": {
    fault: "application",
    cause: "an older version than the one installed",
    remedy: 'pass `replace: "any"` if you mean it',
  },
  "command-unknown": {
    fault: "application",
    cause: "no plugin has this command",
    remedy: "check the id; `host.plugins()` lists them",
  },
  "command-duplicate": {
    fault: "plugin",
    cause: "two plugins with the same command",
    remedy: "uninstall one",
  },
  "command-input": {
    fault: "application",
    cause: "the input does not fit the command's schema (`data.problems`, `data.schema`)",
    remedy: "mend the input",
  },
  "command-failed": {
    fault: "plugin",
    cause:
      "the plugin answered with a failure, in its own words (`data.said`), or does not know a command that its manifest promises (`data.why`: `unknown-command`)",
    remedy: "as it says",
  },
  "command-cancelled": {
    fault: "application",
    cause:
      "a command's `AbortSignal` was aborted (`cause` is its reason), or the plugin answered that it was called off",
    remedy: "none is needed",
  },
  "event-invalid": {
    fault: "application",
    cause: "not an event that can be dispatched",
    remedy: "`startup`, `idle`, `event:NAME`, `language:ID`",
  },
  "call-refused": {
    fault: "nobody",
    cause:
      "a plugin called what it was not granted, or what this host does not have, and the function's type can't tell it so: its instance was ended, without a crash (`data.interface`, `data.function`, `data.why`: `refused`, `unavailable`)",
    remedy:
      "grant it, or give the interface a `refuse` and its type an `err`; the plugin can ask `capabilities.query` before",
  },
  "policy-failed": {
    fault: "application",
    cause:
      "the application's policy (or its question to a person) threw or answered what is no decision, a capability of the application's own threw (`data.capability`), or `isolation` threw or answered what is no place (`data.option`); nothing was granted or started",
    remedy: "mend the policy; `cause` has what was thrown",
  },
  "interface-failed": {
    fault: "interface",
    cause:
      "an interface on the host's side could not be made, its module of local answers could not be loaded, or a function of it threw, answered what is not of its type, or (one of the application's) had not answered when the deadline of the plugin's call passed; this ended the plugin that imports it (`data.interface`, `data.function`, `data.why`; `cause` has what was thrown); after some in a row the interface's breaker opens for that plugin (`data.waitMs`)",
    remedy:
      "mend the interface, or have it throw a `WitError` where its type has an `err`; the plugin's next event starts it anew",
  },
  "interface-duplicate": {
    fault: "application",
    cause: "two interfaces or capabilities of one name",
    remedy: "rename one",
  },
  "interface-name": {
    fault: "application",
    cause: "not a WIT interface name with its version",
    remedy: "write `scope:package/name@1.0.0`",
  },
  "interface-cacheable": {
    fault: "application",
    cause: "an interface declares answers cacheable that can't be kept so",
    remedy: "see the message and `CacheableAnswers`",
  },
  "grant-unknown": {
    fault: "application",
    cause: "a policy names a capability that this host does not have",
    remedy: "check its spelling",
  },
  "grant-scope": {
    fault: "application",
    cause: "a policy's scope does not fit the capability",
    remedy: "see [capabilities.md](capabilities.md)",
  },
  "grants-unreadable": {
    fault: "platform",
    cause: "the file of remembered decisions is damaged; nothing is granted",
    remedy: "it was kept aside; decide again",
  },
  "audit-unwritable": {
    fault: "platform",
    cause: "entries of the audit trail could not be written",
    remedy: "check the disk",
  },
  "storage-failed": {
    fault: "platform",
    cause:
      "plugins' data and caches, what the host remembers of them, what it found in components, grants for good, the audit trail, known keys, or a document of `run -w` could not be read or written (`data.path`)",
    remedy:
      "check the disk; the event of this name is told once for each of them, and again where it fails after it has worked",
  },
  "platform-unsupported": {
    fault: "platform",
    cause:
      "Node is older than the library runs under (`data.found`, `data.needed`), or a page lacks what a plugin that waits needs (`data.needed` is `JSPI`)",
    remedy: "update Node or the browser; see [pages.md](pages.md) for the headers of a page",
  },
  "document-open": {
    fault: "application",
    cause: "a document of this URI is open",
    remedy: "close it, or use it",
  },
  "document-closed": {
    fault: "application",
    cause: "the document was closed",
    remedy: "open it again",
  },
  "document-too-large": {
    fault: "application",
    cause: "a document over `maxBytes` (64 MiB)",
    remedy: "raise `maxBytes`",
  },
  "isolate-failed": {
    fault: "nobody",
    cause:
      "the thread of a plugin could not be started, or was lost by what another plugin did there (`data.why`: `memory`, `hang`, `failed`)",
    remedy:
      "not the fault of the plugin that gets it; the call may have been carried out in part (`data.again` is false): check before you make it again",
  },
  "isolation-unavailable": {
    fault: "application",
    cause:
      "the application's `isolation` answered `\"process\"` for a plugin, and this host can't start processes: it is in a page, under another runtime than Node, in one file with Node, or bundled without the file that processes run, or the platform has an engine of the application's own; nothing was started",
    remedy: 'as the message says; or answer `"thread"` where that is enough for this plugin',
  },
  usage: {
    fault: "application",
    cause: "the library or the command was called wrongly",
    remedy: "as the message says",
  },
} as const;
