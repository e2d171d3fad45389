/** What the package's entries are for, by their keys in `exports` of package.json; in the order of the contents page. */
export const ENTRIES: Readonly<Record<string, string>> = {
  ".": "A host for plugins: what an application calls, policies, audit trails, interfaces of its own.",
  "./node": "What a host needs of Node: files, network, storage, threads.",
  "./browser": "What a host needs of a page: storage, network, threads.",
  "./javascript": "Plugins from source, in JavaScript and TypeScript.",
  "./component": "The component engine by itself: compile, link and call a component.",
  "./component/runtime": "What modules written by `tenon component aot` import.",
  "./identity": "Keys, and signatures of packages.",
  "./code": "Code mode: programs that are text, each in a sandbox of its own.",
  "./text": "Text documents: edits, history, search, markers.",
  "./cache": "Caches with levels in memory, on disk and shared between processes.",
  "./pool": "Pools of buffers, memories, instances and strings.",
};

/** Entries that run on a thread and export nothing. */
export const THREADS: ReadonlySet<string> = new Set([
  "./node/guest-worker",
  "./node/ticker-worker",
  "./node/guest-process",
  "./browser/guest-worker",
  "./browser/ticker-worker",
]);
