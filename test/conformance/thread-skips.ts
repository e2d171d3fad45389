/** Cases that an engine over threads does not promise, each with the reason. */
export const threadSkips: Readonly<Record<string, string>> = {
  "closing an instance runs the destructors of its own resources":
    "they run, but what they ask of the host is not answered any more",
  "entering an instance again in the middle of a call traps":
    "the call is a message that arrives when the guest waits, and is refused as suspended",
};

/** And where it shares no memory with the host. */
export const unsharedSkips: Readonly<Record<string, string>> = {
  ...threadSkips,
  "a guest's resources are classes that the host makes, calls and disposes of":
    "a destructor can't be set aside until the host's answer comes by a message",
};
