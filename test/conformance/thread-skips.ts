const create = "on another thread a guest's resource is made by its class's `create`";

/// Cases that an engine over threads does not promise, each with the reason.
export const threadSkips: Readonly<Record<string, string>> = {
  "a guest's resources are classes that the host makes, calls and disposes of": create,
  "closing an instance runs the destructors of its own resources": create,
  "entering an instance again in the middle of a call traps":
    "the call is a message that arrives when the guest waits, and is refused as suspended",
};
