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
    cause:
      "it uses a feature that this engine or platform lacks, or that is not allowed (`limits.features`), which is named",
    remedy:
      "build without the feature, update the platform, or allow it if you trust the component",
  },
  "component-unlinkable": {
    fault: "application",
    cause: "imports are missing or of the wrong kind, all listed",
    remedy: "define what is listed",
  },
  "component-limit": {
    fault: "plugin",
    cause:
      "a cap of the component or its code ([docs/caps.md](caps.md)), or a limit of memory, handles or lifted bytes; `data.limit` names it",
    remedy: "build it with optimisation, or raise the limit if you trust the component",
  },
  "component-trap": {
    fault: "plugin",
    cause: "the guest trapped (`data.kind`)",
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
  "component-source": {
    fault: "application",
    cause: "the source is none of bytes, a response, a stream",
    remedy: "pass one of them",
  },
} as const;
