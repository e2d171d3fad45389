/** Codes of the engine (`tenon/component`). See error-codes.ts. */
export const componentErrors = {
  "component-malformed": {
    fault: "plugin",
    cause: "the bytes are no well-formed component (`data.offset`)",
    remedy: "rebuild it, or check the download",
  },
  "component-invalid": {
    fault: "plugin",
    cause: "well formed, but against the rules of the component model (`data.offset`)",
    remedy: "rebuild it with a current toolchain",
  },
  "component-unsupported": {
    fault: "plugin",
    cause: "it uses a feature that this engine or platform lacks, which is named",
    remedy: "build without the feature, or update the platform",
  },
  "component-unlinkable": {
    fault: "application",
    cause: "imports are missing or of the wrong kind, all listed",
    remedy: "define what is listed",
  },
  "component-limit": {
    fault: "plugin",
    cause:
      "the component is over a cap (`data.limit` is its name, beside `data.value` and `data.most`), or uses a WebAssembly feature that is not allowed (`data.limit` is `features`, `data.feature` its name): see [docs/caps.md](caps.md). `install`, a first start, `tenon inspect`, `tenon run` and `compile` say the same. Of `tenon/component` also a limit of memory, handles or lifted bytes",
    remedy:
      "its author can build it with optimisation, or without the feature; if you trust it, raise the cap in `limits.caps`, or name the feature in `limits.features`",
  },
  "component-trap": {
    fault: "plugin",
    cause: "the guest trapped (`data.kind`, `data.stack`)",
    remedy: "report it to the author; the instance is gone",
  },
  "component-poisoned": {
    fault: "nobody",
    cause: "a call after a trap or a fault",
    remedy: "make a new instance",
  },
  "component-closed": {
    fault: "application",
    cause: "a call after the instance ended",
    remedy: "make a new instance",
  },
  "component-type": {
    fault: "application",
    cause: "a value from the host does not fit its WIT type; the message names the path",
    remedy: "pass what the type says",
  },
  "component-suspended": {
    fault: "application",
    cause: "a call into an instance that waits for a promise",
    remedy: "await the call before",
  },
  "component-promise": {
    fault: "interface",
    cause: "a host function answered with a promise and may not",
    remedy: "name it in `suspend`, where the platform has JSPI",
  },
  "wit-invalid": {
    fault: "application",
    cause:
      "a WIT file breaks the rules of WIT, or names what is not there (`data.file`, `data.line`, `data.column`)",
    remedy: "correct the line that the message names",
  },
  "wit-world": {
    fault: "application",
    cause: "the WIT has no world of that name, or several and none was named (`data.worlds`)",
    remedy: "name one of the worlds that the message lists",
  },
  "component-source": {
    fault: "application",
    cause: "the source is not bytes, a response or a stream",
    remedy: "pass one of them",
  },
} as const;
